using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PqGen.Common;
using PqGen.Indexes;

namespace PqGen;

/// <content>Adding rows that do not lie one behind the other.</content>
public abstract partial class VectorIndex
{
    /// <summary>Floats of a part where rows come asynchronously: 16 megabytes.</summary>
    private const int PartLength = 1 << 22;

    /// <summary>Adds rows, all at once, with the ids that the same floats in one span would get.</summary>
    /// <param name="vectors">Rows of Dimension floats each, finite; a <c>float[][]</c> is such. Copied.</param>
    /// <param name="threads">Threads to use; 0 stands for one per processor.</param>
    /// <param name="cancellation">Ends it early; the index is then unchanged.</param>
    /// <remarks>
    /// Copies all rows one behind the other before it adds them: for more than memory holds twice there is
    /// <see cref="AddAsync(IAsyncEnumerable{ReadOnlyMemory{float}}, int, CancellationToken)"/>.
    /// </remarks>
    /// <exception cref="ArgumentException">
    /// A row is null or of another length, or a component is NaN, infinite or above 1e15; the message names the row, and the index is unchanged.
    /// </exception>
    /// <exception cref="InvalidOperationException">A number is in use as an id of your own, or the index is full.</exception>
    [OverloadResolutionPriority(-1)]
    public void Add(IEnumerable<float[]> vectors, int threads = 1, CancellationToken cancellation = default) =>
        Add(Gather(vectors, cancellation).Rows, threads, cancellation);

    /// <inheritdoc cref="Add(IEnumerable{float[]}, int, CancellationToken)"/>
    /// <param name="vectors">Memory of one or more whole vectors each, float <c>[rows][Dimension]</c>, finite. Copied.</param>
    /// <param name="threads">Threads to use; 0 stands for one per processor.</param>
    /// <param name="cancellation">Ends it early; the index is then unchanged.</param>
    [OverloadResolutionPriority(-1)]
    public void Add(IEnumerable<ReadOnlyMemory<float>> vectors, int threads = 1, CancellationToken cancellation = default) =>
        Add(Gather(vectors, cancellation).Rows, threads, cancellation);

    /// <summary>Adds rows with ids of your own, all at once.</summary>
    /// <param name="ids">Int64 <c>[n]</c>, one for each row, none in use, none twice.</param>
    /// <param name="vectors">Rows of Dimension floats each, finite; a <c>float[][]</c> is such. Copied.</param>
    /// <param name="threads">Threads to use; 0 stands for one per processor.</param>
    /// <param name="cancellation">Ends it early; the index is then unchanged.</param>
    /// <remarks>Copies all rows one behind the other before it adds them.</remarks>
    /// <exception cref="ArgumentException">
    /// An id is in use, their number is not that of the rows, a row is null or of another length, or a component is NaN, infinite or above 1e15; the
    /// message names it, and the index is unchanged.
    /// </exception>
    [OverloadResolutionPriority(-1)]
    public void Add(ReadOnlySpan<long> ids, IEnumerable<float[]> vectors, int threads = 1, CancellationToken cancellation = default) =>
        Add(ids, Gather(vectors, cancellation).Rows, threads, cancellation);

    /// <inheritdoc cref="Add(ReadOnlySpan{long}, IEnumerable{float[]}, int, CancellationToken)"/>
    /// <param name="ids">Int64 <c>[n]</c>, one for each vector, none in use, none twice.</param>
    /// <param name="vectors">Memory of one or more whole vectors each, float <c>[rows][Dimension]</c>, finite. Copied.</param>
    /// <param name="threads">Threads to use; 0 stands for one per processor.</param>
    /// <param name="cancellation">Ends it early; the index is then unchanged.</param>
    [OverloadResolutionPriority(-1)]
    public void Add(
        ReadOnlySpan<long> ids, IEnumerable<ReadOnlyMemory<float>> vectors, int threads = 1, CancellationToken cancellation = default) =>
        Add(ids, Gather(vectors, cancellation).Rows, threads, cancellation);

