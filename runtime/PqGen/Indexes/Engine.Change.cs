using System.Runtime.InteropServices;
using System.Runtime.CompilerServices;
using PqGen.Common;
using PqGen.Ivf;
using PqGen.Scan;
using PqGen.Storage;

namespace PqGen.Indexes;

/// <content>Adding, replacing, removing and looking up. One writer at a time calls what changes the index.</content>
internal sealed partial class Engine<TRoute, TCode>
{
    internal override void Add(ReadOnlySpan<float> vectors, ReadOnlySpan<long> ids, IdSource source, int threads, CancellationToken cancellation)
    {
        var old = _snapshot!;
        var n = vectors.Length / Shape.InputDimension;
        int[] replaced = [];
        _ids.EnsureLookup();
        switch (source)
        {
            case IdSource.Automatic:
                _ids.CheckSequential(old.Added, n, old.Positions, old.Removed);
                break;
            case IdSource.New:
                _ids.Check(ids, old.Positions, old.Removed);
                break;
            case IdSource.NewOrReplaced:
                replaced = _ids.FindEach(ids, old.Positions, old.Removed);
                break;
        }

        vectors = Scaled(vectors, old.Exponent, out var exponent);
        CheckAttached(old, vectors, ids, exponent);
        var transformed = Transform is null ? vectors : Transform.Apply(vectors, threads, cancellation);
        var lists = new int[n];
        var route = _route;
        Parallelism.ForRows(
            transformed,
            Shape.Dimension,
            AssignChunk,
            threads,
            (first, rows) => route.Assign(rows, lists.AsSpan(first, rows.Length / Shape.Dimension)),
            cancellation);
        var groups = new ListGroups(lists);
        var rows = _code.Encode(transformed, lists, groups, threads, cancellation);

        // All that can fail comes first; what is written lies behind what searches see.
        var appender = new ListAppender(old.Lists, groups.Lists, groups.Counts);
        var table = appender.Table;
        old.Rows?.Reserve(old.Positions + n, old.Positions);
        _removals.Reserve(old.Positions + n, replaced);
        if (source != IdSource.Automatic || old.Ids.IsOwn)
        {
            _ids.Reserve(old.Positions, n, old.Removed);
        }

        Write(rows, groups, appender, old.Positions);
        old.Rows?.Write(vectors, old.Positions);
        lock (_lookup)
        {
            _ids.Remove(replaced);
            if (source == IdSource.Automatic)
            {
                _ids.WriteSequential(old.Added, n, old.Positions);
            }
            else
            {
                _ids.Write(ids, old.Positions);
            }

            _removals.Remove(replaced);
            Volatile.Write(
                ref _snapshot,
                old with
                {
                    Positions = old.Positions + n,
                    Removed = _removals.View,
                    Added = old.Added + n,
                    Lists = table,
                    Ids = _ids.View,
                    Exponent = exponent,
                    Carried = old.Carried.AfterChange(),
                });
        }
    }

    internal override int Remove(ReadOnlySpan<long> ids)
    {
        var old = _snapshot!;
        _ids.EnsureLookup();
        Span<int> one = stackalloc int[1];
        var found = ids.Length == 1 ? one : new int[ids.Length];
        var count = 0;
        foreach (var id in ids)
        {
            if (_ids.Find(id, old.Positions, old.Removed) is >= 0 and var position)
            {
                found[count++] = position;
            }
        }

        if (count == 0)
        {
            return 0;
        }

        // An id that is asked for twice is there once.
        found = found[..count];
        found.Sort();
        count = 1;
        foreach (var position in found)
        {
            if (position != found[count - 1])
            {
                found[count++] = position;
            }
        }

        found = found[..count];
        _removals.Reserve(old.Positions, found);
        lock (_lookup)
        {
            _ids.Remove(found);
            _removals.Remove(found);
            Volatile.Write(ref _snapshot, old with { Removed = _removals.View, Carried = old.Carried.AfterChange() });
        }

        return count;
    }

