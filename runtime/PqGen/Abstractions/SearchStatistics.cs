namespace PqGen;

/// <summary>What a search, or all searches of a batch together, have done.</summary>
/// <param name="ListsProbed">Lists scanned; an index without lists has one.</param>
/// <param name="CodesScanned">Vectors in those lists, removed and filtered ones among them.</param>
/// <param name="SurvivorsScored">
/// Of these, codes that the fast scan's bounds did not exclude, and were scored from floats. In a batch, where queries may scan a long list together,
/// a few more than in single searches.
/// </param>
/// <param name="RowsReranked">Rows compared in re-ranking, kept and attached ones.</param>
public readonly record struct SearchStatistics(long ListsProbed, long CodesScanned, long SurvivorsScored, long RowsReranked)
{
    /// <summary>The sums of both.</summary>
    public static SearchStatistics operator +(SearchStatistics left, SearchStatistics right) =>
        left.Add(right);

    /// <summary>The sums of both.</summary>
    public SearchStatistics Add(SearchStatistics other) => new(
        ListsProbed + other.ListsProbed,
        CodesScanned + other.CodesScanned,
        SurvivorsScored + other.SurvivorsScored,
        RowsReranked + other.RowsReranked);
}
