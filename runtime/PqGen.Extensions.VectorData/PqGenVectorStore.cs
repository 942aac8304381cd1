using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.VectorData;
using Microsoft.Extensions.VectorData.ProviderServices;
using PqGen.Extensions.VectorData.Model;
using PqGen.Extensions.VectorData.Records;
using PqGen.Extensions.VectorData.Storage;

namespace PqGen.Extensions.VectorData;

/// <summary>Collections of records that are found by their vectors: in memory, saved to and opened from a folder.</summary>
/// <remarks>
/// <para>All members of a store and of its collections may be called from any number of threads at once. A search or a look-up sees all of an
/// upsert or
/// a delete, or nothing of it; writers of a collection come one after the other. <see cref="SaveAsync"/> keeps writers of the collection that it is
/// writing waiting, and no searches.</para>
/// <para>Collections belong to the store: whatever <see cref="GetCollection{TKey, TRecord}(string, VectorStoreCollectionDefinition?)"/> returned
/// sees the
/// same records. Disposing of the store lets go of all; nothing is saved by it.</para>
/// </remarks>
public sealed class PqGenVectorStore : VectorStore
{
    private readonly ConcurrentDictionary<string, StoredCollection> _collections = new(StringComparer.Ordinal);
    private readonly PqGenVectorStoreOptions _options;
    private readonly SemaphoreSlim _saving = new(1, 1);
    private readonly Lock _opening = new();
    private bool _isDisposed;

    /// <summary>An empty store.</summary>
    /// <param name="options">Null stands for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException"><see cref="TrainedIndexOptions.TrainAt"/> is out of range.</exception>
    public PqGenVectorStore(PqGenVectorStoreOptions? options = null)
    {
        _options = options ?? new PqGenVectorStoreOptions();
        _ = _options.TrainedIndex?.Checked();
    }

    /// <summary>Opens the store that a folder holds.</summary>
    /// <param name="folder">A folder that <see cref="SaveAsync"/> has written.</param>
    /// <param name="options">Null stands for the defaults.</param>
    /// <remarks>
    /// Reads the list of collections; a collection is read when it is first asked for with its record type. The folder has to stay until then, and no
    /// other process may save to it meanwhile.
    /// </remarks>
    /// <exception cref="VectorStoreException">The folder holds no store, or its list is damaged.</exception>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    public static PqGenVectorStore Open(string folder, PqGenVectorStoreOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var store = new PqGenVectorStore(options);
        foreach (var saved in StoreFolder.Read(folder).Collections)
        {
            store._collections[saved.Name] = new UnopenedCollection(folder, saved);
        }

