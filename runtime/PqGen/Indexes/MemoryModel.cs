using System.Runtime.CompilerServices;
using PqGen.Clustering;
using PqGen.Common;
using PqGen.Ivf;
using PqGen.Kernels;
using PqGen.Storage;

namespace PqGen.Indexes;

/// <summary>What an index of given sizes takes, computed without building it; tests hold it against what indexes report.</summary>
internal static class MemoryModel
{
    /// <summary>The memory of an index whose vectors are added in one call.</summary>
    /// <param name="shape">Kind and sizes.</param>
    /// <param name="count">Vectors.</param>
    /// <param name="nlist">Lists; 1 without lists.</param>
    /// <param name="keepVectors">Whether rows are kept beside codes.</param>
    /// <param name="ownIds">Whether ids are the caller's own.</param>
    /// <param name="rowFormat">How rows are kept, if they are.</param>
    /// <param name="coarseSearch">How lists are found.</param>
    /// <param name="transform">What vectors go through before they are encoded.</param>
    public static IndexMemory Estimate(
        IndexShape shape,
        long count,
        int nlist,
        bool keepVectors,
        bool ownIds,
        RowFormat rowFormat,
        CoarseSearch coarseSearch,
        TransformKind transform)
    {
        Guard.Range(count, 0, VectorIndex.MaxCount, nameof(count), "vectors");
        Guard.Range(nlist, 1, int.MaxValue, nameof(nlist), "lists");
        Guard.Range((int)rowFormat, 0, (int)RowFormat.Int8Float16, nameof(rowFormat), "a format that there is");
        Guard.Range((int)coarseSearch, 0, (int)CoarseSearch.Hnsw, nameof(coarseSearch), "a search that there is");
        Guard.Range((int)transform, 0, (int)TransformKind.Opq, nameof(transform), "a transform that there is");
        var layout = shape.HasCodes
            ? ListLayout.OfCodes(shape.M, shape.Ksub, shape.HasLists, shape.HasTerms)
            : ListLayout.OfRows(shape.Dimension, shape.HasLists);

        // A list's last block is half full on average.
        var used = Math.Min(nlist, count);
        var blocks = shape.HasLists && shape.HasCodes
            ? (count / layout.BlockSize) + (used / 2)
            : (count + layout.BlockSize - 1) / layout.BlockSize;
        var payload = layout.BlockSize * blocks * (layout.VectorBytes + (layout.HasTerms ? sizeof(ushort) : 0));
        var positions = (layout.HasPositions ? layout.BlockSize * blocks * sizeof(int) : 0)
            + (used * Unsafe.SizeOf<Segment>()) + ((long)nlist * Unsafe.SizeOf<ListState>());
        var rowBytes = RowCoding.Bytes(rowFormat, shape.InputDimension);
        var rows = (count * rowBytes) + ChunkBytes(count, rowBytes);
        var ids = ownIds && count > 0 ? (count * sizeof(long)) + ChunkBytes(
            count, sizeof(long), IdTable.ChunkBytes) + Buffer(IdTable.SlotCount(count) * sizeof(int)) : 0;
        return new IndexMemory(
            Model(shape, nlist, coarseSearch) + Transform(shape, transform),
            shape.HasCodes ? payload : 0,
            positions + ids,
            shape.HasCodes ? keepVectors && count > 0 ? rows : 0 : payload);
    }

    private static long Model(IndexShape shape, int nlist, CoarseSearch coarseSearch)
    {
        var coarse = shape.HasLists
            ? ((long)nlist * shape.Dimension * sizeof(float)) + Buffer(Panels.Size(nlist, shape.Dimension) * sizeof(float))
            : 0;
        if (shape.HasLists && coarseSearch == CoarseSearch.Hnsw)
        {
            coarse += HnswGraph.SizeOf(nlist) + (shape.Metric == Metric.Cosine ? (long)nlist * sizeof(float) : 0);
        }

        var isCoded = shape.HasLists && shape.HasCodes && CodedCentroids.Suit(coarseSearch, nlist, shape.Dimension, shape.Ksub);
        if (shape.HasLists && !isCoded)
        {
            coarse += CentroidBounds.SizeOf(nlist, shape.Dimension, shape.ComparesCodesByL2, Buffer);
        }

        if (!shape.HasCodes)
        {
            return coarse;
        }

        var dsub = shape.Dimension / shape.M;
        var quantizer = Buffer((long)shape.M * shape.Ksub * dsub * sizeof(float)) + Buffer(shape.M * Panels.Size(shape.Ksub, dsub) * sizeof(float));
        var terms = shape.HasTerms ? ((long)shape.M * shape.Ksub * sizeof(double)) + ((long)nlist * Unsafe.SizeOf<TermRange>())
            + ((long)shape.Dimension * sizeof(float)) : 0;
        if (isCoded)
        {
            var codes = (long)KernelLayout.BlockCount(nlist) * KernelLayout.BlockSize * KernelLayout.CodeSize(shape.M, shape.Ksub);
            var norms = shape.KernelMetric == Metric.Cosine ? (long)nlist * sizeof(float) : 0;
            coarse += quantizer + Buffer(codes) + norms;
        }

        return coarse + quantizer + terms;
    }

    private static long Transform(IndexShape shape, TransformKind transform)
    {
        var bias = transform != TransformKind.None && shape.Metric == Metric.SquaredL2 ? (long)shape.Dimension * sizeof(float) : 0;
        var matrix = (long)shape.Dimension * shape.InputDimension * sizeof(float);
        return transform != TransformKind.Opq
            ? bias
            : bias + matrix + Buffer(Panels.Size(shape.Dimension, shape.InputDimension) * sizeof(float));
    }

    private static long Buffer(long bytes) => ((bytes + Segment.LineSize - 1) / Segment.LineSize * Segment.LineSize) + Segment.LineSize;

    /// <summary>What the chunks of a column take beside their rows.</summary>
    private static long ChunkBytes(long count, int rowBytes, int chunkBytes = 1 << 20) =>
        count == 0 ? 0 : ((count * rowBytes / chunkBytes) + 1) * (Segment.LineSize + Unsafe.SizeOf<nint>());
}
