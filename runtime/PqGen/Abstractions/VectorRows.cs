using PqGen.Common;

namespace PqGen;

/// <summary>
/// Vectors by id that the caller keeps, in a file, a database or memory of its own, and an index compares candidates with once it has them
/// (<see cref="VectorIndex.AttachRows"/>). <see cref="Vectors.MappedVectors"/> are those of a file; derive from this for others.
/// </summary>
/// <remarks>
/// Members are called by any number of searches at once, from when the rows are attached until they are detached, or the index is disposed of, and
/// the last search that had begun by then has ended. A search allocates what they allocate.
/// </remarks>
public abstract class VectorRows
{
    /// <summary>Components of a vector.</summary>
    public abstract int Dimension { get; }

    /// <summary>Whether there is a row of an id. There has to be one of every id that the index holds.</summary>
    /// <param name="id">The id.</param>
    public abstract bool Contains(long id);

    /// <summary>Reads the row of an id: the vector that was added with it, or one that differs from it by rounding only.</summary>
    /// <param name="id">An id that the index holds.</param>
    /// <param name="vector">
    /// float <c>[Dimension]</c>, written, in the units in which vectors are added. Whoever writes what is not finite is not found.
    /// </param>
    public abstract void Read(long id, Span<float> vector);

    /// <summary>Says that a row will be read soon: a few dozen nanoseconds later. Does nothing where it is not overridden.</summary>
    /// <param name="id">An id that the index holds.</param>
    public virtual void Prefetch(long id)
    {
    }

    /// <summary>The mapped file in which the rows lie, which whoever reads them holds; null where they lie in none.</summary>
    internal virtual MappedFile? File => null;
}
