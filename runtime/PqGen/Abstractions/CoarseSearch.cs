namespace PqGen;

/// <summary>How a search finds the lists to probe among the centroids of an inverted file.</summary>
public enum CoarseSearch
{
    /// <summary>
    /// <see cref="Codes"/> in an IVFPQ index of 1,024 lists or more, at least four for each of Ksub, whose centroids exceed a megabyte (2^20 bytes of
    /// float32: 2,622 lists of 100 components); else <see cref="Flat"/>.
    /// </summary>
    Automatic = 0,

    /// <summary>
    /// The nearest of all centroids: exact. Queries of a batch are compared with every centroid, NList * Dimension multiplications each. From 128
    /// lists on a query by itself is first held against the centroids as bytes, which bound the scores, and compared with those that can be among
    /// the nearest. The bytes take a quarter of the centroids' and 16 more for each list.
    /// </summary>
    Flat = 1,

    /// <summary>
    /// The centroids have codes of their own, of the index's M and Ksub. A fast scan over these leaves some centroids for each list to probe
    /// (<see cref="SearchOptions.CoarseFactor"/>), which are compared as floats. What is missed is a list that was to be among the last. For IVFPQ,
    /// with Ksub lists or more.
    /// </summary>
    Codes = 2,

    /// <summary>
    /// A graph of neighbours over the centroids (HNSW, Malkov and Yashunin 2018; 16 links a centroid, 32 on the lowest level) is walked towards the
    /// query; <see cref="SearchOptions.CoarseFactor"/> says how many centroids the walk keeps. What is missed is mostly a list that was to be among
    /// the last. For IVF and IVFPQ. Under inner product a walk of the same length misses about twice as many. The graph follows from the centroids
    /// alone, takes about 140 bytes of each, and is in files. Added vectors go to the list of their nearest centroid all the same: they are compared
    /// with all.
    /// </summary>
    Hnsw = 3,
}
