using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PqGen.Common;
using PqGen.Kernels;
using PqGen.Quantization;

namespace PqGen.Storage.Files.Faiss;

/// <summary>
/// Writes an index as FAISS's <c>read_index</c> reads it: the index itself, in a refine stage where rows are kept beside codes, in transforms of
/// what vectors go through, in an IDMap where ids are the caller's own and lists have none.
/// </summary>
/// <param name="stream">The file.</param>
/// <param name="index">What there is to write; nothing of it is removed.</param>
/// <param name="nprobe">Lists that a search of FAISS is to probe; 0 without lists.</param>
/// <param name="cancellation">Ends it early.</param>
internal sealed partial class FaissWriter(Stream stream, SavedIndex index, int nprobe, CancellationToken cancellation)
{
    /// <summary>Values that are written at a time.</summary>
    private const int Chunk = 1 << 16;

    private readonly IndexShape _shape = index.Header.Shape;
    private readonly ListLayout _layout = index.Parts[0].Lists.Layout;

    /// <summary>How rows, or codes, are compared: squared L2 also where codes are under cosine, whose vectors have length 1.</summary>
    private bool IsInnerProduct => !(_shape.HasCodes ? _shape.ComparesCodesByL2 : _shape.Metric == Metric.SquaredL2);

    private bool IsMapped => index.Parts[0].Ids.IsOwn && (!_shape.HasLists || index.Parts[0].Rows is not null);

    private int Count => (int)index.Header.Count;

    public void Write()
    {
        IndexFileReader.CheckByteOrder();
        if (IsMapped)
        {
            Begin("IxMp");
        }

        // Rows that are kept are normalized, and do not go through what comes before codes.
        var refines = index.Parts[0].Rows is not null;
        if (_shape.Metric == Metric.Cosine)
        {
            BeginTransforms(refines ? 1 : 1 + TransformCount);
            FourCc("VNrm");
            Write(2f);
            EndTransform(_shape.InputDimension, _shape.InputDimension);
        }

        if (refines)
        {
            Begin("IxRF");
        }

        if (TransformCount > 0)
        {
            if (refines || _shape.Metric != Metric.Cosine)
            {
                BeginTransforms(TransformCount);
            }

            WriteTransform(index.Transform!);
        }

        WriteIndex();
        if (index.Parts[0].Rows is { } rows)
        {
            Begin(IsInnerProduct ? "IxFI" : "IxF2");
            WriteKept(rows);
            Write(1f);
        }

        if (IsMapped)
        {
            Write((long)Count);
            WriteIds(Enumerable.Range(0, Count), own: true);
        }
    }

    private void WriteIndex()
    {
        switch (_shape.Kind)
        {
            case IndexKind.Flat:
                Begin(IsInnerProduct ? "IxFI" : "IxF2", isInside: true);
                Write((long)Count * _shape.Dimension);
                WriteRows(0);
                break;

            case IndexKind.IvfFlat:
                BeginLists("IwFl");
                WriteLists(_shape.Dimension * sizeof(float), WriteRows);
                break;

            case IndexKind.Pq:
                Begin("IxPq", isInside: true);
                WriteQuantizer();
                Write((long)Count * CodeSize);
                WriteCodes(0);

                // Search type, encode_signs, and the threshold of polysemous search, which takes all.
                Write(0);
                Write((byte)0);
                Write((_shape.M * Bits) + 1);
                break;

            default:
                BeginLists("IwPQ");
                Write((byte)(_shape.CodesWholeVectors ? 0 : 1));
                Write((long)CodeSize);
                WriteQuantizer();
                WriteLists(CodeSize, WriteCodes);
                break;
        }
    }

    private int Bits => FaissCodes.Bits(_shape.Ksub);

    private int CodeSize => FaissCodes.Size(_shape.M, Bits);

    /// <summary>An index's name and what every one begins with.</summary>
    /// <param name="name">The name.</param>
    /// <param name="isInside">Whether it lies behind what vectors go through before they are encoded.</param>
    private void Begin(string name, bool isInside = false) =>
        Begin(name, Count, isInside ? _shape.Dimension : _shape.InputDimension, IsInnerProduct);

    private void Begin(string name, int count, int dimension, bool isInnerProduct)
    {
        FourCc(name);
        Write(dimension);
        Write((long)count);
        Write(1L << 20);
        Write(1L << 20);
        Write((byte)1);
        Write(isInnerProduct ? 0 : 1);
    }

    private void BeginLists(string name)
    {
        Begin(name, isInside: true);
        Write((long)index.Header.NList);
        Write((long)nprobe);
        var isInnerProduct = !_shape.ComparesCodesByL2;
        Begin(isInnerProduct ? "IxFI" : "IxF2", index.Header.NList, _shape.Dimension, isInnerProduct);
        Write((long)index.Header.NList * _shape.Dimension);
        WriteUnscaled(index.Centroids());

        // No direct map.
        Write((byte)0);
        Write(0L);
    }

