namespace PqGen.Storage;

/// <summary>How vectors are kept. Immutable.</summary>
/// <param name="Format">The format.</param>
/// <param name="Dimension">Components of a vector.</param>
/// <param name="Metric">How they are compared.</param>
/// <param name="Origin">float <c>[Dimension]</c>, what the bytes of Int8 are taken from (<see cref="RowOrigin"/>); empty for zeros.</param>
internal sealed record RowScheme(RowFormat Format, int Dimension, Metric Metric, float[] Origin)
{
    /// <summary>Whether rows are compared by inner products.</summary>
    public bool ComparesProducts => Metric != Metric.SquaredL2;
}
