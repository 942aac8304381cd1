using PqGen.Common;

namespace PqGen.Storage.Files.Faiss;

/// <content>Inverted files.</content>
internal sealed partial class FaissReader
{
    /// <summary>A size that FAISS writes where there is none.</summary>
    private const long NoSize = -1;

    private ForeignIndex IvfFlat(FaissInput input)
    {
        var head = Ivf(input);
        var (chain, left) = RowChain(input, head.Header.IsInnerProduct);
        var lists = Lists(head, head.Header.Dimension * sizeof(float), (_, count) =>
        {
            var rows = source.Floats("the vectors of a list", (long)count * head.Header.Dimension, Guard.MaxMagnitude);
            var undone = chain.Undo(Normalized(rows, head.Header.Dimension, chain));
            return new ForeignList(count, [], undone, source.Elements<long>("the ids of a list", count));
        });
        chain.Undo(head.Centroids);
        return OfLists(head, left, lists, Shape(IndexKind.IvfFlat, head.Header, left, default, head.RoutesByInnerProduct), []);
    }

    private ForeignIndex IvfPq(FaissInput input)
    {
        var (head, chain) = (Ivf(input), Chain(input));
        var byResidual = source.Bool("by_residual");
        var codeSize = source.Int64();
        var quantizer = Quantizer(head.Header);
        var size = FaissCodes.Size(quantizer.M, quantizer.Bits);
        CheckCodeSize(codeSize, size);
        var lists = Lists(head, size, (_, count) =>
        {
            CheckCodes(count, quantizer.M);
            var codes = source.Elements<byte>("the codes of a list", (long)count * size);
            return new ForeignList(
                count, FaissCodes.Unpack(codes, count, quantizer.M, quantizer.Bits), [], source.Elements<long>("the ids of a list", count));
        });
        var shape = Shape(IndexKind.IvfPq, head.Header, chain, quantizer, head.RoutesByInnerProduct, !byResidual);
        return OfLists(head, chain, lists, shape, quantizer.Codebooks);
    }

    private ForeignIndex IvfPqFastScan(FaissInput input)
    {
        var (head, chain) = (Ivf(input), Chain(input));
        var byResidual = source.Bool("by_residual");
        var codeSize = source.Int64();
        var found = source.Int32();
        _ = (source.Int64(), source.Int32(), source.Int64());
        var quantizer = Quantizer(head.Header);
        CheckCodeSize(codeSize, FaissCodes.Size(quantizer.M, quantizer.Bits));
        var block = FastScanBlock(found, quantizer);
        var lists = FastScanLists(head, quantizer, block);
        var shape = Shape(IndexKind.IvfPq, head.Header, chain, quantizer, head.RoutesByInnerProduct, !byResidual);
        return OfLists(head, chain, lists, shape, quantizer.Codebooks);
    }

    private static ForeignIndex OfLists(in IvfHead head, FaissChain chain, ForeignList[] lists, IndexShape shape, float[] codebooks) => new()
    {
        Shape = shape,
        Count = head.Header.Count,
        Transform = chain.Map,
        Centroids = head.Centroids,
        Codebooks = codebooks,
        Lists = lists,

        // FAISS probes one list unless it is told otherwise: that is nobody's choice.
        DefaultNProbe = head.NProbe > 1 ? (int)Math.Min(head.NProbe, lists.Length) : 0,
    };

    private IvfHead Ivf(FaissInput input)
    {
        var header = Header(input.Outer);
        var nlist = source.Number("nlist", 1, Array.MaxLength / header.Dimension);
        var nprobe = source.Int64();
        var (coarse, centroids) = Coarse();
        if (coarse.Count != nlist || coarse.Dimension != header.Dimension)
        {
            throw source.Damaged(
                Guard.Text($"the coarse quantizer has {coarse.Count} centroids of {coarse.Dimension} components"),
                Guard.Text($"{nlist} centroids of {header.Dimension} components"));
        }

        var direct = source.Byte("the direct map's type", 0, 2);
        source.Skip("the direct map", sizeof(long));
        if (direct == 2)
        {
            source.Skip("the direct map", 2 * sizeof(long));
        }

        return new IvfHead(header, nprobe, centroids, coarse.IsInnerProduct);
    }

