using PqGen.Common;
using PqGen.Kernels;

namespace PqGen.Storage.Files.Faiss;

/// <summary>The part of a FAISS file that every index in it begins with.</summary>
/// <param name="Dimension">Components of a vector.</param>
/// <param name="Count">Vectors.</param>
/// <param name="IsInnerProduct">Whether vectors are compared by inner products; else by squared L2.</param>
internal readonly record struct FaissHeader(int Dimension, int Count, bool IsInnerProduct);

/// <summary>
/// Reads a file that FAISS's <c>write_index</c> wrote: an index in others that wrap it, each named by four characters. What this library has no
/// equal of is refused by name.
/// </summary>
/// <param name="source">The file's numbers.</param>
internal sealed partial class FaissReader(FaissSource source)
{
    private const string Supported =
        "supported are IndexFlat, IndexIVFFlat, IndexPQ, IndexIVFPQ, IndexPQFastScan and IndexIVFPQFastScan under L2 and inner product, with flat "
        + "or HNSW coarse quantizers, in IDMap, IndexRefine and IndexPreTransform of NormalizationTransform, LinearTransform, OPQMatrix, "
        + "PCAMatrix, RandomRotationMatrix, CenteringTransform and RemapDimensionsTransform; around IndexRefine of those that rotate all components "
        + "or, under L2, subtract a mean";

    /// <summary>Indexes that wrap each other, at most.</summary>
    private const int MaxDepth = 8;

    /// <summary>The most vectors an index can hold.</summary>
    private static readonly long s_maxCount = Array.MaxLength - KernelLayout.BlockSize;

    /// <summary>Reads the index that a file holds.</summary>
    /// <param name="stream">The file.</param>
    /// <param name="path">Its path, for messages.</param>
    /// <param name="cancellation">Ends it early.</param>
    public static ForeignIndex Read(FileStream stream, string path, CancellationToken cancellation)
    {
        IndexFileReader.CheckByteOrder();
        Span<byte> start = stackalloc byte[GitLfs.Start.Length];
        if (stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && start.SequenceEqual(GitLfs.Start))
        {
            throw new IndexFileException(path, GitLfs.Found, GitLfs.Needed);
        }

        stream.Position = 0;
        var source = new FaissSource(stream, path, stream.Length, cancellation);
        var index = new FaissReader(source).Index(new FaissInput(null, [], 0));
        source.CheckEnd();
        return index;
    }

    private ForeignIndex Index(FaissInput input)
    {
        if (input.Depth > MaxDepth)
        {
            throw source.Damaged(Guard.Text($"more than {MaxDepth} indexes lie in each other"), "an index in a few others");
        }

        return source.FourCc() switch
        {
            "IxF2" or "IxFI" or "IxFl" => Flat(input),
            "IwFl" => IvfFlat(input),
            "IxPq" => Pq(input, isOld: false, hasSearchType: true),
            "IxPo" => Pq(input, isOld: true, hasSearchType: true),
            "IxPQ" => Pq(input, isOld: true, hasSearchType: false),
            "IwPQ" => IvfPq(input),
            "IPfs" => PqFastScan(input),
            "IwPf" => IvfPqFastScan(input),
            "IxRF" => Refine(input),
            "IxMp" or "IxM2" => Map(input),
            "IxPT" => PreTransform(input),
            var name => throw NotSupported($"an index of type '{name}'"),
        };
    }

    /// <summary>What an index begins with, which is what the one around it says.</summary>
    private FaissHeader Header(FaissHeader? outer)
    {
        var header = Header();
        return outer is not { } expected || (header.Dimension, header.Count) == (expected.Dimension, expected.Count)
            ? header
            : throw source.Damaged(
                Guard.Text($"an index of {header.Count} vectors of {header.Dimension} components"),
                Guard.Text($"{expected.Count} of {expected.Dimension}, as the one around it says"));
    }

    private FaissHeader Header()
    {
        var dimension = source.Number32("Dimension", 1, int.MaxValue);
        if (!DeclarationRules.IsDimension(dimension))
        {
            throw source.Damaged(Guard.Text($"vectors of {dimension} components"), Guard.Text($"an index takes 1 to {IndexLimits.MaxDimension}"));
        }

        var count = source.Number("the number of vectors", 0, s_maxCount);
        _ = (source.Int64(), source.Int64());
        var isTrained = source.Bool("is_trained");
        var metric = source.Int32();
        if (metric is not (0 or 1))
        {
            throw NotSupported(Guard.Text($"metric {metric}"));
        }

        return isTrained
            ? new FaissHeader(dimension, count, IsInnerProduct: metric == 0)
            : throw source.Damaged("the index is not trained", "a trained index");
    }

