using System.Runtime.InteropServices;
using PqGen.Common;
using PqGen.Storage;

namespace PqGen.Indexes;

/// <content>Attaching rows of the caller's, and checking that they are those of the vectors.</content>
internal sealed partial class Engine<TRoute, TCode>
{
    /// <summary>Vectors whose kept rows are compared with the attached ones.</summary>
    private const int Sampled = 64;

    /// <summary>
    /// How much a row may differ from its vector, as a share of the vector's length: a float16 or bfloat16 differs by less than 1/256; a kept row of
    /// few bits, which may come from a file of FAISS's, by more, and another vector by more than that.
    /// </summary>
    private const double AddedTolerance = 1 / 32d, KeptTolerance = 1 / 4d;

    internal override void Attach(VectorRows? rows)
    {
        var old = _snapshot!;
        var file = rows?.File;
        if (file?.TryHold() == false)
        {
            throw new ObjectDisposedException(nameof(rows), "rows were disposed of; rows are needed that are open.");
        }

        try
        {
            if (rows is not null)
            {
                if (file?.IsWhole == false)
                {
                    throw new ArgumentException(
                        "rows: their file became shorter while it was mapped; a file is needed that is replaced, not written to.", nameof(rows));
                }

                CheckRows(old, rows);
            }
        }
        catch
        {
            file?.LetGo();
            throw;
        }

        Volatile.Write(ref _snapshot, old with { Attached = rows });
        old.Attached?.File?.LetGo();
    }

    /// <summary>Checks that there is a row of every vector, and of some that it is theirs.</summary>
    private void CheckRows(Snapshot snapshot, VectorRows rows)
    {
        for (var position = 0; position < snapshot.Positions; position++)
        {
            if ((snapshot.Removed.Count == 0 || !snapshot.Removed.Contains(position)) && !rows.Contains(snapshot.Ids[position]))
            {
                throw new ArgumentException(
                    Guard.Text($"rows have no row of id {snapshot.Ids[position]}, which is in the index; they need one of every id."), nameof(rows));
            }
        }

        if (snapshot.Rows is not { } kept)
        {
            return;
        }

        var attached = Attached(snapshot, rows);
        var (row, memory) = (new float[Shape.InputDimension], new float[Shape.InputDimension]);
        var step = Math.Max(1, snapshot.Positions / Sampled);
        for (var position = 0; position < snapshot.Positions; position += step)
        {
            if (snapshot.Removed.Count > 0 && snapshot.Removed.Contains(position))
            {
                continue;
            }

            attached.Read(snapshot.Ids[position], row);
            ref var first = ref kept.Exact.At(position, ref memory[0]);
            if (!IsNear(MemoryMarshal.CreateReadOnlySpan(ref first, memory.Length), row, KeptTolerance))
            {
                throw new ArgumentException(
                    Guard.Text($"rows have another vector of id {snapshot.Ids[position]} than the one that the index keeps; ")
                    + "they need those that were added, each by its id.",
                    nameof(rows));
            }
        }
    }

    /// <summary>Checks that rows are attached of vectors that are being added, and that they are theirs.</summary>
    /// <param name="snapshot">What the index holds.</param>
    /// <param name="vectors">float <c>[n][InputDimension]</c>, in the units of the index.</param>
    /// <param name="ids">Their ids; empty for automatic ones.</param>
    /// <param name="exponent">The power of two by which they are the caller's.</param>
    private void CheckAttached(Snapshot snapshot, ReadOnlySpan<float> vectors, ReadOnlySpan<long> ids, int? exponent)
    {
        if (snapshot.Attached is not { } rows)
        {
            return;
        }

        var attached = Attached(snapshot with { Exponent = exponent }, rows);
        var row = new float[Shape.InputDimension];
        for (var i = 0; i < vectors.Length / row.Length; i++)
        {
            var id = ids.IsEmpty ? snapshot.Added + i : ids[i];
            var found = "no row";
            if (rows.Contains(id))
            {
                attached.Read(id, row);
                if (IsNear(vectors.Slice(i * row.Length, row.Length), row, AddedTolerance))
                {
                    continue;
                }

                found = "another vector";
            }

            throw new ArgumentException(
                Guard.Text($"vectors: of vector {i}, whose id is {id}, the attached rows have {found}; ")
                + "attach rows that have it, or add it after DetachRows.",
                nameof(vectors));
        }
    }

    /// <summary>Whether a row differs from a vector by no more than a share of its length.</summary>
    private static bool IsNear(ReadOnlySpan<float> vector, ReadOnlySpan<float> row, double tolerance)
    {
        double difference = 0;
        for (var d = 0; d < vector.Length; d++)
        {
            difference += ((double)vector[d] - row[d]) * ((double)vector[d] - row[d]);
        }

        return difference <= tolerance * tolerance * VectorMath.SquaredNorm(vector);
    }
}
