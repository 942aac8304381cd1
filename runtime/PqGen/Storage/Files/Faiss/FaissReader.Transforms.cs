using PqGen.Common;

namespace PqGen.Storage.Files.Faiss;

/// <content>Transforms in front of an index.</content>
internal sealed partial class FaissReader
{
    private ForeignIndex PreTransform(FaissInput input)
    {
        var header = Header(input.Outer);
        var count = source.Number32("the transforms", 0, 16);
        var (chain, dimension) = (input.Chain, header.Dimension);
        for (var t = 0; t < count; t++)
        {
            var transform = Transform(dimension);
            (chain, dimension) = ([.. chain, transform], transform.Dimension);
        }

        return Index(input.Inside(header with { Dimension = dimension }) with { Chain = chain });
    }

    /// <summary>Reads a transform of vectors of so many components.</summary>
    private FaissTransform Transform(int dimension)
    {
        switch (source.FourCc())
        {
            case "VNrm":
                return source.Single() is var norm && norm == 2
                    ? Sized(dimension, isSquare: true) with { Normalizes = true }
                    : throw NotSupported(Guard.Text($"a normalization by the norm {norm}"));

            case "VCnt":
                var mean = Numbers("a mean");
                return Sized(dimension, isSquare: true) is var centered && mean.Length >= dimension
                    ? centered with { Bias = NotZero(Array.ConvertAll(mean[..dimension], component => -component)) }
                    : throw source.Damaged(Guard.Text($"a mean of {mean.Length} components"), Guard.Text($"{dimension} components"));

            case "RmDT":
                var components = source.Elements<int>("the components of a transform", source.Int64());
                var remapped = Sized(dimension, isSquare: false);
                if (components.Length < remapped.Dimension || Array.Exists(components, component => component >= dimension))
                {
                    throw source.Damaged(
                        Guard.Text($"a choice of {components.Length} components up to {components.DefaultIfEmpty().Max()}"),
                        Guard.Text($"{remapped.Dimension} of those below {dimension}"));
                }

                return remapped with { Components = components[..remapped.Dimension] };

            case "LTra" or "rrot":
                return Linear(dimension);

            case "PCAm":
                _ = (source.Single(), source.Bool("random_rotation"));
                return Principal(dimension);

            case "PcAm":
                _ = (source.Single(), source.Bool("random_rotation"), source.Int32());
                return Principal(dimension);

            case "Pcam":
                _ = (source.Single(), source.Single(), source.Bool("random_rotation"), source.Int32());
                return Principal(dimension);

            case var name:
                throw NotSupported($"a transform of type '{name}'");
        }
    }

    /// <summary>Principal components: what their analysis found, and then the map that was made of it.</summary>
    private FaissTransform Principal(int dimension)
    {
        source.Skip("the mean", sizeof(float));
        source.Skip("the eigenvalues", sizeof(float));
        source.Skip("the principal components", sizeof(float));
        return Linear(dimension);
    }

    private FaissTransform Linear(int dimension)
    {
        var hasBias = source.Bool("have_bias");
        var (matrix, bias) = (Numbers("the matrix of a transform"), Numbers("the bias of a transform"));
        var sized = Sized(dimension, isSquare: false);
        var needed = sized.Dimension * dimension;
        if (matrix.Length < needed || (hasBias && bias.Length < sized.Dimension))
        {
            throw source.Damaged(
                Guard.Text($"a transform's matrix of {matrix.Length} numbers and a bias of {bias.Length}"),
                Guard.Text($"{sized.Dimension} x {dimension} and {(hasBias ? sized.Dimension : 0)}"));
        }

        return sized with
        {
            Matrix = matrix.Length == needed ? matrix : matrix[..needed], Bias = hasBias ? NotZero(bias[..sized.Dimension]) : [],
        };
    }

    private float[] Numbers(string what) => source.Floats(what, source.Int64(), Guard.MaxMagnitude);

    private static float[] NotZero(float[] bias) => bias.AsSpan().ContainsAnyExcept(0f) ? bias : [];

    /// <summary>The sizes that a transform ends with.</summary>
    private FaissTransform Sized(int dimension, bool isSquare)
    {
        source.Number32("the components that a transform takes", dimension, dimension);
        var (least, most) = isSquare ? (dimension, dimension) : (1, IndexLimits.MaxDimension);
        var made = source.Number32("the components that a transform makes", least, most);
        return source.Bool("is_trained")
            ? new FaissTransform(dimension, made)
            : throw source.Damaged("a transform is not trained", "a trained transform");
    }

    /// <summary>What comes before an index, in this library's terms.</summary>
    private FaissChain Chain(FaissInput input)
    {
        try
        {
            return FaissTransform.Compose(input.Chain, source.Cancellation);
        }
        catch (NotSupportedException e)
        {
            throw NotSupported(e.Message);
        }
    }

    /// <summary>The same of an index of rows: what is to be undone of it, and what is left where nothing leads back.</summary>
    private (FaissChain Undone, FaissChain Left) RowChain(FaissInput input, bool isInnerProduct)
    {
        var chain = Chain(input);
        var none = chain with { Map = null };
        return chain.CanBeUndone(isInnerProduct) ? (chain, none) : (none, chain);
    }

    /// <summary>The same of a refine stage, whose vectors have to be led back.</summary>
    private FaissChain Undone(FaissInput input, bool isInnerProduct)
    {
        var chain = Chain(input);
        return chain.CanBeUndone(isInnerProduct)
            ? chain
            : throw NotSupported(
                "a refine stage behind a transform that is no rotation of all its components"
                + (chain.Map!.Bias.Length > 0 && isInnerProduct ? " or subtracts a mean under inner product" : ""));
    }
}
