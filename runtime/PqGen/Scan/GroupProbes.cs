using System.Runtime.CompilerServices;
using PqGen.Common;
using PqGen.Storage;

namespace PqGen.Scan;

/// <summary>One query's probe of a list that others of its group may probe too.</summary>
/// <param name="Query">The query's number in the group.</param>
/// <param name="Rank">The list's among those that it probes.</param>
/// <param name="Before">The number of the probe of the same list that was added before; negative where there is none.</param>
internal readonly record struct GroupProbe(int Query, int Rank, int Before);

/// <summary>
/// The lists that a group of queries probes, each once: first those that are some query's nearest, then those that are some query's second nearest,
/// and so on; and who probes each. So thresholds are low early, as where one query goes from its nearest list on.
/// </summary>
internal sealed class GroupProbes
{
    private GroupProbe[] _probes = [];
    private int[] _lists = [];
    private int[] _lastOfList = [];
    private int _listCount;

    public long SizeInBytes => ((long)Unsafe.SizeOf<GroupProbe>() * _probes.Length) + (4L * (_lists.Length + _lastOfList.Length));

    /// <summary>The lists.</summary>
    public ReadOnlySpan<int> Lists => _lists.AsSpan(0, _listCount);

    /// <summary>The probes that <see cref="LastOf"/> and <see cref="GroupProbe.Before"/> number.</summary>
    public ReadOnlySpan<GroupProbe> All => _probes;

    /// <summary>The number of the last probe of a list.</summary>
    public int LastOf(int list) => _lastOfList[list];

    /// <summary>Goes through what the queries of a group probe.</summary>
    /// <param name="group">The queries.</param>
    /// <param name="lists">What the lists hold.</param>
    /// <param name="counts">Counts them for each query.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Collect(scoped in ScanGroup group, ListTable lists, ref ScanCounts counts)
    {
        Clear(lists.NList);
        Span<int> ends = stackalloc int[ScanGroup.Most];
        var (most, all) = (0, 0);
        for (var q = 0; q < group.Count; q++)
        {
            var walk = new ProbeWalk(group.Query(q), group.Probes(q), lists);
            for (ends[q] = 0; walk.MoveNext(0, ref counts); ends[q]++)
            {
                // As many as the options let it probe.
            }

            (most, all) = (Math.Max(most, ends[q]), all + ends[q]);
        }

        WorkingMemory.Ensure(ref _probes, all);
        WorkingMemory.Ensure(ref _lists, all);
        var count = 0;
        for (var rank = 0; rank < most; rank++)
        {
            for (var q = 0; q < group.Count; q++)
            {
                if (rank < ends[q])
                {
                    var list = group.Probes(q)[rank].List;
                    ref var last = ref _lastOfList[list];
                    if (last < 0)
                    {
                        _lists[_listCount++] = list;
                    }

                    _probes[count] = new GroupProbe(q, rank, last);
                    last = count++;
                }
            }
        }
    }

    /// <summary>Forgets the lists collected last; here and not behind a scan, which may end early.</summary>
    private void Clear(int nlist)
    {
        foreach (var list in Lists)
        {
            _lastOfList[list] = -1;
        }

        _listCount = 0;
        if (_lastOfList.Length < nlist)
        {
            _lastOfList = new int[nlist];
            _lastOfList.AsSpan().Fill(-1);
        }
    }
}
