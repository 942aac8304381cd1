using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace PqGen.Tests.Indexes;

/// <summary>What listeners of the meter and of the activity source are told. No other test runs meanwhile: they would be heard too.</summary>
[Collection(HeapCollection.Name)]
public sealed class TelemetryTests : IDisposable
{
    private const int N = 500;
    private const int NList = 5;

    private readonly ConcurrentQueue<(string Instrument, double Value, string Kind)> _measured = [];
    private readonly ConcurrentQueue<(string Name, object? Kind)> _activities = [];
    private readonly MeterListener _meters = new();
    private readonly ActivityListener _listener;

    public TelemetryTests()
    {
        _meters.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "PqGen")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _meters.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument, value, tags));
        _meters.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "PqGen",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity => _activities.Enqueue((activity.OperationName, activity.GetTagItem("pqgen.index.kind"))),
        };
    }

    public static TheoryData<IndexFactory> OneOfEachKind =>
        [.. IndexFactory.All.DistinctBy(factory => factory.Kind), .. IndexFactory.Generated.DistinctBy(factory => factory.Kind)];

    [Theory]
    [MemberData(nameof(OneOfEachKind))]
    public void Searches_with_their_duration_and_codes(IndexFactory factory)
    {
        var vectors = TestVectors.Clustered(N, factory.Dimension, 9, seed: 1);
        using var index = factory.Build(vectors, NList);
        _meters.Start();
        var (query, options) = (vectors[..factory.Dimension], new SearchOptions { NProbe = 2 });
        index.Search(query, new Neighbor[3], options, out var first);
        index.Search(query, new Neighbor[3], new Remainder(2), options, out var second);
        index.SearchRange(query, 1, new System.Buffers.ArrayBufferWriter<Neighbor>(), default(AllIds), options, out var third);
        index.SearchBatch(
            vectors.AsSpan(0, 40 * factory.Dimension), 3, new Neighbor[120], new int[40], default(AllIds), options, out var batch, threads: 2);
        Assert.Equal([1, 1, 1, 40], Values("pqgen.searches"));
        Assert.Equal(
            new[] { first, second, third, batch }.Select(statistics => (double)statistics.CodesScanned), Values("pqgen.codes.scanned"));
        Assert.Equal(4, Values("pqgen.search.duration").Length);
        Assert.All(Values("pqgen.search.duration"), seconds => Assert.InRange(seconds, double.Epsilon, 60));
        Assert.All(_measured, measured => Assert.Equal(factory.Kind.ToString(), measured.Kind));

        // A search that is refused is none.
        _measured.Clear();
        Assert.Throws<ArgumentException>(() => index.Search(new float[1], new Neighbor[3]));
        Assert.Empty(_measured);
    }

    [Theory]
    [MemberData(nameof(OneOfEachKind))]
    public void Vectors_added_removed_and_there(IndexFactory factory)
    {
        // What other tests have left is gone before it is counted.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        var vectors = TestVectors.Clustered(N, factory.Dimension, 9, seed: 1);
        using var other = GenericIndex.Flat(1);
        other.Add(new float[7]);
        _meters.Start();
        var (before, memory) = (Observed("pqgen.vectors"), Observed("pqgen.memory"));
        var index = factory.Build(vectors, NList);
        Assert.Equal(N, Observed("pqgen.vectors") - before);
        Assert.Equal(index.SizeInBytes, Observed("pqgen.memory") - memory);
        index.Remove([1, 2, 3, 3, -7]);
        index.Remove(4);
        index.Remove(4);
        index.Update([5, 1000], vectors.AsSpan(0, 2 * factory.Dimension));
        Assert.Equal([N, 2], Values("pqgen.vectors.added"));
        Assert.Equal(4, Values("pqgen.vectors.removed").Sum());
        Assert.Equal(N - 3, Observed("pqgen.vectors") - before);
        index.Compact();
        Assert.Equal(N - 3, Observed("pqgen.vectors") - before);
        Assert.Equal(index.SizeInBytes, Observed("pqgen.memory") - memory);
        index.Dispose();
        Assert.Equal(before, Observed("pqgen.vectors"));
        Assert.Equal(memory, Observed("pqgen.memory"));
    }

    [Fact]
    public void An_index_that_nobody_disposed_of_is_not_counted_for_ever()
    {
        _meters.Start();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        var before = Observed("pqgen.vectors");
        Lose();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.Equal(before, Observed("pqgen.vectors"));
    }

    [Theory]
    [MemberData(nameof(OneOfEachKind))]
    public void Activities_of_what_takes_long(IndexFactory factory)
    {
        using var folder = new Storage.TempFolder();
        ActivitySource.AddActivityListener(_listener);
        var vectors = TestVectors.Clustered(N, factory.Dimension, 9, seed: 1);
        using var index = factory.Build(vectors, NList);
        index.Search(vectors.AsSpan(0, factory.Dimension), new Neighbor[3]);
        index.SearchBatch(vectors.AsSpan(0, factory.Dimension), 3, new Neighbor[3], new int[1]);
        index.Remove(3);
        index.Compact();
        index.Save(folder.File("index.pqg"));
        using var same = factory.Open(folder.File("index.pqg"));
        using var twin = VectorIndex.Open(folder.File("index.pqg"));
        string[] train = factory.Kind == IndexKind.Flat ? [] : ["PqGen.Train"];
        Assert.Equal(
            [.. train, "PqGen.Add", "PqGen.SearchBatch", "PqGen.Compact", "PqGen.Save", "PqGen.Open", "PqGen.Open"],
            _activities.Select(activity => activity.Name));
        Assert.All(_activities, activity => Assert.Equal(factory.Kind.ToString(), activity.Kind));
    }

    public void Dispose()
    {
        _meters.Dispose();
        _listener.Dispose();
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static void Lose() => GenericIndex.Flat(1).Add(new float[9]);

    private void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var kind = "";
        foreach (var (key, tag) in tags)
        {
            kind = key == "pqgen.index.kind" ? (string)tag! : kind;
        }

        _measured.Enqueue((instrument.Name, value, kind));
    }

    private double[] Values(string instrument) =>
        [.. _measured.Where(measured => measured.Instrument == instrument).Select(measured => measured.Value)];

    /// <summary>What an instrument says that is asked.</summary>
    private double Observed(string instrument)
    {
        var seen = _measured.Count;
        _meters.RecordObservableInstruments();
        return _measured.Skip(seen).Single(measured => measured.Instrument == instrument).Value;
    }
}
