using System.Text.Json;

namespace PqGen.Tool.Tuning;

/// <summary>What a run of tune has measured, in a file from which the next goes on.</summary>
/// <param name="path">The file; null for none.</param>
/// <param name="key">What figures depend on: vectors, queries, metric, k, seed, kernels and instruction set.</param>
internal sealed class TuneState(string? path, string key)
{
    private readonly List<TuneTrial> _trials = [];

    /// <summary>Reads what an earlier run of the same key has left; nothing where there is no file.</summary>
    /// <exception cref="ToolException">The file is not one of these, or of other vectors or options.</exception>
    public IReadOnlyList<TuneTrial> Read()
    {
        if (path is null || !File.Exists(path))
        {
            return [];
        }

        Content? content;
        try
        {
            content = JsonSerializer.Deserialize<Content>(File.ReadAllText(path));
        }
        catch (JsonException)
        {
            content = null;
        }

        if (content is not { Key: not null, Trials: not null } || content.Trials.Any(trial => trial is not { Setting: not null, Points.Count: > 0 }))
        {
            throw new ToolException($"{path} is not a file that tune has written; name another with --state");
        }

        if (content.Key != key)
        {
            throw new ToolException($"{path} is of '{content.Key}', this run is of '{key}'; name another file with --state");
        }

        _trials.AddRange(content.Trials);
        return content.Trials;
    }

    /// <summary>Adds an index and writes the file, whole or not at all.</summary>
    /// <exception cref="ToolException">The file cannot be written; what was there stays.</exception>
    public void Add(TuneTrial trial)
    {
        _trials.Add(trial);
        if (path is not null)
        {
            OutputFile.Write(path, JsonSerializer.Serialize(new Content(key, _trials)));
        }
    }

    private sealed record Content(string Key, IReadOnlyList<TuneTrial> Trials);
}
