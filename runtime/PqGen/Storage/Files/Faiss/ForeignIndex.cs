using PqGen.Common;
using PqGen.Quantization;

namespace PqGen.Storage.Files.Faiss;

/// <summary>A list of an index of another program: its vectors, as codes or as rows, and their numbers or ids.</summary>
/// <param name="Count">Vectors.</param>
/// <param name="Codes">byte <c>[Count][M]</c>; empty where there are rows.</param>
/// <param name="Rows">float <c>[Count][Dimension]</c>; empty where there are codes.</param>
/// <param name="Ids">Int64 <c>[Count]</c>; empty where a vector's place is its number.</param>
internal sealed record ForeignList(int Count, byte[] Codes, float[] Rows, long[] Ids);

/// <summary>What a file of another program holds, in this library's terms: checked, and not yet placed.</summary>
internal sealed class ForeignIndex
{
    /// <summary>Kind, sizes and metric.</summary>
    public required IndexShape Shape { get; init; }

    /// <summary>Vectors.</summary>
    public required int Count { get; init; }

    /// <summary>What vectors go through before they are encoded; null for nothing.</summary>
    public LinearTransform? Transform { get; init; }

    /// <summary>float <c>[NList][Dimension]</c>; empty without lists.</summary>
    public float[] Centroids { get; init; } = [];

    /// <summary>float <c>[M][Ksub][Dsub]</c>; empty without codes.</summary>
    public float[] Codebooks { get; init; } = [];

    /// <summary>Lists that a search probes by default; 0 for the usual number.</summary>
    public int DefaultNProbe { get; init; }

    /// <summary>The lists, one where there are none.</summary>
    public required ForeignList[] Lists { get; init; }

    /// <summary>float <c>[Count][InputDimension]</c>, the vectors for re-ranking by their numbers; null where none are kept.</summary>
    public float[]? Rows { get; set; }

    /// <summary>How they are to be kept.</summary>
    public RowFormat RowFormat { get; set; }

    /// <summary>The ids of vectors by their numbers; null where ids are the lists' own.</summary>
    public long[]? IdMap { get; set; }

    /// <summary>
    /// The position of each vector of each list, and the ids by position; none where ids are the positions. Where the lists' ids are the numbers from
    /// 0 on, each once, they are the positions; else positions count through the lists.
    /// </summary>
    /// <param name="damaged">Makes an exception of what was found and what is needed.</param>
    public (int[][] Positions, long[] Ids) Place(Func<string, string, IndexFileException> damaged)
    {
        var isNumbered = Lists.All(list => list.Ids.Length == 0) || AreNumbers();
        if (!isNumbered && (IdMap ?? (object?)Rows) is not null)
        {
            throw damaged(
                Guard.Text($"the lists' ids are not the numbers of {Count} vectors"), "so they are where an IDMap or a refine stage goes by them");
        }

        var (positions, own, next) = (new int[Lists.Length][], isNumbered ? [] : new long[Count], 0);
        for (var l = 0; l < Lists.Length; l++)
        {
            var list = Lists[l];
            positions[l] = new int[list.Count];
            for (var i = 0; i < list.Count; i++, next++)
            {
                positions[l][i] = isNumbered && list.Ids.Length > 0 ? (int)list.Ids[i] : next;
                if (!isNumbered)
                {
                    own[next] = list.Ids[i];
                }
            }
        }

        return (positions, IdMap ?? own);
    }

    private bool AreNumbers()
    {
        var seen = new ulong[(Count + 63) / 64];
        foreach (var list in Lists)
        {
            foreach (var id in list.Ids)
            {
                if ((ulong)id >= (ulong)Count || (seen[id / 64] & (1UL << (int)(id % 64))) != 0)
                {
                    return false;
                }

                seen[id / 64] |= 1UL << (int)(id % 64);
            }
        }

        return true;
    }
}
