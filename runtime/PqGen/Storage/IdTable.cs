using PqGen.Common;

namespace PqGen.Storage;

/// <summary>
/// The ids of an index: by position, and from an id that is in use to its position. Costs nothing while ids are the positions themselves; else 8
/// bytes for the id and 5 to 7 for finding it.
/// </summary>
/// <remarks>
/// Positions lie in a table with open addressing and linear probing, at most four fifths full, by a mixed and seeded hash: no choice of ids makes it
/// slow. Of ids in a mapped file the table is made when it is first needed, which searches do not: of it 5 bytes an id.
/// One writer; readers take <see cref="View"/>. What changes slots (<see cref="Write"/>, <see cref="WriteSequential"/>,
/// <see cref="Remove"/>) and what reads them for others than the writer (<see cref="Find"/>) exclude each other by a lock of the owner's.
/// </remarks>
internal sealed partial class IdTable
{
    /// <summary>Of the ids by position: little is left over, and a search looks few of them up.</summary>
    public const int ChunkBytes = 1 << 17;

    private const int EmptySlot = -1, RemovedSlot = -2;
    private static readonly ulong s_seed = (ulong)Random.Shared.NextInt64();
    private Column<long>? _ids;
    private AlignedBuffer<int> _slots = new(0);

    /// <summary>Slots that are not empty.</summary>
    private int _filled;


    /// <summary>The ids and what finds them.</summary>
    public long SizeInBytes => (_ids?.SizeInBytes ?? 0) + (_slots.Length == 0 ? 0 : _slots.SizeInBytes);

    /// <summary>The ids at this moment.</summary>
    public IdView View => _ids is null ? default : new IdView(_ids.View);

    /// <summary>Into which of some shares of equal size an id falls.</summary>
    public static uint Share(long id, uint shares) => (uint)Slot(id, shares);

    /// <summary>Slots for so many ids.</summary>
    public static long SlotCount(long ids) => (ids * 5 / 4) + 1;

    /// <summary>A table of ids by position.</summary>
    /// <param name="ids">The ids.</param>
    /// <param name="twice">The number of the first id that was there before; -1 where there is none, as there should be.</param>
    public static IdTable Of(ReadOnlySpan<long> ids, out int twice)
    {
        var table = new IdTable { _slots = NewSlots(ids.Length), _filled = ids.Length };
        for (var i = 0; i < ids.Length; i++)
        {
            if (!Insert(table._slots, ids, i))
            {
                twice = i;
                return table;
            }
        }

        var column = new Column<long>(1, ChunkBytes);
        column.Reserve(ids.Length, 0);
        column.Write(ids, 0);
        table._ids = column;
        twice = -1;
        return table;
    }

    /// <summary>Checks ids before anything changes: none twice, none in use.</summary>
    public void Check(ReadOnlySpan<long> ids, int used, in RemovalView removed)
    {
        var added = NewSlots(ids.Length);
        for (var i = 0; i < ids.Length; i++)
        {
            if (Find(ids[i], used, removed) >= 0 || !Insert(added, ids, i))
            {
                throw new ArgumentException(
                    Guard.Text($"ids: id {ids[i]} at position {i} is already in use; every id needs to be new."), nameof(ids));
            }
        }
    }

    /// <summary>The positions of those ids that are in use, ascending. None may be there twice.</summary>
    public int[] FindEach(ReadOnlySpan<long> ids, int used, in RemovalView removed)
    {
        var (seen, found) = (NewSlots(ids.Length), new List<int>());
        for (var i = 0; i < ids.Length; i++)
        {
            if (!Insert(seen, ids, i))
            {
                throw new ArgumentException(
                    Guard.Text($"ids: id {ids[i]} at position {i} is there twice; every id needs to be there once."), nameof(ids));
            }

            if (Find(ids[i], used, removed) is >= 0 and var position)
            {
                found.Add(position);
            }
        }

        found.Sort();
        return [.. found];
    }

    /// <summary>Checks that some numbers from <paramref name="first"/> on are free as ids.</summary>
    public void CheckSequential(long first, int count, int used, in RemovalView removed)
    {
        for (var id = first; _ids is not null && id < first + count; id++)
        {
            if (Find(id, used, removed) >= 0)
            {
                throw new InvalidOperationException(
                    Guard.Text($"Add without ids would give a vector the id {id}, which is in use; add with ids of your own."));
            }
        }
    }

