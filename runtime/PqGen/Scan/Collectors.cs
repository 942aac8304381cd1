using PqGen.Storage;
using PqGen.TopK;

namespace PqGen.Scan;

/// <summary>Makes the collectors of a group of queries.</summary>
internal interface ICollectors<TCollector>
    where TCollector : struct, ICollector, allows ref struct
{
    /// <summary>A query's collector, which holds nothing yet.</summary>
    TCollector this[int q] { get; }
}

/// <summary>Collectors of the nearest vectors.</summary>
/// <param name="heaps">Neighbours <c>[queries][wanted]</c>.</param>
/// <param name="wanted">Neighbours of each query.</param>
/// <param name="names">From positions to ids.</param>
internal readonly ref struct TopKCollectors<TNames>(Span<Neighbor> heaps, int wanted, TNames names) : ICollectors<TopKCollector<TNames>>
    where TNames : struct, INames
{
    private readonly Span<Neighbor> _heaps = heaps;

    public TopKCollector<TNames> this[int q] => new(_heaps.Slice(q * wanted, wanted), names);
}

/// <summary>Collectors of candidates for re-ranking.</summary>
/// <param name="nearest">Collectors of what is taken.</param>
/// <param name="rows">The rows that the index keeps; null where it keeps none.</param>
internal readonly ref struct CandidateCollectors<TNames>(TopKCollectors<TNames> nearest, KeptRows? rows) : ICollectors<CandidateCollector<TNames>>
    where TNames : struct, INames
{
    private readonly TopKCollectors<TNames> _nearest = nearest;

    public CandidateCollector<TNames> this[int q] => new(_nearest[q], rows);
}
