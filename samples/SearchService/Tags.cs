using System.Collections.Concurrent;
using System.Text.Json;
using PqGen;

namespace SearchService;

/// <summary>A tag for some ids, kept beside the index in a file of JSON. May be used from any number of threads.</summary>
internal sealed class Tags(IEnumerable<KeyValuePair<long, string>> tags)
{
    private readonly ConcurrentDictionary<long, string> _tags = new(tags);

    /// <summary>The tags of an index file; none where there is no file of them.</summary>
    public static Tags Open(string indexPath)
    {
        if (!File.Exists(PathOf(indexPath)))
        {
            return new Tags([]);
        }

        using var stream = File.OpenRead(PathOf(indexPath));
        return new Tags(JsonSerializer.Deserialize<Dictionary<long, string>>(stream) ?? []);
    }

    public void Save(string indexPath)
    {
        var beside = PathOf(indexPath) + ".tmp";
        using (var stream = File.Create(beside))
        {
            JsonSerializer.Serialize(stream, _tags.ToDictionary());
            stream.Flush(flushToDisk: true);
        }

        File.Move(beside, PathOf(indexPath), overwrite: true);
    }

    public void Set(long id, string? tag)
    {
        if (tag is null)
        {
            _tags.TryRemove(id, out _);
        }
        else
        {
            _tags[id] = tag;
        }
    }

    public WithTag Having(string tag) => new(_tags, tag);

    private static string PathOf(string indexPath) => indexPath + ".tags.json";

    /// <summary>Allows the ids of a tag. A struct, so that it is built into the scan.</summary>
    public readonly struct WithTag(ConcurrentDictionary<long, string> tags, string tag) : IIdFilter
    {
        public bool Allows(long id) => tags.TryGetValue(id, out var found) && found == tag;
    }
}
