namespace PqGen.Storage;

/// <content>Ids that lie in a mapped file: what finds them is made when it is first needed.</content>
internal sealed partial class IdTable
{
    /// <summary>Makes the table of ids that lie in a file; null where it is there, or not needed.</summary>
    private Action? _make;

    /// <summary>A table of ids in a file, which are by position.</summary>
    /// <param name="column">The ids.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="check">Checks them as a whole before they are looked up.</param>
    /// <param name="twice">Makes an exception of an id that is there twice, and the number of the second.</param>
    public static IdTable Mapped(Column<long> column, int count, Action check, Func<long, int, Exception> twice)
    {
        var table = new IdTable { _ids = column };
        table._make = () =>
        {
            check();
            var (slots, ids) = (NewSlots(count), column.View);
            for (var position = 0; position < count; position++)
            {
                if (position % column.ChunkRows == 0)
                {
                    ids.WillNeed(position);
                }

                var id = ids.At(position);
                var slot = Slot(id, slots.Length);
                for (; slots.At(slot) is not EmptySlot and var other; slot = Next(slot, slots.Length))
                {
                    if (ids.At(other) == id)
                    {
                        throw twice(id, position);
                    }
                }

                slots.At(slot) = position;
            }

            table._filled = count;
            Volatile.Write(ref table._slots, slots);
        };
        return table;
    }

    /// <summary>
    /// Makes what finds ids, where it is not there: of ids in a mapped file, before they are looked up or changed. The file has to be held.
    /// </summary>
    public void EnsureLookup()
    {
        if (Volatile.Read(ref _make) is { } make)
        {
            lock (make)
            {
                if (_make is not null)
                {
                    make();
                    Volatile.Write(ref _make, null);
                }
            }
        }
    }

    /// <summary>Those of the bytes that lie in a mapped file.</summary>
    public long MappedBytes => _ids?.MappedBytes ?? 0;
}
