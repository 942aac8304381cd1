using PqGen.Common;

namespace PqGen.Storage.Files.Faiss;

/// <content>Indexes around an index: ids, a refine stage.</content>
internal sealed partial class FaissReader
{
    private ForeignIndex Map(FaissInput input)
    {
        var header = Header(input.Outer);
        var index = Index(input.Inside(header));
        var ids = source.Array<long>("the ids", header.Count);
        if (index.IdMap is not null)
        {
            throw NotSupported("an IDMap in an IDMap");
        }

        index.IdMap = ids;
        return index;
    }

    private ForeignIndex Refine(FaissInput input)
    {
        var header = Header(input.Outer);
        var chain = Undone(input, header.IsInnerProduct);
        var index = Index(input.Inside(header));
        if (index.IdMap is not null || index.Rows is not null || (index.Shape.Metric == Metric.Cosine) != chain.Normalizes)
        {
            throw NotSupported("a refine stage around an IDMap, another refine stage or a normalization");
        }

        if (index.Shape.RowsBehindTransform)
        {
            throw NotSupported("a refine stage around rows behind a transform that is no rotation of all its components");
        }

        var (rows, format, isInnerProduct) = RefineRows(header);
        if (!(source.Single() is >= 1 and <= 1e6f))
        {
            throw source.Damaged("the refine stage's factor is none", "1 or more");
        }

        if (isInnerProduct != header.IsInnerProduct)
        {
            throw NotSupported("a refine stage under another metric than its index");
        }

        if (index.Shape.HasCodes)
        {
            index.Rows = chain.Undo(Normalized(rows, header.Dimension, chain));
            index.RowFormat = chain.Map is null ? format : RowFormat.Float32;
        }

        return index;
    }

    private (float[] Rows, RowFormat Format, bool IsInnerProduct) RefineRows(FaissHeader header)
    {
        FaissHeader inner;
        float[] rows;
        var format = RowFormat.Float32;
        switch (source.FourCc())
        {
            case "IxF2" or "IxFI" or "IxFl":
                (inner, rows) = FlatRows();
                break;

            case "IxSQ":
                inner = Header();
                var scalars = FaissScalars.Read(source, inner.Dimension, what => NotSupported(what));
                CheckCodes(inner.Count, inner.Dimension);
                format = scalars.Format;
                rows = scalars.Decode(source.Array<byte>("the scalar codes", (long)inner.Count * scalars.CodeSize), inner.Count);
                if (Guard.IndexOfNotFinite(rows) is >= 0 and var bad)
                {
                    throw source.Damaged(Guard.Text($"component {bad} of the scalar codes is {rows[bad]}"), "finite components, at most 1e15");
                }

                break;

            case var name:
                throw NotSupported($"a refine stage of type '{name}'");
        }

        return inner.Count == header.Count && inner.Dimension == header.Dimension
            ? (rows, format, inner.IsInnerProduct)
            : throw source.Damaged("a refine stage of other vectors", Guard.Text($"{header.Count} of {header.Dimension} components"));
    }
}
