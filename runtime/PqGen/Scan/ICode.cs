using PqGen.Ivf;
using PqGen.Quantization;
using PqGen.Storage;
using PqGen.TopK;

namespace PqGen.Scan;

/// <summary>One search, as a code sees it.</summary>
/// <param name="vector">float <c>[Dimension]</c>.</param>
/// <param name="number">Its number among those prepared together.</param>
/// <param name="nprobe">Lists to probe.</param>
/// <param name="k">Neighbours asked for; probing goes on past <paramref name="nprobe"/> until there are so many.</param>
/// <param name="kind">How codes are scanned.</param>
internal readonly ref struct ScanQuery(ReadOnlySpan<float> vector, int number, int nprobe, int k, ScanKind kind)
{
    public ReadOnlySpan<float> Vector { get; } = vector;

    public int Number => number;

    public int NProbe => nprobe;

    public int K => k;

    public ScanKind Kind => kind;
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

    /// <summary>Writes row i into a segment.</summary>
    void Write(in EncodedRows rows, int i, in Segment segment, int place);

    /// <summary>Computes what queries need before their lists are scanned; shares the loads of codebooks.</summary>
    void Prepare(ReadOnlySpan<float> queries, int count, ScanKind kind, ScanScratch scratch);

    /// <summary>Offers the collector what the probed lists hold, nearest list first.</summary>
    void Scan<TNames>(in ScanQuery query, ReadOnlySpan<Probe> probes, ListTable lists, ref TopKCollector<TNames> collector, ScanScratch scratch)
        where TNames : struct, INames;

    /// <summary>Scans for queries that were prepared together, each part of the codes for all of them in turn, where a code can.</summary>
    /// <param name="states">What was collected for each query, written.</param>
    /// <param name="wanted">Neighbours of each query.</param>
    /// <param name="heaps">Neighbours <c>[queries][wanted]</c>.</param>
    /// <param name="names">From positions to ids.</param>
    /// <param name="lists">The lists.</param>
    /// <param name="scratch">Working memory.</param>
    /// <returns>Whether it did.</returns>
    bool TryScanTogether<TNames>(Span<CollectorState> states, int wanted, Span<Neighbor> heaps, TNames names, ListTable lists, ScanScratch scratch)
        where TNames : struct, INames;

    /// <summary>The score of a row of floats.</summary>
    float Score(ref float query, ref float row);
}
