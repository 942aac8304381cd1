using System.Runtime.CompilerServices;
using PqGen.Common;
using PqGen.Kernels;
using PqGen.Quantization;

namespace PqGen.Ivf;

/// <summary>
/// The links of a hierarchical navigable small world (HNSW; Malkov and Yashunin, "Efficient and robust approximate nearest neighbor search using
/// hierarchical navigable small world graphs", 2018) over the centroids 0 to Count - 1: all of them on level 0, fewer on each level above.
/// </summary>
/// <remarks>
/// One array of Int32, as files hold it: M, the top level, the entry and 0; the level of each node, <c>[Count]</c>; its links on level 0,
/// <c>[Count][2 M]</c>; then, of each node in turn, those on its levels from 1 on, <c>[levels][M]</c>. A row of links ascends and ends with -1 where
/// it is not full.
/// </remarks>
internal sealed class HnswGraph
{
    /// <summary>Links of a node on a level above 0, at most; twice as many on level 0.</summary>
    public const int DefaultM = 16;

    /// <summary>The most nodes.</summary>
    public const int MaxCount = TrainingChecks.MaxGraphLists;

    /// <summary>The most links of a node on a level above 0 in a file.</summary>
    private const int MaxM = 64;

    /// <summary>Numbers before the levels, and the highest level.</summary>
    private const int Head = 4, MaxLevel = 31;

    private readonly int[] _words;

    /// <summary>The row of each node's links on level 1, counted among all rows above level 0; what lies there is another's if it has none.</summary>
    private readonly int[] _upper;

    /// <param name="words">The array; its levels are final.</param>
    /// <param name="count">Nodes.</param>
    public HnswGraph(int[] words, int count)
    {
        (_words, Count, _upper) = (words, count, new int[count]);
        var rows = 0;
        for (var node = 0; node < count; node++)
        {
            _upper[node] = rows;
            rows += Level(node);
        }
    }

    public int Count { get; }

    /// <summary>Links of a node on a level above 0, at most.</summary>
    public int M => _words[0];

    public int TopLevel => _words[1];

    /// <summary>A node of the top level, where searches begin.</summary>
    public int Entry => _words[2];

    /// <summary>The array.</summary>
    public ReadOnlySpan<int> Words => _words;

    public long SizeInBytes => SizeOf(_words.Length, Count);

    /// <summary>
    /// A graph without links, in which every M-th node by the order of insertion is on level 1, every M^2-th on level 2, and so on.
    /// </summary>
    /// <param name="order">The nodes in the order of their insertion.</param>
    /// <remarks>
    /// The paper draws levels at random with these shares. Where the order is random, taking them in turn is the same, and their number is known
    /// beforehand: the first node is on all levels and stays the entry.
    /// </remarks>
    public static HnswGraph Unlinked(ReadOnlySpan<int> order)
    {
        var count = order.Length;
        var words = new int[WordCount(count)];
        words.AsSpan(Head + count).Fill(-1);
        (words[0], words[1], words[2]) = (DefaultM, TopLevelOf(count), order[0]);
        words[Head + order[0]] = words[1];
        for (var i = 1; i < count; i++)
        {
            var level = 0;
            for (var rest = i; rest % DefaultM == 0; rest /= DefaultM)
            {
                level++;
            }

            words[Head + order[i]] = level;
        }

        return new HnswGraph(words, count);
    }

    /// <summary>The memory of a graph that was made here, in bytes.</summary>
    public static long SizeOf(int count) => SizeOf(WordCount(count), count);

