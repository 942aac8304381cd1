namespace PqGen;

/// <summary>One result of a search.</summary>
/// <param name="Id">The id the vector was added with.</param>
/// <param name="Distance">
/// What the index's metric says of it and the query: squared L2, the sum of squared differences, is small when near; inner product and cosine are
/// similarities, large when near.
/// </param>
public readonly record struct Neighbor(long Id, float Distance);
