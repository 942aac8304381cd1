using PqGen.Common;

namespace PqGen;

/// <content>Rows that the caller brings.</content>
public abstract partial class VectorIndex
{
    /// <summary>The caller's rows that candidates are compared with in the end; null where none are attached.</summary>
    public VectorRows? AttachedRows => _engine.Current?.Attached;

    /// <summary>
    /// Lets searches compare candidates with vectors that the caller keeps, by id: with <see cref="SearchOptions.Rerank"/>, in an index that keeps
    /// no rows all candidates, else the nearest of them by the kept rows (<see cref="SearchOptions.Refine"/>).
    /// </summary>
    /// <param name="rows">
    /// One of every id that the index holds, <see cref="Dimension"/> components each: those of a mapped file
    /// (<see cref="Vectors.VectorFile.Map(string, Func{long, long})"/>) or your own.
    /// </param>
    /// <remarks>
    /// <para>Distances are then those of the attached rows. So an index that keeps rows as <see cref="RowFormat.Int8"/>, or none, finds in full
    /// precision what it has no memory for: rows in a mapped file take that of pages which the system can give to others. They are no part of
    /// <see cref="Memory"/>, and are not saved with the index: attach them again once it is open.</para>
    /// <para>As many searches as <see cref="Search(ReadOnlySpan{float}, Span{Neighbor}, SearchOptions)"/> allows may run meanwhile; each uses what
    /// was attached when it began. A mapped file stays mapped until the rows are detached, or replaced, or the index is disposed of, and the last
    /// search that reads it has ended, though its owner may dispose of it before.</para>
    /// <para>Every id is looked for in the rows; of some vectors kept beside codes, whether they are the same. While rows are attached, Add and
    /// Update take only vectors of which the rows have the same, but for rounding: change the rows first, or detach them.</para>
    /// </remarks>
    /// <exception cref="ArgumentException">
    /// The rows have another dimension, none of an id that the index holds, or another vector than it keeps; what was attached stays.
    /// </exception>
    /// <exception cref="InvalidOperationException">The index keeps float32 vectors: it has nothing to gain.</exception>
    /// <exception cref="ObjectDisposedException">The index or the rows were disposed of.</exception>
    public void AttachRows(VectorRows rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (rows.Dimension != Dimension)
        {
            throw new ArgumentException(Guard.Text($"rows have {rows.Dimension} components; the index needs {Dimension}."), nameof(rows));
        }

        lock (_writing)
        {
            var snapshot = Present();
            if (!Shape.HasCodes || snapshot.Rows is { Format: RowFormat.Float32 })
            {
                throw new InvalidOperationException(
                    "The index keeps float32 vectors, and compares candidates with them; rows are for an index of codes that keeps float16 or int8 "
                    + "rows, or none.");
            }

            _engine.Attach(rows);
        }
    }

    /// <summary>Searches that begin afterwards use the attached rows no more. Does nothing where none are attached.</summary>
    /// <exception cref="ObjectDisposedException">The index was disposed of.</exception>
    public void DetachRows()
    {
        lock (_writing)
        {
            _ = Present();
            _engine.Attach(null);
        }
    }
}