    /// <summary>Why these numbers are not a graph of so many nodes, and what is needed; null where they are one.</summary>
    public static (string Found, string Needed)? Fault(ReadOnlySpan<int> words, int count)
    {
        if (words.Length < Head + (long)count)
        {
            return (Guard.Text($"it has {words.Length} numbers"), Guard.Text($"{Head + (long)count} and the links of {count} nodes"));
        }

        var (m, top, entry) = (words[0], words[1], words[2]);
        if (m is < 2 or > MaxM || top is < 0 or > MaxLevel || (uint)entry >= (uint)count || words[3] != 0)
        {
            return (
                Guard.Text($"M is {m}, the top level {top}, the entry {entry}, the number behind them {words[3]}"),
                Guard.Text($"an M of 2 to {MaxM}, a level of 0 to {MaxLevel}, an entry of 0 to {count - 1}, and 0"));
        }

        var levels = words.Slice(Head, count);
        var rows = 0L;
        for (var node = 0; node < count; node++)
        {
            if ((uint)levels[node] > (uint)top || (node == entry && levels[node] != top))
            {
                return (
                    Guard.Text($"node {node} is on level {levels[node]}"), Guard.Text($"levels of 0 to {top}, and of the entry {entry} the last"));
            }

            rows += levels[node];
        }

        var needed = Head + count + (2L * m * count) + (m * rows);
        return words.Length != needed
            ? (Guard.Text($"it has {words.Length} numbers"), Guard.Text($"{needed} for {count} nodes and {rows} rows of links above level 0"))
            : RowFault(words, levels, m);
    }

    /// <summary>The level of a node, the highest that it is on.</summary>
    public int Level(int node) => _words[Head + node];

    /// <summary>The links of a node on one of its levels: the first -1 ends them.</summary>
    public Span<int> Row(int node, int level) => level == 0
        ? _words.AsSpan(Head + Count + (2 * M * node), 2 * M)
        : _words.AsSpan(Head + Count + (2 * M * Count) + (M * (_upper[node] + level - 1)), M);

    /// <summary>Asks for the memory of a row of links.</summary>
    public void Prefetch(int node, int level)
    {
        var row = Row(node, level);
        CacheLine.Prefetch(ref Unsafe.As<int, byte>(ref row[0]), row.Length * sizeof(int));
    }

    private static (string Found, string Needed)? RowFault(ReadOnlySpan<int> words, ReadOnlySpan<int> levels, int m)
    {
        var at = Head + levels.Length;
        for (var node = 0; node < levels.Length; node++)
        {
            if (RowFault(words.Slice(at, 2 * m), levels, node, level: 0) is { } fault)
            {
                return fault;
            }

            at += 2 * m;
        }

        for (var node = 0; node < levels.Length; node++)
        {
            for (var level = 1; level <= levels[node]; level++)
            {
                if (RowFault(words.Slice(at, m), levels, node, level) is { } fault)
                {
                    return fault;
                }

                at += m;
            }
        }

        return null;
    }

    private static (string Found, string Needed)? RowFault(ReadOnlySpan<int> row, ReadOnlySpan<int> levels, int node, int level)
    {
        var last = -1;
        for (var i = 0; i < row.Length; i++)
        {
            var link = row[i];
            if (link == -1 && !row[i..].ContainsAnyExcept(-1))
            {
                return null;
            }

            if (link <= last || link >= levels.Length || link == node || levels[link] < level)
            {
                return (
                    Guard.Text($"link {i} of node {node} on level {level} is {link}"),
                    Guard.Text($"other nodes of that level, 0 to {levels.Length - 1}, that ascend, and -1 behind the last"));
            }

            last = link;
        }

        return null;
    }

    private static int TopLevelOf(int count)
    {
        var top = 0;
        for (long nodes = DefaultM; nodes < count; nodes *= DefaultM)
        {
            top++;
        }

        return top;
    }

    private static long WordCount(int count)
    {
        // The first node of the order is on every level, so each level has the count over M^level, rounded up.
        var words = Head + count + (2L * DefaultM * count);
        long nodes = DefaultM;
        for (var level = 1; level <= TopLevelOf(count); level++)
        {
            words += DefaultM * ((count + nodes - 1) / nodes);
            nodes *= DefaultM;
        }

        return words;
    }

    private static long SizeOf(long words, int count) => sizeof(int) * (words + count);
}