    /// <summary>A coarse quantizer: centroids, whatever finds the nearest.</summary>
    private (FaissHeader Header, float[] Centroids) Coarse()
    {
        switch (source.FourCc())
        {
            case "IxF2" or "IxFI" or "IxFl":
                return FlatRows();

            case "IHNf":
                var header = Header();
                source.Skip("the graph's probabilities", sizeof(double));
                source.Skip("the graph's neighbours per level", sizeof(int));
                source.Skip("the graph's levels", sizeof(int));
                source.Skip("the graph's offsets", sizeof(long));
                source.Skip("the graph's neighbours", sizeof(int));
                _ = (source.Int32(), source.Int32(), source.Int32(), source.Int32(), source.Int32());
                if (source.FourCc() is not ("IxF2" or "IxFI" or "IxFl"))
                {
                    throw NotSupported("an HNSW coarse quantizer of other than floats");
                }

                var (flat, centroids) = FlatRows();
                return flat == header ? (flat, centroids) : throw source.Damaged("a graph and its centroids do not agree", "as many of both");

            case var name:
                throw NotSupported($"a coarse quantizer of type '{name}'");
        }
    }

    private ForeignList[] Lists(in IvfHead head, int codeSize, Func<int, int, ForeignList> read)
    {
        if (source.FourCc() is var name && name != "ilar")
        {
            throw NotSupported($"inverted lists of type '{name}'");
        }

        var nlist = head.Centroids.Length / head.Header.Dimension;
        source.Number("the lists", nlist, nlist);
        CheckCodeSize(source.Int64(), codeSize);
        var sizes = Sizes(nlist);
        CheckSum(sizes, head.Header.Count);
        var lists = new ForeignList[nlist];
        for (var list = 0; list < nlist; list++)
        {
            lists[list] = sizes[list] == 0 ? new ForeignList(0, [], [], []) : read(list, (int)sizes[list]);
        }

        return lists;
    }

    /// <summary>The sizes of all lists, or of those that hold something.</summary>
    private long[] Sizes(int nlist)
    {
        switch (source.FourCc())
        {
            case "full":
                return source.Array<long>("the lists' sizes", nlist);

            case "sprs":
                var count = source.Int64();
                if (count % 2 != 0)
                {
                    throw source.Damaged(Guard.Text($"{count} numbers of lists and sizes"), "a size for each number");
                }

                var (pairs, sizes) = (source.Elements<long>("the lists' sizes", count), new long[nlist]);
                for (var i = 0; i < pairs.Length; i += 2)
                {
                    if (pairs[i] < 0 || pairs[i] >= nlist)
                    {
                        throw source.Damaged(Guard.Text($"list {pairs[i]} of {nlist}"), "lists that there are");
                    }

                    sizes[pairs[i]] = pairs[i + 1];
                }

                return sizes;

            case var name:
                throw source.Damaged($"lists' sizes of type '{name}'", "'full' or 'sprs'");
        }
    }

    private ForeignList[] FastScanLists(in IvfHead head, in FaissQuantizer quantizer, int block)
    {
        if (source.FourCc() is var name && name != "ilbl")
        {
            throw NotSupported($"inverted lists of type '{name}' in a fast scan");
        }

        var nlist = head.Centroids.Length / head.Header.Dimension;
        source.Number("the lists", nlist, nlist);
        var blockBytes = FaissCodes.FastScanBlock(quantizer.M, block);
        _ = source.Int64();
        source.Number("the vectors of a block", block, block);
        source.Number("the bytes of a block", blockBytes, blockBytes);
        var (lists, sizes) = (new ForeignList[nlist], new long[nlist]);
        for (var list = 0; list < nlist; list++)
        {
            sizes[list] = source.Number("the vectors of a list", 0, head.Header.Count);
            CheckCodes(sizes[list], quantizer.M);
            var (count, ids) = ((int)sizes[list], source.Elements<long>("the ids of a list", sizes[list]));
            var codes = source.Array<byte>("the blocks of a list", FaissCodes.FastScanBytes(count, quantizer.M, block));
            lists[list] = new ForeignList(count, FaissCodes.UnpackFastScan(codes, count, quantizer.M, block), [], ids);
        }

        CheckSum(sizes, head.Header.Count);
        return lists;
    }

    private void CheckCodeSize(long found, int needed)
    {
        if (found != needed && found != NoSize)
        {
            throw source.Damaged(Guard.Text($"codes of {found} bytes"), Guard.Text($"{needed} bytes"));
        }
    }

    private void CheckSum(long[] sizes, int count)
    {
        long sum = 0;
        foreach (var size in sizes)
        {
            sum = size < 0 || size > count - sum ? long.MinValue : sum + size;
            if (sum < 0)
            {
                break;
            }
        }

        if (sum != count)
        {
            throw source.Damaged("the lists' sizes do not add up", Guard.Text($"sizes of 0 or more with a sum of {count}"));
        }
    }

    /// <summary>What an inverted file begins with.</summary>
    private readonly record struct IvfHead(FaissHeader Header, long NProbe, float[] Centroids, bool RoutesByInnerProduct);
}
