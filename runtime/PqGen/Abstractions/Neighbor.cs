namespace PqGen;

/// <summary>One result of a search.</summary>
/// <param name="Id">The id the vector was added with.</param>
/// <param name="Distance">Its distance from the query, as the index's metric defines it: for squared L2 the sum of squared differences.</param>
public readonly record struct Neighbor(long Id, float Distance);
