using PqGen.Common;
using PqGen.Indexes;
using PqGen.Storage.Files;

namespace PqGen;

/// <content>Adding, replacing, removing and looking up.</content>
public abstract partial class VectorIndex
{
    private readonly Lock _writing = new();

    /// <summary>
    /// Adds vectors; the id of each is the number of vectors that were ever added before it, removed and replaced ones among them: 0 for the first.
    /// </summary>
    /// <param name="vectors">float <c>[n][Dimension]</c>, row-major, finite. Copied.</param>
    /// <param name="threads">Threads to use; 0 stands for one per processor. The index is the same for any number.</param>
    /// <param name="cancellation">Ends it early; the index is then unchanged.</param>
    /// <remarks>Added in any number of calls, vectors make the index that one call makes.</remarks>
    /// <exception cref="ArgumentException">Not whole vectors, or a component is NaN, infinite or above 1e15; the index is unchanged.</exception>
    /// <exception cref="InvalidOperationException">A number is in use as an id of your own, or the index is full.</exception>
    public void Add(ReadOnlySpan<float> vectors, int threads = 1, CancellationToken cancellation = default) =>
        Add(default, vectors, IdSource.Automatic, threads, cancellation);

    /// <summary>Adds vectors with ids of your own.</summary>
    /// <param name="ids">Int64 <c>[n]</c>, none in use, none twice.</param>
    /// <param name="vectors">float <c>[n][Dimension]</c>, row-major, finite. Copied.</param>
    /// <param name="threads">Threads to use; 0 stands for one per processor.</param>
    /// <param name="cancellation">Ends it early; the index is then unchanged.</param>
    /// <exception cref="ArgumentException">
    /// Lengths differ, an id is in use, or a component is NaN, infinite or above 1e15; the index is unchanged.
    /// </exception>
    public void Add(ReadOnlySpan<long> ids, ReadOnlySpan<float> vectors, int threads = 1, CancellationToken cancellation = default)
    {
        Guard.Length(ids.Length, Guard.Rows(vectors, Dimension, nameof(vectors)), nameof(ids), "one id for each vector");
        Add(ids, vectors, IdSource.New, threads, cancellation);
    }

    /// <summary>Replaces the vectors of ids that are in use, and adds those of the others.</summary>
    /// <param name="ids">Int64 <c>[n]</c>, none twice.</param>
    /// <param name="vectors">float <c>[n][Dimension]</c>, row-major, finite. Copied.</param>
    /// <param name="threads">Threads to use; 0 stands for one per processor.</param>
    /// <param name="cancellation">Ends it early; the index is then unchanged.</param>
    /// <remarks>
    /// Atomic: a search sees all of the old vectors or all of the new ones. What is replaced keeps its memory until <see cref="Compact"/>. Where ids
    /// were automatic, each vector's id takes memory from then on, as ids of your own do.
    /// </remarks>
    /// <exception cref="ArgumentException">
    /// Lengths differ, an id is there twice, or a component is NaN, infinite or above 1e15; the index is unchanged.
    /// </exception>
    /// <exception cref="InvalidOperationException">The index is full: compact it, or use several.</exception>
    public void Update(ReadOnlySpan<long> ids, ReadOnlySpan<float> vectors, int threads = 1, CancellationToken cancellation = default)
    {
        Guard.Length(ids.Length, Guard.Rows(vectors, Dimension, nameof(vectors)), nameof(ids), "one id for each vector");
        Add(ids, vectors, IdSource.NewOrReplaced, threads, cancellation);
    }

    /// <summary>Removes a vector: no search that starts afterwards finds it.</summary>
    /// <param name="id">Its id.</param>
    /// <returns>Whether it was there.</returns>
    /// <remarks>
    /// Takes the time of looking the id up, whatever the index holds. Other ids stay what they are. The memory stays in use until
    /// <see cref="Compact"/>, and the scan reads the code until then.
    /// </remarks>
    public bool Remove(long id) => Remove([id]) > 0;

