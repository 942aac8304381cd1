using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.VectorData;
using Microsoft.Extensions.VectorData.ProviderServices;
using PqGen.Extensions.VectorData.Storage;

namespace PqGen.Extensions.VectorData.Records;

/// <content>Saving and opening.</content>
internal sealed partial class RecordSet<TKey, TRecord>
{
    private const int BytesAtATime = 1 << 20;

    /// <summary>Saves the collection as it is at this moment; searches go on, writers wait.</summary>
    public override async Task<SavedCollection> SaveAsync(string root, string folder, CancellationToken cancellation)
    {
        await _writing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            CheckExists();
            var target = Directory.CreateDirectory(Path.Combine(root, folder)).FullName;
            var path = Path.Combine(target, RecordLines.File);
            await StoreFolder.WriteAsync(path, stream => WriteRecordsAsync(stream, cancellation)).ConfigureAwait(false);
            for (var i = 0; i < _columns.Length; i++)
            {
                _columns[i].Index.Save(IndexFile(target, i), cancellation);
            }

            return Description(_model) with
            {
                Name = Name,
                Folder = folder,
                Records = _byId.Count,
                NextId = _nextId,
                Vectors = Array.ConvertAll(
                    _columns, column => Description(column.Property) with { Count = column.Index.Count, TrainedOn = column.TrainedOn }),
            };
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Opens a collection of a folder.</summary>
    /// <exception cref="VectorStoreException">The files are damaged, or hold records of other keys or vectors; the message says which.</exception>
    public static RecordSet<TKey, TRecord> Open(UnopenedCollection unopened, CollectionModel model, TrainedIndexOptions? trained, bool keepsVectors)
    {
        var saved = unopened.Saved;
        CheckModel(saved, model, mayAdd: true);
        var columns = new List<VectorColumn>();
        try
        {
            foreach (var property in model.VectorProperties)
            {
                var of = saved.Vectors[columns.Count];
                var path = IndexFile(unopened.Folder, columns.Count);
                var index = of.TrainedOn > 0 && trained?.Open is { } open ? open(path) : VectorIndex.Open(path);
                columns.Add(new VectorColumn(saved.Name, property, trained, index, of.TrainedOn));
                if (index.Dimension != of.Dimension || index.Metric != columns[^1].Scoring.Metric || index.Count != of.Count)
                {
                    throw new JsonException(FormattableString.Invariant(
                        $"'{path}' holds {index.Count} vectors of {index.Dimension} components, {index.Metric}, ")
                        + FormattableString.Invariant($"and the list says {of.Count} of {of.Dimension}"));
                }
            }

            var records = new RecordSet<TKey, TRecord>(saved.Name, model, keepsVectors, [.. columns]);
            records.ReadRecords(Path.Combine(unopened.Folder, RecordLines.File), saved);
            return records;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            columns.ForEach(column => column.Dispose());
            throw Failures.Of(saved.Name, "Open", $"The saved collection '{saved.Name}' cannot be opened: {e.Message}", e);
        }
    }

    /// <summary>Refuses a model of the same record type by another definition.</summary>
    public void CheckModel(CollectionModel model) => CheckModel(Description(_model) with { Name = Name }, model, mayAdd: false);

    private static string IndexFile(string folder, int i) => Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"vectors-{i}.pqg"));

    private static SavedCollection Description(CollectionModel model) => new(
        "",
        "",
        0,
        0,
        model.KeyProperty.Type.ToString(),
        [.. model.DataProperties.Select(property => new SavedData(property.StorageName, property.Type.ToString()))],
        [.. model.VectorProperties.Select(Description)]);

    private static SavedVector Description(VectorPropertyModel property) =>
        new(property.StorageName, property.Dimensions, property.DistanceFunction ?? DistanceFunction.CosineSimilarity, 0, 0);

    /// <summary>Refuses a record type that cannot hold what there is.</summary>
    /// <param name="saved">What there is.</param>
    /// <param name="model">The record type's.</param>
    /// <param name="mayAdd">Whether new data properties are welcome: they are empty in the records there are.</param>
    private static void CheckModel(SavedCollection saved, CollectionModel model, bool mayAdd)
    {
        var wanted = Description(model);
        var difference = saved.KeyType != wanted.KeyType ? $"keys of type {saved.KeyType}, not {wanted.KeyType}"
            : !saved.Vectors.Select(vector => vector with { Count = 0, TrainedOn = 0 }).SequenceEqual(wanted.Vectors)
                ? $"the vectors {Text(saved.Vectors)}, not {Text(wanted.Vectors)}"
            : saved.Data.Except(wanted.Data).FirstOrDefault() is { } missing
                ? $"the property '{missing.Name}' of type {missing.Type}, which the record type lacks"
            : !mayAdd && wanted.Data.Except(saved.Data).FirstOrDefault() is { } added ? $"no property '{added.Name}' of type {added.Type}"
            : null;
        if (difference is not null)
        {
            throw Failures.Of(saved.Name, "Open", $"The collection '{saved.Name}' has {difference}.", null);
        }

        static string Text(IEnumerable<SavedVector> vectors) => string.Join(
            ", ", vectors.Select(vector => FormattableString.Invariant($"{vector.Name} ({vector.Dimension}, {vector.DistanceFunction})")));
    }

    private async Task WriteRecordsAsync(Stream stream, CancellationToken cancellation)
    {
        var buffer = new ArrayBufferWriter<byte>(BytesAtATime);
        foreach (var entry in _byId.Values.OrderBy(entry => entry.Id))
        {
            RecordLines.Write(buffer, _model, entry);
            if (buffer.WrittenCount >= BytesAtATime)
            {
                await stream.WriteAsync(buffer.WrittenMemory, cancellation).ConfigureAwait(false);
                buffer.ResetWrittenCount();
            }
        }

        await stream.WriteAsync(buffer.WrittenMemory, cancellation).ConfigureAwait(false);
    }

    private void ReadRecords(string path, SavedCollection saved)
    {
        var (line, found) = (0, new long[_columns.Length]);
        foreach (var text in File.ReadLines(path))
        {
            line++;
            try
            {
                var entry = RecordLines.Read<TKey, TRecord>(text, _model);
                if (entry.Id >= saved.NextId || !_byId.TryAdd(entry.Id, entry) || !_byKey.TryAdd(entry.Key, entry))
                {
                    throw new JsonException(FormattableString.Invariant($"its id {entry.Id} or its key {entry.Key} is there twice, or out of range"));
                }

                for (var i = 0; i < found.Length; i++)
                {
                    found[i] += _columns[i].Index.Contains(entry.Id) ? 1 : 0;
                }
            }
            catch (Exception e) when (e is JsonException or KeyNotFoundException or FormatException or InvalidOperationException)
            {
                throw new JsonException(FormattableString.Invariant($"line {line} of '{path}' is damaged: {e.Message}"), e);
            }
        }

        if (line != saved.Records || !found.SequenceEqual(saved.Vectors.Select(vector => vector.Count)))
        {
            throw new JsonException(FormattableString.Invariant(
                $"'{path}' has {line} records, of which {string.Join(", ", found)} have vectors; the list says {saved.Records}, ")
                + string.Join(", ", saved.Vectors.Select(vector => vector.Count)));
        }

        _nextId = saved.NextId;
    }
}