    internal override void Compact(CancellationToken cancellation)
    {
        var old = _snapshot!;
        if (old.Removed.Count == 0)
        {
            return;
        }

        old.Mapping?.CheckWhole(cancellation);
        var (compacted, ids) = Compaction.Run(old, cancellation);
        lock (_lookup)
        {
            (_ids, _removals) = (ids, new Removals());
            Volatile.Write(ref _snapshot, compacted);
        }

        old.Mapping?.File.LetGo();
    }

    internal override int Find(long id, out Snapshot? snapshot)
    {
        // It may take long, and is there for good before others wait for the lock.
        Volatile.Read(ref _ids).EnsureLookup();
        lock (_lookup)
        {
            snapshot = _snapshot;
            return snapshot is null ? -1 : _ids.Find(id, snapshot.Positions, snapshot.Removed);
        }
    }

    internal override VectorSource Vector(Snapshot snapshot, int position, Span<float> vector)
    {
        if (snapshot.Rows is { } rows)
        {
            ref var first = ref rows.Exact.At(position, ref vector[0]);
            MemoryMarshal.CreateReadOnlySpan(ref first, vector.Length).CopyTo(vector);
        }
        else
        {
            var (list, segment, place) = Locate(snapshot, position);
            if (Transform is null)
            {
                _code.Decode(list, segment, place, vector);
            }
            else
            {
                Span<float> decoded = stackalloc float[Shape.Dimension];
                _code.Decode(list, segment, place, decoded);
                Transform.Invert(decoded, vector);
            }
        }

        PowerOfTwoScale.ApplyInPlace(vector, -(snapshot.Exponent ?? 0));
        return Shape is { HasCodes: false, RowsBehindTransform: false } || snapshot.Rows is not null ? VectorSource.Kept : VectorSource.Decoded;
    }

    /// <summary>Where the vector of a position lies. The positions of a list ascend. Of a mapped file the one list found is checked.</summary>
    private static (int List, Segment Segment, int Place) Locate(Snapshot snapshot, int position)
    {
        var lists = snapshot.Lists;
        var layout = lists.Layout;
        for (var list = 0; list < lists.NList; list++)
        {
            ref readonly var state = ref lists.Peek(list);
            var first = 0;
            foreach (ref readonly var segment in state.Used)
            {
                var room = segment.Blocks * layout.BlockSize;
                var count = Math.Min(room, state.Count - first);
                var place = layout.HasPositions
                    ? System.Runtime.InteropServices.MemoryMarshal.CreateReadOnlySpan(ref segment.Positions(layout), count).BinarySearch(position)
                    : position - first;
                if (place >= 0 && place < count)
                {
                    _ = lists[list];
                    return (list, segment, place);
                }

                first += room;
            }
        }

        // Of a damaged file that may be.
        snapshot.Mapping?.CheckWhole(CancellationToken.None);
        throw new InvalidOperationException(Guard.Text($"Position {position} is in no list; this is a fault of the index itself."));
    }

    /// <summary>Vectors in the units of the index, and by which power of two they are the caller's.</summary>
    private ReadOnlySpan<float> Scaled(ReadOnlySpan<float> vectors, int? known, out int? exponent)
    {
        exponent = known;
        if (Shape.Metric == Metric.Cosine)
        {
            var normalized = new float[vectors.Length];
            VectorMath.Normalize(vectors, Shape.InputDimension, normalized);
            return normalized;
        }

        if (exponent is null && vectors.ContainsAnyExcept(0f))
        {
            exponent = PowerOfTwoScale.ExponentFor(vectors);
        }

        return exponent is { } scale and not 0 ? PowerOfTwoScale.Scaled(vectors, scale) : vectors;
    }

    private void Write(in EncodedRows rows, ListGroups groups, ListAppender appender, int used)
    {
        var layout = _code.Layout;
        for (var group = 0; group < groups.Lists.Length; group++)
        {
            var members = groups.Rows(group);
            for (var j = 0; j < members.Length; j++)
            {
                var (segment, place) = appender.Locate(group, j);
                _code.Write(rows, members[j], segment, place);
                if (layout.HasPositions)
                {
                    Unsafe.Add(ref segment.Positions(layout), place) = used + members[j];
                }
            }
        }
    }
}
