using System.Runtime.CompilerServices;
using PqGen.Common;
using PqGen.Kernels;

namespace PqGen.Storage;

/// <summary>The rows of a <see cref="Column{T}"/> as one reader sees them.</summary>
internal readonly struct ColumnView<T>(AlignedBuffer<T>[] chunks, int shift, int width)
    where T : unmanaged
{
    /// <summary>The first element of a row, unchecked beyond its chunk.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref T At(int row) => ref chunks[row >> shift].At((long)(row & ((1 << shift) - 1)) * width);

    /// <summary>Rows from <paramref name="row"/> on that lie together.</summary>
    public Span<T> Run(int row, int count) =>
        chunks[row >> shift].Span((long)(row & ((1 << shift) - 1)) * width, Math.Min(count, (1 << shift) - (row & ((1 << shift) - 1))) * width);

    /// <summary>
    /// Tells the system that rows will be read soon, where they lie in a file: those from <paramref name="row"/> on that lie together.
    /// </summary>
    public void WillNeed(int row) => chunks[row >> shift].WillNeed(0, chunks[row >> shift].Length);

    /// <summary>Asks the processor for a row that will be read soon.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(int row) => CacheLine.Prefetch(ref Unsafe.As<T, byte>(ref At(row)), (nint)width * Unsafe.SizeOf<T>());
}

/// <summary>
/// Rows of one width by position, appended by one writer while any number of readers read. A reader takes the rows after the count that it
/// may read. Chunks are never moved; the last one grows until it is whole, and its old copy stays for those who hold it.
/// </summary>
/// <param name="width">Elements of a row.</param>
/// <param name="chunkBytes">About how large a chunk becomes: the larger, the faster a row is found, and the more room may be left over.</param>
internal sealed class Column<T>(int width, int chunkBytes = 1 << 20)
    where T : unmanaged
{
    private readonly int _shift = ShiftOf(width, chunkBytes);
    private AlignedBuffer<T>[] _chunks = [];

    /// <summary>Elements of a row.</summary>
    public int Width => width;

    /// <summary>The rows at this moment.</summary>
    public ColumnView<T> View => new(Volatile.Read(ref _chunks), _shift, width);

    public long SizeInBytes
    {
        get
        {
            var chunks = Volatile.Read(ref _chunks);
            var bytes = (long)chunks.Length * Unsafe.SizeOf<nint>();
            foreach (var chunk in chunks)
            {
                bytes += chunk?.SizeInBytes ?? 0;
            }

            return bytes;
        }
    }

    /// <summary>Those of the bytes that lie in a mapped file.</summary>
    public long MappedBytes
    {
        get
        {
            var bytes = 0L;
            foreach (var chunk in Volatile.Read(ref _chunks))
            {
                bytes += chunk is { IsMapped: true } ? chunk.SizeInBytes : 0;
            }

            return bytes;
        }
    }

    /// <summary>Rows of a whole chunk.</summary>
    public int ChunkRows => 1 << _shift;

    /// <summary>
    /// Takes rows that lie in a mapped file, from a multiple of 64 on, into an empty column. What is added to them does not go there.
    /// </summary>
    public void Map(MappedFile file, long offset, int rows)
    {
        var chunks = new AlignedBuffer<T>[((long)rows + ChunkRows - 1) >> _shift];
        for (var chunk = 0; chunk < chunks.Length; chunk++)
        {
            var first = (long)chunk << _shift;
            chunks[chunk] = file.Buffer<T>(offset + (first * width * Unsafe.SizeOf<T>()), Math.Min(ChunkRows, rows - first) * width);
        }

        Volatile.Write(ref _chunks, chunks);
    }

    /// <summary>Makes room for <paramref name="count"/> rows in all, so that <see cref="Write"/> cannot fail.</summary>
    /// <param name="count">Rows, those in use among them.</param>
    /// <param name="used">Rows in use.</param>
    public void Reserve(int count, int used)
    {
        var needed = (int)(((long)count + ChunkRows - 1) >> _shift);
        var chunks = _chunks;
        if (needed > chunks.Length)
        {
            Array.Resize(ref chunks, Growth.Capacity(chunks.Length, needed, int.MaxValue));
        }

        for (var chunk = used >> _shift; chunk < needed; chunk++)
        {
            var (first, rows) = (chunk << _shift, Math.Min(ChunkRows, count - (chunk << _shift)));
            var old = chunks[chunk];
            var room = old is null ? 0 : (int)(old.Length / width);
            if (rows <= room)
            {
                continue;
            }

            // Whole at once where more chunks follow, exactly what is asked of the first, else by half.
            var capacity = room == 0 && used == 0 ? rows : Growth.Capacity(room == 0 ? 64 : room, rows, ChunkRows);
            var grown = old?.Grow((long)capacity * width, (long)Math.Max(0, used - first) * width) ?? new AlignedBuffer<T>((long)capacity * width);
            Volatile.Write(ref chunks[chunk], grown);
        }

        Volatile.Write(ref _chunks, chunks);
    }

    /// <summary>Writes rows from position <paramref name="at"/> on. They count once the owner publishes its new count.</summary>
    public void Write(ReadOnlySpan<T> rows, int at)
    {
        var view = View;
        for (var left = rows; !left.IsEmpty;)
        {
            var run = view.Run(at, left.Length / width);
            left[..run.Length].CopyTo(run);
            left = left[run.Length..];
            at += run.Length / width;
        }
    }

    /// <summary>Rows of a chunk, a power of two, 64 or more.</summary>
    private static int ShiftOf(int width, int chunkBytes)
    {
        var shift = 6;
        while (((long)width * Unsafe.SizeOf<T>()) << (shift + 1) <= chunkBytes)
        {
            shift++;
        }

        return shift;
    }
}
