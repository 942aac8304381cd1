namespace PqGen.Storage;

/// <summary>
/// From a vector's position, in the order of adding, to its id. Costs nothing while ids are the positions themselves.
/// </summary>
internal sealed class IdMap
{
    private const int SetEntrySize = 20;
    private long[]? _ids;
    private HashSet<long>? _seen;

    /// <summary>The ids and the set that finds duplicates among them, 20 bytes an entry.</summary>
    public long SizeInBytes => (((long?)_ids?.Length ?? 0) * sizeof(long)) + (((long?)_seen?.Capacity ?? 0) * SetEntrySize);

    /// <summary>The ids at this moment; null while id and position are the same.</summary>
    public long[]? Snapshot => Volatile.Read(ref _ids);

    /// <summary>The id of a position in a snapshot.</summary>
    public static long Id(long[]? snapshot, int position) => snapshot is null ? position : snapshot[position];

    /// <summary>Checks ids before anything changes: none twice, none already taken.</summary>
    public void Check(ReadOnlySpan<long> ids, int used)
    {
        var added = new HashSet<long>(ids.Length);
        for (var i = 0; i < ids.Length; i++)
        {
            if (!added.Add(ids[i]) || IsTaken(ids[i], used))
            {
                throw new ArgumentException(Guard.Text($"ids: id {ids[i]} at position {i} is already in use; every id needs to be new."), nameof(ids));
            }
        }
    }

    /// <summary>Checks that the positions used..used+count-1 are free as ids.</summary>
    public void CheckSequential(int used, int count)
    {
        for (var i = used; _seen is not null && i < used + count; i++)
        {
            if (_seen.Contains(i))
            {
                throw new InvalidOperationException(Guard.Text($"Add without ids would give a vector the id {i}, which is in use; add with ids of your own."));
            }
        }
    }

    /// <summary>Writes ids behind those in use; they count once the owner publishes its new count.</summary>
    public void Write(ReadOnlySpan<long> ids, int used)
    {
        if (ids.IsEmpty)
        {
            return;
        }

        if (_ids is null)
        {
            var seen = new HashSet<long>(used + ids.Length);
            for (var i = 0; i < used; i++)
            {
                seen.Add(i);
            }

            var sequence = Sequence(0, used, (int)Growth.Capacity(0, used + ids.Length, 16));
            _seen = seen;
            Volatile.Write(ref _ids, sequence);
        }

        Grow(used + ids.Length, used);
        ids.CopyTo(_ids.AsSpan(used));
        foreach (var id in ids)
        {
            _seen!.Add(id);
        }
    }

    /// <summary>Takes ids read from a file into an empty map, with the set of them.</summary>
    public void Load(long[] ids, HashSet<long> seen) => (_ids, _seen) = (ids, seen);

    /// <summary>Writes the positions used..used+count-1 as ids.</summary>
    public void WriteSequential(int used, int count)
    {
        if (_ids is not null)
        {
            Write(Sequence(used, count, count), used);
        }
    }

    private static long[] Sequence(int first, int count, int capacity)
    {
        var sequence = new long[capacity];
        for (var i = 0; i < count; i++)
        {
            sequence[i] = first + i;
        }

        return sequence;
    }

    private bool IsTaken(long id, int used) => _seen is null ? id >= 0 && id < used : _seen.Contains(id);

    private void Grow(int needed, int used)
    {
        if (needed > _ids!.Length)
        {
            var grown = new long[Growth.Capacity(_ids.Length, needed, 16)];
            _ids.AsSpan(0, used).CopyTo(grown);
            Volatile.Write(ref _ids, grown);
        }
    }
}
