namespace PqGen;

/// <summary>
/// Allows the ids of a set: hashed, which takes some nanoseconds and 16 bytes an id or more, or sorted, which takes 8 bytes and log2(n) steps.
/// </summary>
public readonly struct IdSet : IIdFilter
{
    /// <summary>Sorted ids; or slots, a power of two of them, at most half of them filled, where an empty one holds <see cref="_empty"/>.</summary>
    private readonly long[]? _ids;
    private readonly bool _isSorted;
    private readonly long _empty;

    private IdSet(long[] ids, bool isSorted, long empty)
    {
        (_ids, _isSorted, _empty) = (ids, isSorted, empty);
    }

    /// <summary>A hashed set.</summary>
    /// <param name="ids">In any order; may be there twice. Copied.</param>
    public IdSet(ReadOnlySpan<long> ids)
    {
        // An id that is not in the set marks what is empty.
        var all = new HashSet<long>(ids.Length);
        foreach (var id in ids)
        {
            all.Add(id);
        }

        while (all.Contains(_empty))
        {
            _empty--;
        }

        _ids = new long[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(2, checked(2 * all.Count)))];
        _ids.AsSpan().Fill(_empty);
        foreach (var id in all)
        {
            var slot = Slot(id);
            while (_ids[slot] != _empty)
            {
                slot = (slot + 1) & (_ids.Length - 1);
            }

            _ids[slot] = id;
        }
    }

    /// <summary>A sorted set.</summary>
    /// <param name="ids">In any order; may be there twice. Copied.</param>
    public static IdSet Sorted(ReadOnlySpan<long> ids)
    {
        var sorted = ids.ToArray();
        Array.Sort(sorted);
        return new IdSet(sorted, isSorted: true, empty: 0);
    }

    /// <inheritdoc/>
    public bool Allows(long id)
    {
        if (_ids is null)
        {
            return false;
        }

        if (_isSorted)
        {
            return Array.BinarySearch(_ids, id) >= 0;
        }

        if (id == _empty)
        {
            return false;
        }

        for (var slot = Slot(id); ; slot = (slot + 1) & (_ids.Length - 1))
        {
            if (_ids[slot] == id || _ids[slot] == _empty)
            {
                return _ids[slot] == id;
            }
        }
    }

    /// <summary>The finalizer of splitmix64 (Steele, Lea, Flood, 2014).</summary>
    private int Slot(long id)
    {
        var z = unchecked((ulong)id + 0x9E3779B97F4A7C15);
        z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9);
        z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EB);
        return (int)(z ^ (z >> 31)) & (_ids!.Length - 1);
    }
}