    /// <summary>The product quantizer; where Ksub is no power of two the last centroid stands in the places that are left, as in panels.</summary>
    private void WriteQuantizer()
    {
        var (m, ksub, dsub) = (_shape.M, _shape.Ksub, _shape.Dimension / _shape.M);
        var codebooks = index.Codebooks();
        Write((long)_shape.Dimension);
        Write((long)m);
        Write((long)Bits);
        Write((long)_shape.Dimension << Bits);
        for (var sub = 0; sub < m; sub++)
        {
            var book = codebooks.Slice(sub * ksub * dsub, ksub * dsub);
            WriteUnscaled(book);
            for (var k = ksub; k < 1 << Bits; k++)
            {
                WriteUnscaled(book[^dsub..]);
            }
        }
    }

    private void WriteLists(int codeSize, Action<int> writeVectors)
    {
        FourCc("ilar");
        Write((long)index.Header.NList);
        Write((long)codeSize);
        FourCc("full");
        Write((long)index.Header.NList);
        for (var list = 0; list < index.Header.NList; list++)
        {
            Write((long)index.Parts[0].Lists[list].Count);
        }

        for (var list = 0; list < index.Header.NList; list++)
        {
            cancellation.ThrowIfCancellationRequested();
            writeVectors(list);
            WriteIds(Positions(list), own: index.Parts[0].Ids.IsOwn && !IsMapped);
        }
    }

    private IEnumerable<int> Positions(int list)
    {
        var places = ListPlaces.Of(index.Parts[0].Lists, list);
        while (places.MoveNext())
        {
            yield return places.Current.Position;
        }
    }

    private void WriteIds(IEnumerable<int> positions, bool own)
    {
        foreach (var part in positions.Chunk(Chunk))
        {
            var ids = Array.ConvertAll(part, position => own ? index.Parts[0].Ids[position] : position);
            stream.Write(MemoryMarshal.AsBytes(ids.AsSpan()));
        }
    }

    private void WriteRows(int list)
    {
        var (state, dimension) = (index.Parts[0].Lists[list], _shape.Dimension);
        for (int row = 0, rows; row < state.Count; row += rows)
        {
            var (segment, from) = state.Locate(row);
            rows = Math.Min(Math.Min(segment.Blocks - from, state.Count - row), Math.Max(1, Chunk / dimension));
            WriteUnscaled(MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref segment.Rows, (nint)from * dimension), rows * dimension));
        }
    }

    private void WriteCodes(int list)
    {
        var (code, packed, used) = (new byte[_shape.M], new byte[Chunk / CodeSize * CodeSize], 0);
        foreach (var (segment, place, _) in ListPlaces.Of(index.Parts[0].Lists, list))
        {
            var (block, lane) = Math.DivRem(place, KernelLayout.BlockSize);
            BlockCodes.Read(
                ref segment.Block(block, _layout.VectorBytes), segment.RunStride(block), lane, code, _shape.Ksub <= KernelLayout.MaxPackedKsub);
            FaissCodes.Pack(code, Bits, packed.AsSpan(used, CodeSize));
            used += CodeSize;
            if (used == packed.Length)
            {
                stream.Write(packed);
                used = 0;
            }
        }

        stream.Write(packed, 0, used);
    }

    private void WriteKept(KeptRows rows)
    {
        var (view, dimension, memory) = (rows.Exact, _shape.InputDimension, new float[_shape.InputDimension]);
        Write((long)Count * dimension);
        for (var position = 0; position < Count; position++)
        {
            ref var row = ref view.At(position, ref memory[0]);
            WriteUnscaled(MemoryMarshal.CreateReadOnlySpan(ref row, dimension));
        }
    }

    /// <summary>Floats of the index in the caller's units.</summary>
    private void WriteUnscaled(ReadOnlySpan<float> values)
    {
        cancellation.ThrowIfCancellationRequested();
        var exponent = index.Header.Exponent ?? 0;
        if (exponent == 0)
        {
            stream.Write(MemoryMarshal.AsBytes(values));
            return;
        }

        for (; !values.IsEmpty; values = values[Math.Min(Chunk, values.Length)..])
        {
            stream.Write(MemoryMarshal.AsBytes(PowerOfTwoScale.Scaled(values[..Math.Min(Chunk, values.Length)], -exponent).AsSpan()));
        }
    }

    private void FourCc(string name)
    {
        foreach (var character in name)
        {
            Write((byte)character);
        }
    }

    private void Write<T>(T value)
        where T : unmanaged => stream.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)));
}