    /// <summary>Removes vectors, all at once: a search sees all of them or none.</summary>
    /// <param name="ids">Their ids; those that are not in use are ignored.</param>
    /// <returns>How many were there.</returns>
    /// <inheritdoc cref="Remove(long)" path="/remarks"/>
    public int Remove(ReadOnlySpan<long> ids)
    {
        lock (_writing)
        {
            _ = Present();
            var removed = _engine.Remove(ids);
            Telemetry.Removed(this, removed);
            return removed;
        }
    }

    /// <summary>
    /// Gives back the memory of vectors that were removed or replaced. Answers stay the same, ids too; automatic ids go on where they were.
    /// </summary>
    /// <param name="cancellation">Ends it early; the index is then unchanged.</param>
    /// <remarks>
    /// Copies what is left, which takes time in proportion to it and for that time as much memory; searches go on meanwhile, writers wait. Does
    /// nothing where nothing was removed.
    /// </remarks>
    public void Compact(CancellationToken cancellation = default)
    {
        lock (_writing)
        {
            _ = Present();
            using var activity = Telemetry.Begin("PqGen.Compact", Shape.Kind);
            _engine.Compact(cancellation);
        }
    }

    /// <summary>Whether a vector with this id is in the index.</summary>
    /// <remarks>May be called from any number of threads, beside a writer. Allocates nothing.</remarks>
    public bool Contains(long id)
    {
        using var lease = Acquire();
        var position = _engine.Find(id, out var snapshot);
        ObjectDisposedException.ThrowIf(snapshot is null, this);
        return position >= 0;
    }

    /// <summary>The vector of an id: as it was added where the index keeps float32 vectors, else as its code stands for it.</summary>
    /// <param name="id">The id.</param>
    /// <param name="vector">float <c>[Dimension]</c>, written if the id is in use. Under cosine its length is 1, or 0 for a vector of zeros.</param>
    /// <returns>Whether it was found, and what was written.</returns>
    /// <remarks>
    /// May be called from any number of threads, beside a writer. Allocates nothing. An inverted file that keeps no vectors beside its lists looks
    /// for the id's place in each of them.
    /// </remarks>
    /// <exception cref="ArgumentException">The vector has another length.</exception>
    /// <exception cref="InvalidOperationException">
    /// The index keeps codes alone, or rows, of what its <see cref="Transform"/> has made, and that is not orthonormal: nothing leads back.
    /// </exception>
    public VectorSource TryGetVector(long id, Span<float> vector)
    {
        Guard.Length(vector.Length, Dimension, nameof(vector), "the index's dimension");
        using var lease = Acquire();
        var position = _engine.Find(id, out var snapshot);
        ObjectDisposedException.ThrowIf(snapshot is null, this);
        return position < 0 ? VectorSource.None : _engine.Vector(snapshot, position, vector);
    }

    private void Add(ReadOnlySpan<long> ids, ReadOnlySpan<float> vectors, IdSource source, int threads, CancellationToken cancellation)
    {
        threads = Parallelism.Threads(threads);
        var n = Guard.Rows(vectors, Dimension, nameof(vectors));
        lock (_writing)
        {
            var snapshot = Present();
            Guard.Finite(vectors, Dimension, nameof(vectors), _engine.ScaleLimit(snapshot));
            if (n > MaxCount - snapshot.Positions)
            {
                var advice = snapshot.Removed.Count > 0 ? "; Compact makes room for those removed" : "";
                throw new InvalidOperationException(
                    Guard.Text($"The index holds {snapshot.Positions} vectors and cannot take {n} more: {MaxCount} are the most{advice}."));
            }

            if (n > IndexHeader.MaxAdded - snapshot.Added)
            {
                throw new InvalidOperationException(
                    Guard.Text($"{snapshot.Added} vectors were ever added to the index, which cannot take {n} more: ")
                    + Guard.Text($"{IndexHeader.MaxAdded} are the most."));
            }

            if (n > 0)
            {
                using var activity = Telemetry.Begin("PqGen.Add", Shape.Kind);
                _engine.Add(vectors, ids, source, threads, cancellation);
                Telemetry.Added(this, n);
            }
        }
    }
}
