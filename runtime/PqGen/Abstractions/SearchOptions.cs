namespace PqGen;

/// <summary>How the codes of a list are scanned. Both kinds return the same ids in the same order.</summary>
public enum ScanKind
{
    /// <summary>Byte tables rounded down to a lower bound; what survives is re-scored from floats.</summary>
    Fast = 0,

    /// <summary>The plain float ADC scan: for checking and for benchmarks.</summary>
    Plain = 1,
}

/// <summary>The options of one search.</summary>
public readonly record struct SearchOptions
{
    /// <summary>
    /// Lists to probe; more than there are means all. 0 stands for the index's default, <see cref="VectorIndex.DefaultNProbe"/>. An index
    /// without lists ignores it.
    /// </summary>
    public int NProbe { get; init; }

    /// <summary>
    /// The recall wanted, 0 to 1, instead of <see cref="NProbe"/>, <see cref="ProbeBudget"/> and <see cref="Rerank"/>: the cheapest setting that
    /// reached it when the index was calibrated (<see cref="VectorIndex.Calibrate(int, int, int, int, CancellationToken)"/>), or the best if none
    /// did. 0 to name numbers. In a calibrated index a search that names none of them aims at .95. A range search takes its NProbe and ProbeBudget
    /// alone.
    /// </summary>
    public float TargetRecall { get; init; }

    /// <summary>
    /// How carefully lists are found. Where centroids have codes (<see cref="CoarseSearch.Codes"/>), how many of them are compared as floats for each
    /// list to probe, 32 at least; 0 stands for 3. On GloVe (4,096 lists, 66 probed) 3 and 4 lost no recall, 2 lost .001. Where it comes to half of
    /// all lists, all are compared. Where they have a graph (<see cref="CoarseSearch.Hnsw"/>), how many of them a search in it keeps for each list to
    /// probe, efSearch in all, 32 at least; 0 stands for 2. Where it comes to 1/64 of all lists, all are compared, which costs less. Else it is
    /// ignored.
    /// </summary>
    public int CoarseFactor { get; init; }

    /// <summary>
    /// Candidates to re-rank by their exact distance: the nearest max(k, Rerank) by code, ties by smaller id, are compared as float32 vectors; more
    /// than there are means all. In an IVFPQ index of residuals, nearest by code means by the sum, in float32 and in this order, of the query's
    /// distance to the list's centroid, the smallest term of the list, the vector's 16-bit term in the list's units, and the query's table entries.
    /// A vector is taken without that sum, or left out, where its bound, the same summed in whole steps of the query's byte table, is smaller or
    /// larger than the last candidate's by more than M roundings to a step are likely to differ, 1 + 2 sqrt(M / 12) steps: now and then one of the
    /// last candidates is another of nearly the same sum; GloVe loses no recall. 0 turns re-ranking off. Needs an index that keeps its vectors (<see
    /// cref="TrainingOptions.KeepVectors"/>), or to which they are attached (<see cref="VectorIndex.AttachRows"/>); an index that compares float32
    /// vectors anyway ignores it.
    /// </summary>
    public int Rerank { get; init; }

    /// <summary>
    /// Where there are rows of few bytes and better ones (<see cref="RowFormat.Int8Float16"/>, or rows that were attached to an index which keeps
    /// some, <see cref="VectorIndex.AttachRows"/>): of the candidates that <see cref="Rerank"/> compares with the first, the nearest max(k, Refine),
    /// ties by smaller id, are compared again with the better ones, and have their distances. 0 stands for max(20, 2k). Where rows are attached and
    /// none kept, all candidates are compared with the attached ones. Needs rows for a second look.
    /// </summary>
    public int Refine { get; init; }

    /// <summary>
    /// Codes (or float32 vectors, in an index without codes) to scan at most, in whole lists, nearest first: the first list that would exceed it ends
    /// the search. 0 for no limit. An index without lists ignores it.
    /// </summary>
    public long MaxCodes { get; init; }

    /// <summary>
    /// Ends a query's probing where little is left to find: a query far nearer to its first centroid than to the next probes few lists, one between
    /// many centroids up to <see cref="NProbe"/>. With n the vectors of all lists up to and with the next one, d its centroid's squared distance and
    /// d1 that of the nearest, the next list is probed if n (d / d1)^4 is at most ProbeBudget times the mean size of a list; in any case until the
    /// lists hold k vectors. For the same recall that scans 20 to 30 % fewer codes than a number of lists alone (GloVe, Fashion-MNIST).
    /// <see cref="VectorIndex.EstimateProbeBudget"/> finds a number for an NProbe; a calibrated index and <c>pqtool tune</c> know one. 0 for no
    /// limit. An index without lists ignores it; under inner product, which knows no distances, it is refused.
    /// </summary>
    public float ProbeBudget { get; init; }

    /// <summary>
    /// Keep probing past <see cref="NProbe"/>, <see cref="MaxCodes"/> and <see cref="ProbeBudget"/>, nearest list first, until k neighbours are found
    /// or every list was probed. A range search ignores it.
    /// </summary>
    public bool EnsureK { get; init; }

    /// <summary>How codes are scanned.</summary>
    public ScanKind Scan { get; init; }
}
