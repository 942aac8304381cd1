using PqGen.Ivf;
using PqGen.Storage;

namespace PqGen.Scan;

/// <summary>Goes through the lists that a search probes, nearest first, as far as its options let it, and counts them.</summary>
internal ref struct ProbeWalk(ScanQuery query, ReadOnlySpan<Probe> probes, ListTable lists)
{
    private readonly ScanQuery _query = query;
    private readonly ReadOnlySpan<Probe> _probes = probes;
    private int _next;
    private long _scanned;

    /// <summary>The list to scan.</summary>
    public readonly Probe Probe => _probes[_next - 1];

    /// <summary>Whether the next list is among those that are scanned however many vectors were found.</summary>
    public readonly bool IsWithin =>
        _next < _probes.Length && (!lists.Layout.HasPositions || _query.IsWithin(_next, lists.Peek(_probes[_next].List).Count, _scanned));

    /// <summary>Goes to the next list. The only list of an index without lists is always scanned.</summary>
    /// <param name="collected">Vectors found so far.</param>
    /// <param name="counts">Counts the list.</param>
    public bool MoveNext(int collected, ref ScanCounts counts)
    {
        if (_next == _probes.Length)
        {
            return false;
        }

        var count = lists.Peek(_probes[_next].List).Count;
        if (lists.Layout.HasPositions && !_query.GoesOn(_next, count, _scanned, collected))
        {
            return false;
        }

        _next++;
        _scanned += count;
        counts.Probed(count);
        return true;
    }
}
