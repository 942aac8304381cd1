using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PqGen.Clustering;
using PqGen.Common;
using PqGen.Scan;
using PqGen.Storage;
using PqGen.TopK;

namespace PqGen.Indexes;

/// <content>What is known of vectors by their rows.</content>
internal sealed partial class Engine<TRoute, TCode>
{
    /// <summary>Rows that are compared with one query after the other while they are in the first-level cache.</summary>
    private const int RowsTogether = 64;

    internal override int CodeBytes => _code.Layout.VectorBytes;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void NearestByRows(
        Snapshot snapshot, ReadOnlySpan<float> queries, int k, Span<Neighbor> results, Span<int> found, CancellationToken cancellation)
    {
        var scratch = _scratch.Rent();
        try
        {
            queries = Scaled(queries, snapshot, scratch);
            queries = Shape.HasCodes ? queries : Transformed(queries, scratch);
            var states = WorkingMemory.Ensure(ref scratch.States, found.Length);
            states.Fill(CollectorState.Empty);
            var dimension = queries.Length / Math.Max(1, found.Length);
            var rows = WorkingMemory.Ensure(ref scratch.Gathered, RowsTogether * dimension);
            Span<int> positions = stackalloc int[RowsTogether];
            Span<float> scores = stackalloc float[RowsTogether];
            var walk = new RowWalk(this, snapshot);
            for (var count = RowsTogether; count == RowsTogether;)
            {
                cancellation.ThrowIfCancellationRequested();
                for (count = 0; count < RowsTogether && walk.MoveNext(rows.Slice(count * dimension, dimension), out positions[count]);)
                {
                    count++;
                }

                for (var q = 0; q < states.Length && count > 0; q++)
                {
                    _code.Scores(ref Unsafe.AsRef(in queries[q * dimension]), ref rows[0], count, ref scores[0]);
                    var collector = new TopKCollector<IdView>(results.Slice(q * k, k), snapshot.Ids, states[q]);
                    Collecting.Offer(scores[..count], ref positions[0], ref collector);
                    states[q] = collector.Suspended;
                }
            }

            for (var q = 0; q < states.Length; q++)
            {
                var nearest = results.Slice(q * k, k);
                found[q] = new TopKCollector<IdView>(nearest, snapshot.Ids, states[q]).SortById();
                ToDistances(nearest[..found[q]], snapshot, ofRows: true);
            }
        }
        finally
        {
            _scratch.Return(scratch);
        }
    }

    internal override (float[] Rows, long[] Ids) SampleRows(Snapshot snapshot, int count, int seed)
    {
        var live = new int[snapshot.Count];
        var found = 0;
        for (var position = 0; position < snapshot.Positions; position++)
        {
            if (snapshot.Removed.Count == 0 || !snapshot.Removed.Contains(position))
            {
                live[found++] = position;
            }
        }

        var rows = new float[count * Shape.InputDimension];
        var ids = new long[count];
        var chosen = Sampling.Choose(found, count, new Random(seed), default);
        for (var i = 0; i < count; i++)
        {
            ids[i] = snapshot.Ids[live[chosen[i]]];
            var row = rows.AsSpan(i * Shape.InputDimension, Shape.InputDimension);
            if (snapshot.Attached is { } attached)
            {
                attached.Read(ids[i], row);
            }
            else
            {
                Vector(snapshot, live[chosen[i]], row);
            }
        }

        return (rows, ids);
    }

    /// <summary>
    /// Goes through the rows of all vectors that were not removed, in the order in which they lie in memory, off the hot paths.
    /// </summary>
    private struct RowWalk(Engine<TRoute, TCode> engine, Snapshot snapshot)
    {
        private int _next;
        private int _lists;
        private ListPlaces _places;

        /// <summary>Copies the next row; false where there is none.</summary>
        /// <param name="row">float <c>[InputDimension]</c> beside codes, <c>[Dimension]</c> where rows are kept in the lists: written.</param>
        /// <param name="position">Its position.</param>
        public bool MoveNext(Span<float> row, out int position) =>
            engine.Shape.HasCodes ? MoveNextBesideCodes(row, out position) : MoveNextInLists(row, out position);

        private bool MoveNextBesideCodes(Span<float> row, out int position)
        {
            while (_next < snapshot.Positions && IsRemoved(_next))
            {
                _next++;
            }

            position = _next;
            if (_next == snapshot.Positions)
            {
                return false;
            }

            ref var memory = ref MemoryMarshal.GetReference(row);
            ref var found = ref snapshot.Attached is { } attached
                ? ref engine.Attached(snapshot, attached).At(position, ref memory)
                : ref snapshot.Rows!.Exact.At(position, ref memory);
            MemoryMarshal.CreateReadOnlySpan(ref found, row.Length).CopyTo(row);
            _next++;
            return true;
        }

        private bool MoveNextInLists(Span<float> row, out int position)
        {
            while (true)
            {
                while (_places.MoveNext())
                {
                    (var segment, var place, position) = _places.Current;
                    if (!IsRemoved(position))
                    {
                        engine._code.Decode(_lists - 1, segment, place, row);
                        return true;
                    }
                }

                if (_lists == engine._route.NList)
                {
                    position = -1;
                    return false;
                }

                _places = ListPlaces.Of(snapshot.Lists, _lists++);
            }
        }

        private readonly bool IsRemoved(int position) => snapshot.Removed.Count > 0 && snapshot.Removed.Contains(position);
    }
}
