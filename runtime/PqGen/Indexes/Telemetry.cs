using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace PqGen.Indexes;

/// <summary>
/// What indexes tell those who listen: the meter and the activity source named PqGen. Where nobody does, a search pays two comparisons.
/// </summary>
internal static class Telemetry
{
    public const string Name = "PqGen";

    private static readonly string? s_version = typeof(Telemetry).Assembly.GetName().Version?.ToString(3);
    private static readonly Meter s_meter = new(Name, s_version);
    private static readonly List<WeakReference<VectorIndex>> s_indexes = [];
    private static readonly Counter<long> s_searches = s_meter.CreateCounter<long>(
        "pqgen.searches", "{search}", "Queries searched for.");

    private static readonly Histogram<double> s_duration = s_meter.CreateHistogram<double>(
        "pqgen.search.duration", "s", "Time of a call of Search, SearchRange or SearchBatch.");

    private static readonly Counter<long> s_codes = s_meter.CreateCounter<long>(
        "pqgen.codes.scanned", "{code}", "Codes, or vectors in an index without codes, that searches scanned.");

    private static readonly Counter<long> s_added = s_meter.CreateCounter<long>(
        "pqgen.vectors.added", "{vector}", "Vectors added or replaced.");

    private static readonly Counter<long> s_removed = s_meter.CreateCounter<long>(
        "pqgen.vectors.removed", "{vector}", "Vectors removed.");

    static Telemetry()
    {
        s_meter.CreateObservableUpDownCounter(
            "pqgen.vectors", () => Sum(index => index.Count), "{vector}", "Vectors that searches see, of all indexes.");
        s_meter.CreateObservableUpDownCounter("pqgen.memory", () => Sum(index => index.SizeInBytes), "By", "Memory of all indexes.");
    }

    /// <summary>Activities of training, adding, compacting, searching, saving and opening.</summary>
    public static ActivitySource Activities { get; } = new(Name, s_version);

    /// <summary>The moment that a search starts; 0 where nobody measures it.</summary>
    public static long Start() => s_duration.Enabled ? Stopwatch.GetTimestamp() : 0;

    /// <summary>Tells of searches that are done.</summary>
    public static void Searched(VectorIndex index, long start, int queries, in SearchStatistics statistics)
    {
        if (!s_searches.Enabled && !s_duration.Enabled && !s_codes.Enabled)
        {
            return;
        }

        var kind = Kind(index);
        s_searches.Add(queries, kind);
        s_codes.Add(statistics.CodesScanned, kind);
        if (start != 0)
        {
            s_duration.Record(Stopwatch.GetElapsedTime(start).TotalSeconds, kind);
        }
    }

    public static void Added(VectorIndex index, int vectors)
    {
        if (s_added.Enabled)
        {
            s_added.Add(vectors, Kind(index));
        }
    }

    public static void Removed(VectorIndex index, int vectors)
    {
        if (s_removed.Enabled)
        {
            s_removed.Add(vectors, Kind(index));
        }
    }

    /// <summary>Counts an index in the sums for as long as it lives.</summary>
    public static void Register(VectorIndex index)
    {
        lock (s_indexes)
        {
            s_indexes.RemoveAll(weak => !weak.TryGetTarget(out _));
            s_indexes.Add(new WeakReference<VectorIndex>(index));
        }
    }

    /// <summary>No longer counts an index.</summary>
    public static void Forget(VectorIndex index)
    {
        lock (s_indexes)
        {
            s_indexes.RemoveAll(weak => !weak.TryGetTarget(out var other) || other == index);
        }
    }

    /// <summary>An activity, tagged with the kind of index; null where nobody listens.</summary>
    public static Activity? Begin(string name, IndexKind kind)
    {
        var activity = Activities.StartActivity(name);
        Tag(activity, kind);
        return activity;
    }

    /// <summary>Tags an activity with the kind of index, where it was not known before.</summary>
    public static void Tag(Activity? activity, IndexKind kind) => activity?.SetTag("pqgen.index.kind", kind.ToString());

    private static KeyValuePair<string, object?> Kind(VectorIndex index) => new("pqgen.index.kind", Names[(int)index.Shape.Kind]);

    private static string[] Names { get; } = ["none", .. Enum.GetNames<IndexKind>()];

    private static long Sum(Func<VectorIndex, long> part)
    {
        lock (s_indexes)
        {
            return s_indexes.Sum(weak => weak.TryGetTarget(out var index) ? part(index) : 0);
        }
    }
}
