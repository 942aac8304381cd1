using System.Linq.Expressions;
using Microsoft.Extensions.VectorData;
using Microsoft.Extensions.VectorData.ProviderServices;
using PqGen.Extensions.VectorData.Model;

namespace PqGen.Extensions.VectorData.Records;

/// <summary>The records of a collection and the indexes of their vectors.</summary>
/// <remarks>
/// Searches and look-ups share a lock, which a writer takes for as long as it changes records and indexes: they see all of an upsert or a delete, or
/// nothing. Writers come one after the other. Embedding, training and saving keep writers out, and nobody else.
/// </remarks>
internal sealed partial class RecordSet<TKey, TRecord> : StoredCollection
    where TKey : notnull
    where TRecord : class
{
    private readonly CollectionModel _model;
    private readonly VectorColumn[] _columns;
    private readonly bool _keepsVectors;
    private readonly Dictionary<long, Entry<TKey, TRecord>> _byId = [];
    private readonly Dictionary<TKey, Entry<TKey, TRecord>> _byKey = [];
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly ReaderWriterLockSlim _access = new();
    private long _nextId;
    private bool _isDeleted;

    /// <summary>An empty collection.</summary>
    public RecordSet(string name, CollectionModel model, TrainedIndexOptions? trained, bool keepsVectors)
        : this(name, model, keepsVectors, [.. model.VectorProperties.Select(property => new VectorColumn(name, property, trained))])
    {
    }

    private RecordSet(string name, CollectionModel model, bool keepsVectors, VectorColumn[] columns)
        : base(name)
    {
        (_model, _columns, _keepsVectors) = (model, columns, keepsVectors);
    }

    /// <summary>The shape of each vector property's index at this moment.</summary>
    public Dictionary<string, IndexShape> Shapes => Read(
        () => _columns.ToDictionary(column => column.Property.ModelName, column => column.Index.Shape));

    /// <summary>The records of keys, those that are there, in the keys' order.</summary>
    public List<TRecord> Get(IReadOnlyCollection<TKey> keys, bool includeVectors) => Read(
        () => keys.Where(_byKey.ContainsKey).Select(key => Copy(_byKey[key], includeVectors)).ToList());

    /// <summary>The records that a filter takes, in the order of their upserts or another.</summary>
    public List<TRecord> Get(
        Func<TRecord, bool> filter, int top, int skip, FilteredRecordRetrievalOptions<TRecord>.OrderByDefinition? order, bool includeVectors)
    {
        var sorts = order?.Values.Select(sort => (Selector: Selector(sort.PropertySelector), sort.Ascending)).ToArray() ?? [];
        return Read(() =>
        {
            var matches = _byId.Values.Where(entry => filter(entry.Record));
            var sorted = matches.Order(Comparer<Entry<TKey, TRecord>>.Create((x, y) => Compare(x, y, sorts)));
            return sorted.Skip(skip).Take(top).Select(entry => Copy(entry, includeVectors)).ToList();
        });
    }

    /// <summary>The records whose vectors are nearest, nearest first, with their scores.</summary>
    public List<VectorSearchResult<TRecord>> Search(
        VectorPropertyModel property,
        ReadOnlyMemory<float> query,
        Func<TRecord, bool>? filter,
        int top,
        int skip,
        double? threshold,
        bool includeVectors)
    {
        return Read(() =>
        {
            var column = Array.Find(_columns, column => column.Property.ModelName == property.ModelName)!;
            var allowed = filter is null ? null : Allowed(column.Index, filter);
            var results = new List<VectorSearchResult<TRecord>>();
            var found = column.Search(query.Span, (long)top + skip, allowed);
            for (var i = skip; i < found.Length; i++)
            {
                var score = column.Scoring.Score(found[i].Distance);
                if (column.Scoring.Passes(score, threshold))
                {
                    results.Add(new VectorSearchResult<TRecord>(Copy(_byId[found[i].Id], includeVectors), score));
                }
            }

            return results;
        });
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _writing.Wait();
        _access.EnterWriteLock();
        try
        {
            _isDeleted = true;
            Array.ForEach(_columns, column => column.Dispose());
        }
        finally
        {
            _access.ExitWriteLock();
            _writing.Release();
        }
    }

    /// <summary>Refuses vectors that nobody has.</summary>
    public void CheckIncludesVectors(bool includeVectors)
    {
        if (includeVectors && _model.EmbeddingGenerationRequired)
        {
            throw new NotSupportedException(VectorDataStrings.IncludeVectorsNotSupportedWithEmbeddingGeneration);
        }

        if (includeVectors && !_keepsVectors)
        {
            throw new NotSupportedException(
                $"IncludeVectors: the collection '{Name}' keeps no vectors beside its indexes; make it with KeepVectors = true.");
        }
    }

    private static Func<TRecord, object?> Selector(Expression<Func<TRecord, object?>> selector) => selector.Compile();

    private static int Compare(
        Entry<TKey, TRecord> x, Entry<TKey, TRecord> y, (Func<TRecord, object?> Selector, bool Ascending)[] sorts)
    {
        foreach (var (selector, ascending) in sorts)
        {
            var order = Comparer<object?>.Default.Compare(selector(x.Record), selector(y.Record));
            if (order != 0)
            {
                return ascending ? order : -order;
            }
        }

        return x.Id.CompareTo(y.Id);
    }

    /// <summary>The ids of an index whose records a filter takes.</summary>
    private long[] Allowed(VectorIndex index, Func<TRecord, bool> filter) =>
        [.. _byId.Values.Where(entry => filter(entry.Record) && index.Contains(entry.Id)).Select(entry => entry.Id)];

    /// <summary>A record of the caller's own.</summary>
    private TRecord Copy(Entry<TKey, TRecord> entry, bool includeVectors)
    {
        var record = CopyOfData(entry.Record);
        for (var i = 0; includeVectors && i < _columns.Length; i++)
        {
            if (entry.Vectors[i] is { } vector)
            {
                _columns[i].Property.SetValueAsObject(record, VectorValues.As(_columns[i].Property.Type, vector));
            }
        }

        return record;
    }

    private TRecord CopyOfData(TRecord source)
    {
        var record = _model.CreateRecord<TRecord>()!;
        foreach (var property in _model.KeyProperties.Concat<PropertyModel>(_model.DataProperties))
        {
            property.SetValueAsObject(record, DataValues.Copy(property.GetValueAsObject(source)));
        }

        return record;
    }

    private T Read<T>(Func<T> read)
    {
        _access.EnterReadLock();
        try
        {
            CheckExists();
            return read();
        }
        finally
        {
            _access.ExitReadLock();
        }
    }

    private void CheckExists()
    {
        if (_isDeleted)
        {
            throw Failures.Missing(Name);
        }
    }
}
