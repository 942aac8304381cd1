using System.Diagnostics;

namespace PqGen.Benchmarks;

/// <summary>
/// The queries of a fresh process by thousands: how long the second thousand takes, compared with the fastest after it. The tiers of the JIT make the
/// difference.
/// </summary>
/// <param name="Microseconds">Of one query on average, thousand by thousand.</param>
internal sealed record FirstQueries(double[] Microseconds)
{
    private const int K = 10, Thousand = 1000, Thousands = 30, Queries = 256, Processes = 5, VectorCount = 100_000;

    /// <summary>Queries 1,001 to 2,000 over the steady state, the best later thousand.</summary>
    public double SecondOverSteady => Microseconds[1] / Steady;

    /// <summary>Queries 1 to 1,000 over the steady state.</summary>
    public double FirstOverSteady => Microseconds[0] / Steady;

    private double Steady => Microseconds[2..].Min();

    /// <summary>A row for each of several shapes: the median of five fresh processes.</summary>
    public static void AddRows()
    {
        AddRow(nameof(Shape100), 100, "IVF512,PQ20, nprobe 16", Shape100.Train);
        AddRow(nameof(Shape128x4Bit), 128, "IVF512,PQ32x4, nprobe 16", Shape128x4Bit.Train);
        AddRow(nameof(Shape768), 768, "IVF512,PQ96, nprobe 16", Shape768.Train);
        AddRow(nameof(Pq128), 128, "flat PQ16", Pq128.Train);
    }

    /// <summary>The child: opens an index and searches it as often as it takes.</summary>
    public static FirstQueries Measure(string shape, string file)
    {
        using VectorIndex index = shape switch
        {
            nameof(Shape100) => Shape100.Open(file),
            nameof(Shape128x4Bit) => Shape128x4Bit.Open(file),
            nameof(Shape768) => Shape768.Open(file),
            _ => Pq128.Open(file),
        };

        // Made without the library, so that only searches warm it up.
        var random = new Random(5);
        var queries = new float[Queries * index.Dimension];
        for (var i = 0; i < queries.Length; i++)
        {
            queries[i] = (10 * random.NextSingle()) - 5;
        }

        var found = new Neighbor[K];
        var options = new SearchOptions { NProbe = index.NList > 1 ? 16 : 0 };
        var times = new double[Thousands];
        for (var thousand = 0; thousand < Thousands; thousand++)
        {
            var start = Stopwatch.GetTimestamp();
            for (var q = 0; q < Thousand; q++)
            {
                index.Search(queries.AsSpan(q % Queries * index.Dimension, index.Dimension), found, options);
            }

            times[thousand] = Stopwatch.GetElapsedTime(start).TotalMicroseconds / Thousand;
        }

        return new FirstQueries(times);
    }

    private static void AddRow(string shape, int dimension, string name, Trainer train)
    {
        var vectors = Workload.Clusters(dimension > 128 ? VectorCount / 5 : VectorCount, dimension, 3);
        var sample = vectors.AsSpan(0, Math.Min(vectors.Length, 20_000 * dimension));
        using var index = train(sample, new TrainingOptions { NList = 512, KeepVectors = false, Iterations = 4 });
        index.Add(vectors);
        var file = Path.GetTempFileName();
        index.Save(file);
        var processes = Enumerable.Range(0, Processes).Select(_ => Child.Measure<FirstQueries>([shape, file]));
        var times = processes.OrderBy(first => first.SecondOverSteady).ElementAt(Processes / 2);
        File.Delete(file);
        Targets.Row(
            $"queries 1,001 to 2,000 of a fresh process over the steady state, {name}",
            $"{times.SecondOverSteady:F1}x of {times.Steady:F0} us (queries 1 to 1,000: {times.FirstOverSteady:F1}x)",
            "at most 2");
    }

    private delegate VectorIndex Trainer(ReadOnlySpan<float> vectors, TrainingOptions? options);
}