    private ForeignIndex Flat(FaissInput input)
    {
        var (header, rows) = FlatRows(input.Outer);
        var (undone, left) = RowChain(input, header.IsInnerProduct);
        return new ForeignIndex
        {
            Shape = Shape(IndexKind.Flat, header, left),
            Count = header.Count,
            Transform = left.Map,
            Lists = [new ForeignList(header.Count, [], undone.Undo(Normalized(rows, header.Dimension, undone)), [])],
        };
    }

    private (FaissHeader Header, float[] Rows) FlatRows(FaissHeader? outer = null)
    {
        var header = Header(outer);
        return (header, Rows(header.Count, header.Dimension, source.Int64()));
    }

    private float[] Rows(int count, int dimension, long stated) => stated == (long)count * dimension
        ? source.Floats("the vectors", stated, Guard.MaxMagnitude)
        : throw source.Damaged(Guard.Text($"{stated} components of {count} vectors"), Guard.Text($"{(long)count * dimension} components"));

    private ForeignIndex Pq(FaissInput input, bool isOld, bool hasSearchType)
    {
        var header = Header(input.Outer);
        if (isOld)
        {
            // These compared by L2 whatever they said.
            header = header with { IsInnerProduct = false };
        }

        var quantizer = Quantizer(header);
        var size = FaissCodes.Size(quantizer.M, quantizer.Bits);
        CheckCodes(header.Count, quantizer.M);
        var codes = source.Array<byte>("the codes", (long)header.Count * size);
        if (hasSearchType)
        {
            _ = (source.Int32(), source.Bool("encode_signs"), source.Int32());
        }

        return OfCodes(header, input, quantizer, FaissCodes.Unpack(codes, header.Count, quantizer.M, quantizer.Bits));
    }

    private ForeignIndex PqFastScan(FaissInput input)
    {
        var header = Header(input.Outer);
        var quantizer = Quantizer(header);
        _ = source.Int32();
        var block = FastScanBlock(source.Int32(), quantizer);
        _ = (source.Int32(), source.Int64(), source.Int64());
        CheckCodes(header.Count, quantizer.M);
        var codes = source.Array<byte>("the blocks of codes", FaissCodes.FastScanBytes(header.Count, quantizer.M, block));
        return OfCodes(header, input, quantizer, FaissCodes.UnpackFastScan(codes, header.Count, quantizer.M, block));
    }

    private ForeignIndex OfCodes(FaissHeader header, FaissInput input, in FaissQuantizer quantizer, byte[] codes)
    {
        var chain = Chain(input);
        return new ForeignIndex
        {
            Shape = Shape(IndexKind.Pq, header, chain, quantizer),
            Count = header.Count,
            Transform = chain.Map,
            Codebooks = quantizer.Codebooks,
            Lists = [new ForeignList(header.Count, codes, [], [])],
        };
    }

    /// <summary>Refuses as many codes in one list as no array holds, a byte each.</summary>
    private void CheckCodes(long count, long each)
    {
        if (count * each > Array.MaxLength)
        {
            throw source.Damaged(
                Guard.Text($"not supported: {count} x {each} codes in one list"), Guard.Text($"supported are {Array.MaxLength}, as one array holds"));
        }
    }

    private int FastScanBlock(int found, in FaissQuantizer quantizer) => quantizer.Bits == 4 && found is > 0 and <= 1 << 16 && found % 32 == 0
        ? found
        : throw source.Damaged(
            Guard.Text($"a fast scan of {quantizer.Bits} bits in blocks of {found} vectors"), "4 bits, in blocks of a multiple of 32 vectors");

