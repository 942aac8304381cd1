using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PqGen.Common;
using PqGen.Kernels;
using PqGen.Storage;

namespace PqGen.Vectors;

/// <summary>
/// The vectors of a file that is mapped into memory, by id: what an index compares candidates with once they are attached
/// (<see cref="VectorIndex.AttachRows"/>). Made by <see cref="VectorFile.Map(string, Func{long, long})"/>.
/// </summary>
/// <remarks>
/// The system reads a page of the file in when it is first read, and gives its memory to others when it is short. Any number of threads may read.
/// Reading allocates nothing.
/// </remarks>
public sealed class MappedVectors : VectorRows, IDisposable
{
    /// <summary>Bytes that are converted at a time.</summary>
    private const int ChunkSize = 1024;

    private readonly MappedFile _file;
    private readonly RowLayout _layout;
    private readonly AlignedBuffer<byte> _bytes;
    private readonly Func<long, long>? _rowOf;
    private int _isDisposed;

    internal MappedVectors(MappedFile file, RowLayout layout, Func<long, long>? rowOf)
    {
        (_file, _layout, _bytes, _rowOf) = (file, layout, file.Buffer<byte>(0, file.Length), rowOf);
        file.ReadAtRandom(0, file.Length);
    }

    /// <summary>Vectors of the file.</summary>
    public long Count => _layout.Rows;

    /// <inheritdoc/>
    public override int Dimension => _layout.Columns;

    internal override MappedFile File => _file;

    private bool IsInHostOrder => _layout.Type.Size == 1 || _layout.Type.BigEndian != BitConverter.IsLittleEndian;

    /// <inheritdoc/>
    public override bool Contains(long id) => (ulong)RowOf(id) < (ulong)Count;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException"><paramref name="vector"/> has another length than <see cref="Dimension"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The file has no row of the id.</exception>
    /// <exception cref="ObjectDisposedException">The file is closed.</exception>
    /// <exception cref="VectorFileException">
    /// The file became shorter, or the row of a .fvecs or .bvecs file says that it has another number of components.
    /// </exception>
    public override void Read(long id, Span<float> vector)
    {
        var row = RowOf(id);
        if (vector.Length != Dimension || (ulong)row >= (ulong)Count || !_file.IsHeld)
        {
            ThrowUnreadable(id, row, vector.Length);
        }

        if (!_file.IsWholeByTick)
        {
            ThrowShortened();
        }

        ref var bytes = ref _bytes.At(_layout.Start + (row * _layout.RowSize));
        if (_layout.HasHeads)
        {
            var head = BinaryPrimitives.ReadInt32LittleEndian(MemoryMarshal.CreateReadOnlySpan(ref bytes, sizeof(int)));
            if (head != Dimension)
            {
                ThrowHead(row, head);
            }

            bytes = ref Unsafe.Add(ref bytes, sizeof(int));
        }

        switch (_layout.Type)
        {
            case { Kind: ElementKind.Float, Size: sizeof(float) } when IsInHostOrder:
                MemoryMarshal.CreateReadOnlySpan(ref bytes, Dimension * sizeof(float)).CopyTo(MemoryMarshal.AsBytes(vector));
                break;

            case { Kind: ElementKind.Float, Size: sizeof(ushort) } when IsInHostOrder:
                RowCoding.DecodeHalves(ref bytes, vector);
                break;

            default:
                Convert(ref bytes, vector);
                break;
        }
    }

    /// <inheritdoc/>
    public override void Prefetch(long id)
    {
        var row = RowOf(id);
        if ((ulong)row < (ulong)Count)
        {
            CacheLine.Prefetch(ref _bytes.At(_layout.Start + (row * _layout.RowSize)), (nint)_layout.RowSize);
        }
    }

    /// <summary>
    /// Closes the file. Indexes to which its vectors are attached keep it mapped, and go on reading it, until they are detached.
    /// </summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            _file.LetGo();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private long RowOf(long id) => _rowOf is null ? id : _rowOf(id);

    private void Convert(ref byte row, Span<float> vector)
    {
        Span<byte> chunk = stackalloc byte[ChunkSize];
        var (size, most) = (_layout.Type.Size, ChunkSize / _layout.Type.Size);
        for (var first = 0; first < vector.Length; first += most)
        {
            var count = Math.Min(most, vector.Length - first);
            MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref row, (nint)first * size), count * size).CopyTo(chunk);
            _layout.Type.ToFloats(chunk[..(count * size)], vector.Slice(first, count));
        }
    }

    [DoesNotReturn]
    private void ThrowUnreadable(long id, long row, int length)
    {
        Guard.Length(length, Dimension, "vector", "the dimension of the file's vectors");
        ObjectDisposedException.ThrowIf(!_file.IsHeld, this);
        throw new ArgumentOutOfRangeException(
            nameof(id), id, Guard.Text($"id {id} is of row {row}, but {_layout.Path} has {Count} rows; it needs to be of row 0 to {Count - 1}."));
    }

    [DoesNotReturn]
    private void ThrowShortened() => throw new VectorFileException(
        _layout.Path, "the file became shorter while it was mapped", "a file that is replaced, not written to, while it is mapped");

    [DoesNotReturn]
    private void ThrowHead(long row, int head) => throw new VectorFileException(
        _layout.Path, Guard.Text($"row {row} says that it has {head} components, row 0 has {Dimension}"), "every row needs the same number");
}
