using PqGen.Common;

namespace PqGen.Storage.Files.Faiss;

/// <content>Indexes around an index: ids, a refine stage, transforms.</content>
internal sealed partial class FaissReader
{
    private ForeignIndex Map(bool normalizes, int depth)
    {
        var header = Header();
        var index = Index(normalizes, depth + 1);
        CheckInner(header, index);
        var ids = source.Array<long>("the ids", header.Count);
        if (index.IdMap is not null)
        {
            throw NotSupported("an IDMap in an IDMap");
        }

        index.IdMap = ids;
        return index;
    }

    private ForeignIndex Refine(bool normalizes, int depth)
    {
        var header = Header();
        var index = Index(normalizes, depth + 1);
        CheckInner(header, index);
        if (index.IdMap is not null || index.Rows is not null || index.IsTransformed)
        {
            throw NotSupported("a refine stage around an IDMap, another refine stage or a transform");
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

        (index.Rows, index.RowFormat) = index.Shape.HasCodes ? (Normalized(rows, header.Dimension, normalizes), format) : (null, default);
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

    private ForeignIndex PreTransform(bool normalizes, int depth)
    {
        var header = Header();
        var transforms = source.Number32("the transforms", 0, 16);
        for (var t = 0; t < transforms; t++)
        {
            if (source.FourCc() is var name && name != "VNrm")
            {
                throw NotSupported($"a transform of type '{name}'");
            }

            if (source.Single() is var norm && norm != 2)
            {
                throw NotSupported(Guard.Text($"a normalization by the norm {norm}"));
            }

            source.Number32("a transform's components", header.Dimension, header.Dimension);
            source.Number32("a transform's components", header.Dimension, header.Dimension);
            source.Bool("is_trained");
            normalizes = true;
        }

        var index = Index(normalizes, depth + 1);
        CheckInner(header, index);
        index.IsTransformed = transforms > 0;
        return index;
    }

    private void CheckInner(FaissHeader header, ForeignIndex index)
    {
        if (header.Count != index.Count || header.Dimension != index.Shape.Dimension)
        {
            throw source.Damaged(
                Guard.Text($"an index of {index.Count} vectors of {index.Shape.Dimension} components"),
                Guard.Text($"{header.Count} of {header.Dimension}, as the one around it says"));
        }
    }
}
