namespace PqGen.Ivf;

/// <summary>A list to probe.</summary>
/// <param name="List">Its number.</param>
/// <param name="Score">The query's score against its centroid, smaller is nearer: ||x - c||^2. 0 where there is one list and no centroid.</param>
internal readonly record struct Probe(int List, float Score);