    /// <summary>The position of an id; -1 where it is not in use.</summary>
    public int Find(long id, int used, in RemovalView removed)
    {
        // The writer makes room beside the owner's lock: slots first, then the ids that say that there are some.
        if (Volatile.Read(ref _ids) is not { } ids)
        {
            return id >= 0 && id < used && (removed.Count == 0 || !removed.Contains((int)id)) ? (int)id : -1;
        }

        var (view, slots) = (ids.View, Volatile.Read(ref _slots));
        for (var slot = Slot(id, slots.Length); slots.At(slot) is not EmptySlot and var position; slot = Next(slot, slots.Length))
        {
            if (position != RemovedSlot && view.At(position) == id)
            {
                return position;
            }
        }

        return -1;
    }

    /// <summary>Makes room for the caller's own ids, so that <see cref="Write"/> cannot fail.</summary>
    public void Reserve(int used, int count, in RemovalView removed)
    {
        var live = used - removed.Count;
        if (_ids is null)
        {
            var ids = new Column<long>(1, ChunkBytes);
            ids.Reserve(used + count, 0);
            for (var i = 0; i < used; i++)
            {
                ids.View.At(i) = i;
            }

            (_slots, _filled) = (Rehash(ids.View, used, live + count, removed), live);
            Volatile.Write(ref _ids, ids);
            return;
        }

        _ids.Reserve(used + count, used);
        if (SlotCount((long)_filled + count) > _slots.Length)
        {
            var room = Math.Max(live + count, (int)Math.Min(Array.MaxLength, live + ((long)live / 4)));
            (_slots, _filled) = (Rehash(_ids.View, used, room, removed), live);
        }
    }

    /// <summary>Writes ids of the caller's behind those in use, where <see cref="Reserve"/> has made room.</summary>
    public void Write(ReadOnlySpan<long> ids, int used)
    {
        _ids!.Write(ids, used);
        for (var i = 0; i < ids.Length; i++)
        {
            _filled += Place(_slots, Slot(ids[i], _slots.Length), used + i) ? 1 : 0;
        }
    }

    /// <summary>Writes some numbers from <paramref name="first"/> on as ids, where there are own ones.</summary>
    public void WriteSequential(long first, int count, int used)
    {
        for (var i = 0; _ids is not null && i < count; i++)
        {
            Write([first + i], used + i);
        }
    }

    /// <summary>Forgets the ids of positions.</summary>
    public void Remove(ReadOnlySpan<int> positions)
    {
        if (_ids is null)
        {
            return;
        }

        var view = _ids.View;
        foreach (var position in positions)
        {
            var slot = Slot(view.At(position), _slots.Length);
            while (_slots.At(slot) != position)
            {
                slot = Next(slot, _slots.Length);
            }

            _slots.At(slot) = RemovedSlot;
        }
    }

    private static AlignedBuffer<int> Rehash(ColumnView<long> ids, int used, int room, in RemovalView removed)
    {
        var slots = NewSlots(room);
        for (var position = 0; position < used; position++)
        {
            if (removed.Count == 0 || !removed.Contains(position))
            {
                Place(slots, Slot(ids.At(position), slots.Length), position);
            }
        }

        return slots;
    }

    private static AlignedBuffer<int> NewSlots(int ids)
    {
        var slots = new AlignedBuffer<int>(SlotCount(ids));
        for (long at = 0; at < slots.Length; at += 1 << 24)
        {
            slots.Span(at, (int)Math.Min(1 << 24, slots.Length - at)).Fill(EmptySlot);
        }

        return slots;
    }

    /// <summary>Enters the i-th of some ids, unless it is there.</summary>
    private static bool Insert(AlignedBuffer<int> slots, ReadOnlySpan<long> ids, int i)
    {
        var slot = Slot(ids[i], slots.Length);
        for (; slots.At(slot) is not EmptySlot and var other; slot = Next(slot, slots.Length))
        {
            if (ids[other] == ids[i])
            {
                return false;
            }
        }

        slots.At(slot) = i;
        return true;
    }

    /// <summary>Enters a position that is not there.</summary>
    /// <returns>Whether the slot was empty; else it held one that was removed.</returns>
    private static bool Place(AlignedBuffer<int> slots, long slot, int position)
    {
        while (slots.At(slot) >= 0)
        {
            slot = Next(slot, slots.Length);
        }

        var wasEmpty = slots.At(slot) == EmptySlot;
        slots.At(slot) = position;
        return wasEmpty;
    }

    private static long Next(long slot, long count) => slot + 1 == count ? 0 : slot + 1;

    /// <summary>Where an id's search begins: the finalizer of splitmix64 (Steele, Lea, Flood, 2014) of the seeded id, scaled to the slots.</summary>
    private static long Slot(long id, long count)
    {
        var z = (ulong)id + s_seed + 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        z ^= z >> 31;
        return (long)Math.BigMul(z, (ulong)count, out _);
    }
}
