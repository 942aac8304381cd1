using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData;
using Microsoft.Extensions.VectorData.ProviderServices;
using PqGen.Extensions.VectorData.Model;
using PqGen.Extensions.VectorData.Records;

namespace PqGen.Extensions.VectorData;

/// <summary>A collection of a <see cref="PqGenVectorStore"/>.</summary>
/// <typeparam name="TKey">The keys: long, int, Guid or string; object in a dynamic collection.</typeparam>
/// <typeparam name="TRecord">The records.</typeparam>
/// <remarks>
/// <para>May be used from any number of threads at once; the store's remarks say what they see of each other. Records go in and out as copies:
/// changing
/// one changes nothing in the collection until it is upserted.</para>
/// <para>Search is exact until an index has been trained (<see cref="TrainedIndexOptions"/>). A filter is compiled, asked of every record, and what
/// it
/// takes is what the index may find; of fewer than 1,000 records that it takes all are compared, by a trained index too.</para>
/// <para>A member that needs the collection to exist throws a <see cref="VectorStoreException"/> where it does not.</para>
/// </remarks>
[SuppressMessage("Naming", "CA1711", Justification = "The abstraction's word for it.")]
public sealed class PqGenCollection<TKey, TRecord> : VectorStoreCollection<TKey, TRecord>
    where TKey : notnull
    where TRecord : class
{
    private readonly PqGenVectorStore _store;
    private readonly CollectionModel _model;
    private readonly Func<RecordSet<TKey, TRecord>> _make;
    private RecordSet<TKey, TRecord>? _checked;

    internal PqGenCollection(PqGenVectorStore store, string name, CollectionModel model, Func<RecordSet<TKey, TRecord>> make)
    {
        (_store, Name, _model, _make) = (store, name, model, make);
        if (store.Find(name) is not null)
        {
            _ = Records;
        }
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <summary>The index behind each vector property at this moment, by the property's name: exact, or the one that was trained.</summary>
    /// <exception cref="VectorStoreException">The collection does not exist.</exception>
    public IReadOnlyDictionary<string, IndexShape> IndexShapes => Records.Shapes;

    private RecordSet<TKey, TRecord> Records => _store.Find(Name) switch
    {
        null => throw Failures.Missing(Name),
        RecordSet<TKey, TRecord> records => Checked(records),
        var other => throw new InvalidOperationException(
            $"The collection '{Name}' holds {other.GetType().GenericTypeArguments.LastOrDefault()?.Name ?? "other"} records with keys of type "
            + $"{other.GetType().GenericTypeArguments.FirstOrDefault()?.Name}, not {typeof(TRecord).Name} with keys of type {typeof(TKey).Name}."),
    };

    /// <inheritdoc/>
    public override Task<bool> CollectionExistsAsync(CancellationToken cancellationToken = default) =>
        _store.CollectionExistsAsync(Name, cancellationToken);

    /// <inheritdoc/>
    public override Task EnsureCollectionExistsAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _store.Ensure(Name, _make);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task EnsureCollectionDeletedAsync(CancellationToken cancellationToken = default) =>
        _store.EnsureCollectionDeletedAsync(Name, cancellationToken);

    /// <inheritdoc/>
    public override async Task<TRecord?> GetAsync(TKey key, RecordRetrievalOptions? options = null, CancellationToken cancellationToken = default)
    {
        await foreach (var record in GetAsync([key], options, cancellationToken).ConfigureAwait(false))
        {
            return record;
        }

        return null;
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<TRecord> GetAsync(
        IEnumerable<TKey> keys, RecordRetrievalOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        await Task.CompletedTask.ConfigureAwait(false);
        var includeVectors = options?.IncludeVectors ?? false;
        var records = Records;
        records.CheckIncludesVectors(includeVectors);
        foreach (var record in records.Get(Checked(keys, records), includeVectors))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return record;
        }
    }

    /// <summary>The records that a filter takes: in the order that the options name, or in that of their last upserts.</summary>
    /// <param name="filter">Compiled, and asked of every record. It must not call the collection.</param>
    /// <param name="top">Records at most, 1 or more.</param>
    /// <param name="options">Order, records to skip, vectors.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    public override async IAsyncEnumerable<TRecord> GetAsync(
        Expression<Func<TRecord, bool>> filter,
        int top,
        FilteredRecordRetrievalOptions<TRecord>? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        await Task.CompletedTask.ConfigureAwait(false);
        options ??= new FilteredRecordRetrievalOptions<TRecord>();
        Records.CheckIncludesVectors(options.IncludeVectors);
        var order = options.OrderBy?.Invoke(new FilteredRecordRetrievalOptions<TRecord>.OrderByDefinition());
        foreach (var record in Records.Get(filter.Compile(), top, options.Skip, order, options.IncludeVectors))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return record;
        }
    }

    /// <inheritdoc/>
    public override Task DeleteAsync(TKey key, CancellationToken cancellationToken = default) => DeleteAsync([key], cancellationToken);

    /// <summary>Removes the records of keys, all at once; keys that are not there are ignored.</summary>
    /// <param name="keys">The keys.</param>
    /// <param name="cancellationToken">Ends the wait for other writers; nothing is then removed.</param>
    public override async Task DeleteAsync(IEnumerable<TKey> keys, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        var records = Records;
        await records.DeleteAsync(Checked(keys, records), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override Task UpsertAsync(TRecord record, CancellationToken cancellationToken = default) => UpsertAsync([record], cancellationToken);

    /// <summary>Adds records, and replaces those whose keys are there: all at once, or none of them.</summary>
    /// <param name="records">
    /// The records; of several with one key the last one counts. A Guid key that is empty is made, and written into the record.
    /// </param>
    /// <param name="cancellationToken">Ends embedding, the wait for other writers, or training.</param>
    /// <remarks>
    /// The call that brings the number of vectors to <see cref="TrainedIndexOptions.TrainAt"/> trains the index before it returns; the records are
    /// there
    /// before, whether training succeeds or not, and searches go on meanwhile. The next upsert tries again.
    /// </remarks>
    /// <exception cref="ArgumentException">
    /// A record is null, a key of another type, or a vector of another length or not finite; nothing has changed.
    /// </exception>
    /// <exception cref="VectorStoreException">The collection does not exist, or training failed.</exception>
    public override async Task UpsertAsync(IEnumerable<TRecord> records, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(records);
        await Records.UpsertAsync([.. records], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The records whose vectors are nearest to that of a value, nearest first.</summary>
    /// <typeparam name="TInput">ReadOnlyMemory&lt;float&gt;, float[], Embedding&lt;float&gt;, or what the embedding generator takes.</typeparam>
    /// <param name="searchValue">The vector, or what to make one of.</param>
    /// <param name="top">Records at most, 1 or more.</param>
    /// <param name="options">Filter, vector property, records to skip, the worst score that counts.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <returns>
    /// Records with scores, which are what the property's distance function says: cosine similarity and dot product are large when near, the others
    /// small.
    /// </returns>
    /// <exception cref="ArgumentException">A length or a component is wrong; thrown when the results are first asked for, as the others.</exception>
    /// <exception cref="NotSupportedException">The value is no vector and there is no generator for it.</exception>
    public override async IAsyncEnumerable<VectorSearchResult<TRecord>> SearchAsync<TInput>(
        TInput searchValue,
        int top,
        VectorSearchOptions<TRecord>? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(searchValue);
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        options ??= new VectorSearchOptions<TRecord>();
        Records.CheckIncludesVectors(options.IncludeVectors);
        var property = _model.GetVectorPropertyOrSingle(options);
        var query = await QueryAsync(searchValue, property, cancellationToken).ConfigureAwait(false);
        var filter = options.Filter?.Compile();
        foreach (var result in Records.Search(property, query, filter, top, options.Skip, options.ScoreThreshold, options.IncludeVectors))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return result;
        }
    }

    /// <inheritdoc/>
    public override object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(VectorStoreCollectionMetadata)
                ? new VectorStoreCollectionMetadata { VectorStoreSystemName = Failures.SystemName, CollectionName = Name }
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    private static async Task<ReadOnlyMemory<float>> QueryAsync<TInput>(
        TInput value, VectorPropertyModel property, CancellationToken cancellation)
    {
        var query = VectorValues.Read(value);
        if (query is null)
        {
            if (property.EmbeddingGenerationDispatcher is null)
            {
                throw new NotSupportedException(
                    VectorDataStrings.InvalidSearchInputAndNoEmbeddingGeneratorWasConfigured(value!.GetType(), VectorValues.Supported));
            }

            query = ((Embedding<float>)await property.GenerateEmbeddingAsync(value, cancellation).ConfigureAwait(false)).Vector;
        }

        VectorValues.Check(query.Value.Span, property.Dimensions, "searchValue", "the vector");
        return query.Value;
    }

    private static TKey[] Checked(IEnumerable<TKey> keys, RecordSet<TKey, TRecord> records) =>
        [.. keys.Select(key => records.CheckKey(key, nameof(keys), "a record"))];

    /// <summary>Refuses records that another definition has made.</summary>
    private RecordSet<TKey, TRecord> Checked(RecordSet<TKey, TRecord> records)
    {
        if (_checked != records)
        {
            records.CheckModel(_model);
            _checked = records;
        }

        return records;
    }
}