        return store;
    }

    /// <summary>Saves all collections to a folder, from which <see cref="Open"/> makes the same store again.</summary>
    /// <param name="folder">
    /// Created where there is none. One that holds a store is replaced once the new one is whole, and stays if saving fails.
    /// </param>
    /// <param name="cancellationToken">Ends it early; the folder then holds what it held.</param>
    /// <remarks>
    /// Each collection is saved as it is when its turn comes. Records are lines of JSON, indexes the library's own files. Collections of an opened
    /// folder
    /// that nobody has asked for stay as they are.
    /// </remarks>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public async Task SaveAsync(string folder, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        await _saving.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            StoredCollection[] collections = [.. _collections.Values.OrderBy(collection => collection.Name, StringComparer.Ordinal)];
            await StoreFolder.SaveAsync(folder, collections, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _saving.Release();
        }
    }

    /// <inheritdoc cref="GetCollection{TKey, TRecord}(string, PqGenCollectionOptions)"/>
    /// <param name="name">The collection's name.</param>
    /// <param name="definition">Keys, data and vectors; null stands for the attributes of <typeparamref name="TRecord"/>.</param>
    public override VectorStoreCollection<TKey, TRecord> GetCollection<TKey, TRecord>(
        string name, VectorStoreCollectionDefinition? definition = null) =>
        GetCollection<TKey, TRecord>(name, new PqGenCollectionOptions { Definition = definition });

    /// <summary>A collection, which need not exist; one of an opened folder is read now.</summary>
    /// <typeparam name="TKey">long, int, Guid or string.</typeparam>
    /// <typeparam name="TRecord">A class with a constructor without parameters.</typeparam>
    /// <param name="name">The collection's name.</param>
    /// <param name="options">Definition, embedding generator, and when an index is trained.</param>
    /// <exception cref="InvalidOperationException">Attributes or definition are wrong, or the collection holds records of another type.</exception>
    /// <exception cref="NotSupportedException">
    /// A type, a distance function or a kind of index is not supported; the message names those that are.
    /// </exception>
    /// <exception cref="VectorStoreException">The saved collection is damaged, or has other keys, vectors or properties.</exception>
    public PqGenCollection<TKey, TRecord> GetCollection<TKey, TRecord>(string name, PqGenCollectionOptions options)
        where TKey : notnull
        where TRecord : class
    {
        ArgumentNullException.ThrowIfNull(options);
        if (typeof(TRecord) == typeof(Dictionary<string, object?>))
        {
            throw new NotSupportedException(VectorDataStrings.GetCollectionWithDictionaryNotSupported);
        }

        var model = new RecordModelBuilder().Build(
            typeof(TRecord), typeof(TKey), options.Definition, options.EmbeddingGenerator ?? _options.EmbeddingGenerator);
        return Collection<TKey, TRecord>(name, model, options);
    }

    /// <summary>A collection whose records are dictionaries from property names to values.</summary>
    /// <param name="name">The collection's name.</param>
    /// <param name="definition">Keys, data and vectors, each with its type.</param>
    /// <inheritdoc cref="GetCollection{TKey, TRecord}(string, PqGenCollectionOptions)" path="/exception"/>
    public override VectorStoreCollection<object, Dictionary<string, object?>> GetDynamicCollection(
        string name, VectorStoreCollectionDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        var model = new RecordModelBuilder().BuildDynamic(definition, _options.EmbeddingGenerator);
        return Collection<object, Dictionary<string, object?>>(name, model, new PqGenCollectionOptions());
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<string> ListCollectionNamesAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        await Task.CompletedTask.ConfigureAwait(false);
        foreach (var name in _collections.Keys.Order(StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return name;
        }
    }

    /// <inheritdoc/>
    public override Task<bool> CollectionExistsAsync(string name, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(_collections.ContainsKey(name));
    }

    /// <inheritdoc/>
    public override Task EnsureCollectionDeletedAsync(string name, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        cancellationToken.ThrowIfCancellationRequested();
        return _collections.TryRemove(name, out var collection) ? Task.Run(collection.Dispose, CancellationToken.None) : Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(VectorStoreMetadata) ? new VectorStoreMetadata { VectorStoreSystemName = Failures.SystemName }
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    /// <summary>The collection of a name, if it exists.</summary>
    internal StoredCollection? Find(string name)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return _collections.GetValueOrDefault(name);
    }

    /// <summary>Makes a collection where there is none.</summary>
    internal void Ensure<TKey, TRecord>(string name, Func<RecordSet<TKey, TRecord>> make)
        where TKey : notnull
        where TRecord : class
    {
        lock (_opening)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (!_collections.ContainsKey(name))
            {
                _collections[name] = make();
            }
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        lock (_opening)
        {
            _isDisposed = true;
            foreach (var name in _collections.Keys)
            {
                if (_collections.TryRemove(name, out var collection))
                {
                    collection.Dispose();
                }
            }
        }

        base.Dispose(disposing);
    }

    private PqGenCollection<TKey, TRecord> Collection<TKey, TRecord>(string name, CollectionModel model, PqGenCollectionOptions options)
        where TKey : notnull
        where TRecord : class
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var trained = (options.TrainedIndex ?? _options.TrainedIndex)?.Checked();
        var keepsVectors = options.KeepVectors ?? _options.KeepVectors;
        lock (_opening)
        {
            if (Find(name) is UnopenedCollection unopened)
            {
                _collections[name] = RecordSet<TKey, TRecord>.Open(unopened, model, trained, keepsVectors);
            }
        }

        return new PqGenCollection<TKey, TRecord>(this, name, model, () => new RecordSet<TKey, TRecord>(name, model, trained, keepsVectors));
    }
}
