using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PqGen.Storage;
using PqGen.TopK;

namespace PqGen.Scan;

/// <summary>Compares the candidates of a scan again, by their rows of floats.</summary>
internal static class Reranker
{
    /// <summary>How many rows further on memory is asked for.</summary>
    private const int RowsAhead = 16;

    /// <summary>Offers the collector every candidate with the score of its row.</summary>
    /// <param name="code">The code, which compares rows.</param>
    /// <param name="query">float <c>[Dimension]</c>.</param>
    /// <param name="candidates">Candidates, named by position.</param>
    /// <param name="rows">The vectors by position.</param>
    /// <param name="memory">float <c>[Dimension]</c>, working memory.</param>
    /// <param name="collector">What is being collected.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<TCode, TRows, TCollector>(
        in TCode code, ReadOnlySpan<float> query, ReadOnlySpan<Neighbor> candidates, TRows rows, Span<float> memory, ref TCollector collector)
        where TCode : struct, ICode
        where TRows : struct, IRowView
        where TCollector : struct, ICollector, allows ref struct
    {
        // The rows lie anywhere in memory: those of the next candidates are under way while one is compared.
        for (var ahead = 0; ahead < candidates.Length + RowsAhead; ahead++)
        {
            if (ahead < candidates.Length)
            {
                rows.Prefetch((int)candidates[ahead].Id);
            }

            if (ahead - RowsAhead is >= 0 and var c)
            {
                var position = (int)candidates[c].Id;
                collector.Push(position, code.Score(ref MemoryMarshal.GetReference(query), ref rows.At(position, ref memory[0])));
            }
        }
    }
}
