using System.Runtime.CompilerServices;
using PqGen.Ivf;
using PqGen.Quantization;
using PqGen.Storage;
using PqGen.TopK;

namespace PqGen.Scan;

/// <summary>One search, as a code sees it.</summary>
/// <param name="vector">float <c>[Dimension]</c>.</param>
/// <param name="number">Its number among those prepared together.</param>
/// <param name="nprobe">Lists to probe.</param>
/// <param name="k">Neighbours asked for.</param>
/// <param name="options">The caller's options.</param>
internal readonly ref struct ScanQuery(ReadOnlySpan<float> vector, int number, int nprobe, int k, SearchOptions options)
{
    private readonly long _maxCodes = options.MaxCodes == 0 ? long.MaxValue : options.MaxCodes;

    public ReadOnlySpan<float> Vector { get; } = vector;

    public int Number => number;

    public bool IsPlain => options.Scan == ScanKind.Plain;

    /// <summary>Whether the next list is scanned.</summary>
    /// <param name="probe">Its rank.</param>
    /// <param name="vectors">The vectors that it holds.</param>
    /// <param name="scanned">Vectors scanned before it.</param>
    /// <param name="collected">Vectors found before it.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool GoesOn(int probe, int vectors, long scanned, int collected) =>
        IsWithin(probe, vectors, scanned) || (options.EnsureK && collected < k);

    /// <summary>Whether the next list is scanned however many vectors were found.</summary>
    /// <inheritdoc cref="GoesOn" path="/param"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsWithin(int probe, int vectors, long scanned) => probe < nprobe && scanned + vectors <= _maxCodes;
}

/// <summary>Vectors that are being added, as a code keeps them.</summary>
/// <param name="vectors">float <c>[n][Dimension]</c>.</param>
/// <param name="codes">byte <c>[n][M]</c>; empty where rows are kept.</param>
/// <param name="terms">UInt16 <c>[n]</c>; empty where there are none.</param>
internal readonly ref struct EncodedRows(ReadOnlySpan<float> vectors, byte[] codes, ushort[] terms)
{
    public ReadOnlySpan<float> Vectors { get; } = vectors;

    public byte[] Codes => codes;

    public ushort[] Terms => terms;
}

/// <summary>How an index keeps vectors and compares a query with them: as rows, as codes, as codes of residuals.</summary>
internal interface ICode
{
    /// <summary>How the vectors of a list lie in memory.</summary>
    ListLayout Layout { get; }

    /// <summary>The product quantizer; null where rows are kept.</summary>
    ProductQuantizer? Quantizer { get; }

    /// <summary>The codebooks as the index computes with them, float <c>[M][Ksub][Dsub]</c>; empty where rows are kept.</summary>
    ReadOnlySpan<float> Codebooks { get; }

    long SizeInBytes { get; }

    /// <summary>Makes codes of vectors.</summary>
    /// <param name="vectors">float <c>[n][Dimension]</c>.</param>
    /// <param name="lists">The list of each.</param>
    /// <param name="groups">The same, by list.</param>
    /// <param name="threads">Threads to use.</param>
    /// <param name="cancellation">Ends it early.</param>
    EncodedRows Encode(ReadOnlySpan<float> vectors, int[] lists, ListGroups groups, int threads, CancellationToken cancellation);

    /// <summary>Vectors of one list that were encoded elsewhere, with what the code keeps beside them.</summary>
    /// <param name="list">The list.</param>
    /// <param name="rows">float <c>[n][Dimension]</c>; empty where there are codes.</param>
    /// <param name="codes">byte <c>[n][M]</c>; empty where rows are kept.</param>
    /// <param name="scratch">Working memory.</param>
    EncodedRows Encoded(int list, ReadOnlySpan<float> rows, byte[] codes, ScanScratch scratch);

    /// <summary>Writes row i into a segment.</summary>
    void Write(in EncodedRows rows, int i, in Segment segment, int place);

    /// <summary>Computes what queries need before their lists are scanned; shares the loads of codebooks.</summary>
    void Prepare(ReadOnlySpan<float> queries, int count, ScanScratch scratch);

    /// <summary>Offers the collector what the probed lists hold, nearest list first.</summary>
    void Scan<TCollector>(in ScanQuery query, ReadOnlySpan<Probe> probes, ListTable lists, ref TCollector collector, ScanScratch scratch)
        where TCollector : struct, ICollector, allows ref struct;

    /// <summary>Whether queries that scan each list together are served sooner than one after the other.</summary>
    /// <param name="vectors">Vectors of a list, on average.</param>
    bool Shares(double vectors);

    /// <summary>Offers the collectors of queries that were prepared together what their lists hold, each list for all of them.</summary>
    /// <param name="group">The queries, in the order of their numbers.</param>
    /// <param name="collectors">Makes their collectors.</param>
    /// <param name="lists">The lists.</param>
    /// <param name="states">How far each collector is, written.</param>
    /// <param name="scratch">Working memory.</param>
    void ScanTogether<TCollectors, TCollector>(
        scoped in ScanGroup group, TCollectors collectors, ListTable lists, Span<CollectorState> states, ScanScratch scratch)
        where TCollectors : struct, ICollectors<TCollector>, allows ref struct
        where TCollector : struct, ICollector, allows ref struct;

    /// <summary>The score of a row of floats, float <c>[InputDimension]</c>, and a query that was not transformed.</summary>
    float Score(ref float query, ref float row);

    /// <summary>The scores of rows that lie one after the other, each with the bits of <see cref="Score"/>.</summary>
    /// <param name="query">float <c>[InputDimension]</c>.</param>
    /// <param name="rows">float <c>[count][InputDimension]</c>.</param>
    /// <param name="count">Rows, 0 or more.</param>
    /// <param name="scores">float <c>[count]</c>, written.</param>
    void Scores(ref float query, ref float rows, int count, ref float scores);

    /// <summary>The vector that lies at a place of a list's segment, as far as the code keeps it: float <c>[Dimension]</c>.</summary>
    void Decode(int list, in Segment segment, int place, Span<float> vector);
}