    private FaissQuantizer Quantizer(FaissHeader header)
    {
        var dimension = source.Number("the product quantizer's dimension", header.Dimension, header.Dimension);
        var m = source.Number("M", 1, int.MaxValue);
        var bits = source.Number("the bits of a code", 1, 24);
        if (bits > FaissCodes.MaxBits || !DeclarationRules.IsM(m))
        {
            throw NotSupported(Guard.Text($"codes of {m} x {bits} bits (M up to {IndexLimits.MaxM} and up to {FaissCodes.MaxBits} bits are)"));
        }

        if (dimension % m != 0)
        {
            throw source.Damaged(Guard.Text($"M is {m}"), Guard.Text($"it has to divide the Dimension {dimension}"));
        }

        var needed = (long)dimension << bits;
        return source.Int64() == needed
            ? new FaissQuantizer(m, bits, source.Floats("the codebooks", needed, Guard.MaxResidualMagnitude))
            : throw source.Damaged("codebooks of another length", Guard.Text($"{needed} components"));
    }

    /// <summary>The shape of an index that lies behind as many of the wrappers as were read.</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="header">What it says of itself.</param>
    /// <param name="chain">What vectors go through before.</param>
    /// <param name="quantizer">Its product quantizer; none where rows are kept.</param>
    /// <param name="routesByInnerProduct">Whether lists are found by inner products; null without lists.</param>
    /// <param name="codesWholeVectors">Whether codes are of vectors instead of residuals.</param>
    private IndexShape Shape(
        IndexKind kind,
        FaissHeader header,
        FaissChain chain,
        FaissQuantizer quantizer = default,
        bool? routesByInnerProduct = null,
        bool codesWholeVectors = false)
    {
        // Cosine compares rows by inner products, and finds lists by L2 or, as all else of such an index of FAISS, by inner products.
        var normalizes = chain.Normalizes;
        var isRowsByL2Lists = normalizes && header.IsInnerProduct && kind == IndexKind.IvfFlat;
        if (routesByInnerProduct is { } route && route != header.IsInnerProduct && !(isRowsByL2Lists && !route))
        {
            throw NotSupported(
                $"an index under {Name(header.IsInnerProduct)} whose coarse quantizer compares by {Name(route)}");
        }

        var metric = normalizes ? Metric.Cosine : header.IsInnerProduct ? Metric.InnerProduct : Metric.SquaredL2;
        var isByInnerProduct = normalizes && header.IsInnerProduct && kind != IndexKind.Flat && routesByInnerProduct != false;
        return new IndexShape(kind, header.Dimension, quantizer.M, quantizer.Codebooks is null ? 0 : 1 << quantizer.Bits)
        {
            InputDimension = chain.Map?.InputDimension ?? header.Dimension,
            Metric = metric,
            CosineByInnerProduct = isByInnerProduct,
            CodesWholeVectors = codesWholeVectors,
            RowsBehindTransform = quantizer.Codebooks is null && chain.Map is not null,
        };
    }

    private static string Name(bool isInnerProduct) => isInnerProduct ? "inner product" : "L2";

    /// <summary>Refuses vectors behind a normalization that are not of length 1: they would be compared as if they were.</summary>
    private float[] Normalized(float[] rows, int dimension, FaissChain chain)
    {
        for (var row = 0; chain.Normalizes && row < rows.Length; row += dimension)
        {
            var square = VectorMath.SquaredNorm(rows.AsSpan(row, dimension));
            if (square != 0 && Math.Abs(square - 1) > 1e-3)
            {
                throw source.Damaged(
                    Guard.Text($"the squared length of vector {row / dimension} is {square}"), "1, as behind a NormalizationTransform");
            }
        }

        return rows;
    }

    private IndexFileException NotSupported(string what) => source.Damaged($"not supported: {what}", Supported);
}

/// <summary>A product quantizer of FAISS.</summary>
/// <param name="M">Sub-quantizers.</param>
/// <param name="Bits">Bits of a code: there are 2^Bits centroids.</param>
/// <param name="Codebooks">float <c>[M][2^Bits][Dsub]</c>.</param>
internal readonly record struct FaissQuantizer(int M, int Bits, float[] Codebooks);

/// <summary>What lies around an index in a file.</summary>
/// <param name="Outer">What the index around it says it is; null where there is none.</param>
/// <param name="Chain">The transforms that vectors go through, in their order.</param>
/// <param name="Depth">Indexes around it.</param>
internal readonly record struct FaissInput(FaissHeader? Outer, IReadOnlyList<FaissTransform> Chain, int Depth)
{
    /// <summary>What lies around the index within one that begins so.</summary>
    public FaissInput Inside(FaissHeader header) => this with { Outer = header, Depth = Depth + 1 };
}
