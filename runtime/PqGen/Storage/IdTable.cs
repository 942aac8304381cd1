using PqGen.Common;
using PqGen.TopK;

namespace PqGen.Storage;

/// <summary>
/// From positions, in the order of adding, to ids, as one reader sees them. The default value stands for ids that are the positions.
/// </summary>
internal readonly struct IdView(ColumnView<long> ids) : INames
{
    private readonly ColumnView<long> _ids = ids;
    private readonly bool _isOwn = true;

    /// <summary>Whether ids are the caller's own.</summary>
    public bool IsOwn => _isOwn;

    /// <summary>The id of a position.</summary>
    public long this[int position] => _isOwn ? _ids.At(position) : position;

    /// <summary>Ids from a position on that lie together.</summary>
    public ReadOnlySpan<long> Run(int position, int count) => _ids.Run(position, count);
}

/// <summary>
/// The ids of an index: by position, and from an id to its position. Costs nothing while ids are the positions themselves; else 8 bytes for the id
/// and 5 to 7 for finding it.
/// </summary>
/// <remarks>
/// Positions lie in a table with open addressing and linear probing, at most four fifths full, by a mixed and seeded hash: no choice of ids makes it
/// slow. One writer; readers take <see cref="View"/>.
/// </remarks>
internal sealed class IdTable
{
    /// <summary>Of the ids by position: little is left over, and a search looks few of them up.</summary>
    public const int ChunkBytes = 1 << 17;

    private const int EmptySlot = -1;
    private static readonly ulong s_seed = (ulong)Random.Shared.NextInt64();
    private Column<long>? _ids;
    private AlignedBuffer<int> _slots = new(0);

    /// <summary>The ids and what finds them.</summary>
    public long SizeInBytes => (_ids?.SizeInBytes ?? 0) + (_slots.Length == 0 ? 0 : _slots.SizeInBytes);

    /// <summary>The ids at this moment.</summary>
    public IdView View => _ids is null ? default : new IdView(_ids.View);

    /// <summary>Slots for so many ids.</summary>
    public static long SlotCount(long ids) => (ids * 5 / 4) + 1;

    /// <summary>Checks ids before anything changes: none twice, none in use.</summary>
    public void Check(ReadOnlySpan<long> ids, int used)
    {
        var view = View;
        var added = NewSlots(ids.Length);
        for (var i = 0; i < ids.Length; i++)
        {
            if (Find(ids[i], view, used) >= 0 || !Insert(added, ids, i))
            {
                throw new ArgumentException(
                    Guard.Text($"ids: id {ids[i]} at position {i} is already in use; every id needs to be new."), nameof(ids));
            }
        }
    }

    /// <summary>Checks that the positions used..used+count-1 are free as ids.</summary>
    public void CheckSequential(int used, int count)
    {
        var view = View;
        for (var i = used; view.IsOwn && i < used + count; i++)
        {
            if (Find(i, view, used) >= 0)
            {
                throw new InvalidOperationException(
                    Guard.Text($"Add without ids would give a vector the id {i}, which is in use; add with ids of your own."));
            }
        }
    }

    /// <summary>Makes room for the caller's own ids, so that <see cref="Write"/> cannot fail.</summary>
    public void Reserve(int used, int count)
    {
        if (_ids is null)
        {
            var ids = new Column<long>(1, ChunkBytes);
            ids.Reserve(used + count, 0);
            for (var i = 0; i < used; i++)
            {
                ids.View.At(i) = i;
            }

            _slots = Rehash(ids.View, used, used + count);
            Volatile.Write(ref _ids, ids);
            return;
        }

        _ids.Reserve(used + count, used);
        if (SlotCount(used + count) > _slots.Length)
        {
            _slots = Rehash(_ids.View, used, Math.Max(used + count, (int)Math.Min(Array.MaxLength, used + ((long)used / 4))));
        }
    }

    /// <summary>Writes ids of the caller's behind those in use, where <see cref="Reserve"/> has made room.</summary>
    public void Write(ReadOnlySpan<long> ids, int used)
    {
        _ids!.Write(ids, used);
        var view = _ids.View;
        for (var i = 0; i < ids.Length; i++)
        {
            Place(_slots, Slot(ids[i], _slots.Length), used + i);
        }
    }

    /// <summary>Writes the positions used..used+count-1 as ids, where there are own ones.</summary>
    public void WriteSequential(int used, int count)
    {
        for (var i = used; _ids is not null && i < used + count; i++)
        {
            Write([i], i);
        }
    }

    /// <summary>Takes ids into an empty table.</summary>
    /// <returns>The number of the first id that was there before; -1 where there is none.</returns>
    public int Load(ReadOnlySpan<long> ids)
    {
        var slots = NewSlots(ids.Length);
        for (var i = 0; i < ids.Length; i++)
        {
            if (!Insert(slots, ids, i))
            {
                return i;
            }
        }

        var column = new Column<long>(1, ChunkBytes);
        column.Reserve(ids.Length, 0);
        column.Write(ids, 0);
        (_ids, _slots) = (column, slots);
        return -1;
    }

    /// <summary>The position of an id; -1 where it is not in use.</summary>
    private int Find(long id, in IdView view, int used)
    {
        if (!view.IsOwn)
        {
            return id >= 0 && id < used ? (int)id : -1;
        }

        for (var slot = Slot(id, _slots.Length); _slots.At(slot) is not EmptySlot and var position; slot = Next(slot, _slots.Length))
        {
            if (view[position] == id)
            {
                return position;
            }
        }

        return -1;
    }

    private static AlignedBuffer<int> Rehash(ColumnView<long> ids, int used, int room)
    {
        var slots = NewSlots(room);
        for (var position = 0; position < used; position++)
        {
            Place(slots, Slot(ids.At(position), slots.Length), position);
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

    private static void Place(AlignedBuffer<int> slots, long slot, int position)
    {
        while (slots.At(slot) != EmptySlot)
        {
            slot = Next(slot, slots.Length);
        }

        slots.At(slot) = position;
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
