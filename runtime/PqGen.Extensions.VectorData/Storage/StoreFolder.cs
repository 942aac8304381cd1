using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using PqGen.Extensions.VectorData.Records;

namespace PqGen.Extensions.VectorData.Storage;

/// <summary>A store in a folder: a list, and a folder for each collection.</summary>
/// <remarks>
/// A save writes folders of new names, then replaces the list, then deletes what the old one listed: whatever ends it early, the list that is there
/// names whole collections.
/// </remarks>
internal static partial class StoreFolder
{
    private const int Version = 1;
    private const string List = "store.json";
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Reads the list.</summary>
    public static SavedStore Read(string folder)
    {
        var path = Path.Combine(folder, List);
        if (!File.Exists(path))
        {
            throw Failures.Of(null, "Open", $"'{folder}' holds no store: there is no {List} in it.", null);
        }

        try
        {
            using var stream = File.OpenRead(path);
            var store = JsonSerializer.Deserialize<SavedStore>(stream, s_json);
            return store is { Version: Version, Collections: not null }
                ? store
                : throw new JsonException(
                    FormattableString.Invariant($"it is of version {store?.Version}, and this library reads version {Version}"));
        }
        catch (JsonException e)
        {
            throw Failures.Of(null, "Open", $"'{path}' is damaged or of another version: {e.Message}", e);
        }
    }

    /// <summary>Saves collections, all or none.</summary>
    public static async Task SaveAsync(string folder, IReadOnlyList<StoredCollection> collections, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        var generation = Generations(folder).Append(0).Max() + 1;
        var saved = new List<SavedCollection>();
        try
        {
            foreach (var collection in collections)
            {
                var name = string.Create(CultureInfo.InvariantCulture, $"g{generation}-{saved.Count}");
                saved.Add(await collection.SaveAsync(folder, name, cancellation).ConfigureAwait(false));
            }

            cancellation.ThrowIfCancellationRequested();
            Replace(folder, new SavedStore(Version, generation, [.. saved]));
        }
        catch
        {
            Delete(folder, name => GenerationOf(name) == generation);
            throw;
        }

        Delete(folder, name => GenerationOf(name) > 0 && !saved.Exists(collection => collection.Folder == name));
    }

    /// <summary>Creates a file and hands it to the disk before it is closed.</summary>
    public static async Task WriteAsync(string path, Func<Stream, Task> write)
    {
        var stream = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16, useAsync: true);
        await using (stream.ConfigureAwait(false))
        {
            await write(stream).ConfigureAwait(false);
            stream.Flush(flushToDisk: true);
        }
    }

    private static void Replace(string folder, SavedStore store)
    {
        var (path, beside) = (Path.Combine(folder, List), Path.Combine(folder, List + ".tmp"));
        using (var stream = new FileStream(beside, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            JsonSerializer.Serialize(stream, store, s_json);
            stream.Flush(flushToDisk: true);
        }

        File.Move(beside, path, overwrite: true);
    }

    private static IEnumerable<long> Generations(string folder) =>
        Directory.GetDirectories(folder).Select(path => GenerationOf(Path.GetFileName(path)));

    private static void Delete(string folder, Predicate<string> isOld)
    {
        foreach (var path in Directory.GetDirectories(folder).Where(path => isOld(Path.GetFileName(path))))
        {
            Directory.Delete(path, recursive: true);
        }
    }

    /// <summary>The generation of a folder of ours; 0 for any other.</summary>
    private static long GenerationOf(string name) =>
        OurFolder().Match(name) is { Success: true } match ? long.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex("^g([0-9]{1,15})-[0-9]+$")]
    private static partial Regex OurFolder();
}