    /// <summary>Adds vectors as they come, part by part, with the ids that one Add would give them.</summary>
    /// <param name="vectors">Memory of one or more whole vectors each, float <c>[rows][Dimension]</c>, finite. Copied.</param>
    /// <param name="threads">Threads to use; 0 stands for one per processor.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <returns>Vectors that were added.</returns>
    /// <remarks>
    /// Gathers 16 megabytes of vectors, adds them on a thread of the pool, and goes on: it takes that much memory beside the index, however many
    /// come. <b>Each part is atomic, the whole is not</b>: searches see the parts added so far, other writers may come between two parts, and the
    /// parts added before an error or a cancellation, the source's own among them, stay; <see cref="Count"/> tells how many vectors there are.
    /// </remarks>
    /// <exception cref="ArgumentException">
    /// A memory is not of whole vectors, or a component is NaN, infinite or above 1e15; the message names the row. Of its part nothing is added.
    /// </exception>
    /// <exception cref="InvalidOperationException">A number is in use as an id of your own, or the index is full.</exception>
    public async Task<long> AddAsync(
        IAsyncEnumerable<ReadOnlyMemory<float>> vectors, int threads = 1, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        threads = Parallelism.Threads(threads);
        var (buffer, read, rowsPerPart) = (new RowBuffer(Dimension, 0, nameof(vectors)), 0L, PartLength / Dimension);
        await foreach (var rows in vectors.WithCancellation(cancellation).ConfigureAwait(false))
        {
            cancellation.ThrowIfCancellationRequested();
            RowChecks.Length(rows, read, Dimension, nameof(vectors));
            for (var rest = rows; !rest.IsEmpty;)
            {
                var count = Math.Min(rest.Length / Dimension, rowsPerPart - buffer.Count);
                buffer.Add(RowChecks.Finite(rest.Span[..(count * Dimension)], read, Dimension, nameof(vectors), _engine.ScaleLimit(Acquire())));
                (read, rest) = (read + count, rest[(count * Dimension)..]);
                if (buffer.Count == rowsPerPart)
                {
                    await AddAsync(buffer, null, read, threads, cancellation).ConfigureAwait(false);
                }
            }
        }

        await AddAsync(buffer, null, read, threads, cancellation).ConfigureAwait(false);
        return read;
    }

    /// <summary>Adds vectors with ids of your own as they come, part by part.</summary>
    /// <param name="vectors">Ids, none in use, none twice, each with its vector, float <c>[Dimension]</c>, finite. Copied.</param>
    /// <param name="threads">Threads to use; 0 stands for one per processor.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <returns>Vectors that were added.</returns>
    /// <inheritdoc cref="AddAsync(IAsyncEnumerable{ReadOnlyMemory{float}}, int, CancellationToken)" path="/remarks"/>
    /// <exception cref="ArgumentException">
    /// An id is in use, a vector has another length, or a component is NaN, infinite or above 1e15; the message names it. Of its part nothing is
    /// added.
    /// </exception>
    public async Task<long> AddAsync(
        IAsyncEnumerable<(long Id, ReadOnlyMemory<float> Vector)> vectors, int threads = 1, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        threads = Parallelism.Threads(threads);
        var (buffer, ids, read) = (new RowBuffer(Dimension, 0, nameof(vectors)), new List<long>(), 0L);
        await foreach (var (id, vector) in vectors.WithCancellation(cancellation).ConfigureAwait(false))
        {
            cancellation.ThrowIfCancellationRequested();
            buffer.Add(RowChecks.One(vector.Span, read, Dimension, nameof(vectors), _engine.ScaleLimit(Acquire())));
            ids.Add(id);
            read++;
            if (buffer.Count == PartLength / Dimension)
            {
                await AddAsync(buffer, ids, read, threads, cancellation).ConfigureAwait(false);
            }
        }

        await AddAsync(buffer, ids, read, threads, cancellation).ConfigureAwait(false);
        return read;
    }

    /// <summary>Adds what is in a buffer, the rows before <paramref name="end"/>, and empties it.</summary>
    private async Task AddAsync(RowBuffer buffer, List<long>? ids, long end, int threads, CancellationToken cancellation)
    {
        try
        {
            await Task.Run(
                () =>
                {
                    if (ids is null)
                    {
                        Add(buffer.Rows, threads, cancellation);
                    }
                    else
                    {
                        Add(CollectionsMarshal.AsSpan(ids), buffer.Rows, threads, cancellation);
                    }
                },
                cancellation).ConfigureAwait(false);
        }
        catch (ArgumentException e) when (e.ParamName == nameof(ids))
        {
            // The caller has no such argument, and numbers rows from the first of all.
            throw new ArgumentException(Guard.Text($"{buffer.Name}: of the rows from {end - buffer.Count} on, {e.Message}"), buffer.Name, e);
        }

        buffer.Clear();
        ids?.Clear();
    }

    private RowBuffer Gather(IEnumerable<float[]> vectors, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        var limit = _engine.ScaleLimit(Acquire());
        var buffer = new RowBuffer(Dimension, vectors.TryGetNonEnumeratedCount(out var count) ? count : 0, nameof(vectors));
        foreach (var row in vectors)
        {
            cancellation.ThrowIfCancellationRequested();
            buffer.Add(RowChecks.One(row, buffer.Count, Dimension, nameof(vectors), limit));
        }

        return buffer;
    }

    private RowBuffer Gather(IEnumerable<ReadOnlyMemory<float>> vectors, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        var limit = _engine.ScaleLimit(Acquire());
        var buffer = new RowBuffer(Dimension, vectors.TryGetNonEnumeratedCount(out var count) ? count : 0, nameof(vectors));
        foreach (var rows in vectors)
        {
            cancellation.ThrowIfCancellationRequested();
            buffer.Add(RowChecks.Whole(rows, buffer.Count, Dimension, nameof(vectors), limit));
        }

        return buffer;
    }
}
