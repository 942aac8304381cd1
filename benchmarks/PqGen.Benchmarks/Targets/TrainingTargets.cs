using System.Diagnostics;
using System.Runtime.CompilerServices;
using PqGen.Clustering;
using PqGen.Kernels;

namespace PqGen.Benchmarks;

/// <summary>What training many lists costs, and what k-means costs beside its distances.</summary>
internal static class TrainingTargets
{
    private const int Seed = 1234;

    /// <summary>The rows that take seconds.</summary>
    public static void AddRows()
    {
        BesideDistances();
        ManyLists(200_000, 4096, "10 s");
    }

    /// <summary>The row that takes a minute.</summary>
    public static void AddLargeRow() => ManyLists(500_000, 16_384, "60 s");

    private static void BesideDistances()
    {
        const int N = 524_288, Dimension = 32, Iterations = 4;
        var points = Workload.Floats(N * Dimension, Seed).Span(0, N * Dimension).ToArray();

        // The first run compiles the code.
        var seconds = Array.ConvertAll([4096, 4096, 16_384, 65_536], k =>
        {
            var start = Stopwatch.GetTimestamp();
            _ = KMeans.Train(new ScatteringAssigner(Dimension, k), points, new KMeansRun(k, Iterations, Seed, 1, CancellationToken.None));
            return Stopwatch.GetElapsedTime(start).TotalSeconds / Iterations;
        });
        Targets.Row(
            $"k-means on {N:N0} x {Dimension}, an iteration without its distances, for 4,096, 16,384 and 65,536 centroids",
            $"{1e3 * seconds[1]:F0} ms, {1e3 * seconds[2]:F0} ms, {1e3 * seconds[3]:F0} ms",
            "at most in proportion to the centroids");
    }

    private static void ManyLists(int n, int lists, string aim)
    {
        const int Dimension = 128;
        var points = Workload.Clusters(n, Dimension, 3);
        var objectives = new List<double>();
        var run = new KMeansRun(lists, 25, Seed, 1, CancellationToken.None) { Iterated = (_, objective) => objectives.Add(objective) };
        var start = Stopwatch.GetTimestamp();
        _ = TwoLevelKMeans.Train(new VectorAssigner<GenericKernels>(new GenericKernels(Dimension)), points, run);
        Targets.Row(
            $"training {lists:N0} lists on {n:N0} x {Dimension}",
            $"{Stopwatch.GetElapsedTime(start).TotalSeconds:F1} s, {objectives.Count} iterations",
            aim);
    }

    /// <summary>Scatters points over the centroids without a look at distances: some get many, some none.</summary>
    private readonly struct ScatteringAssigner(int dimension, int k) : IAssigner
    {
        public int Dimension => dimension;

        public bool TakesParts => false;

        public void Assign(ref float points, int count, ref float panels, int panelCount, ref int nearest, ref float distances)
        {
            for (var i = 0; i < count; i++)
            {
                var bits = BitConverter.SingleToUInt32Bits(Unsafe.Add(ref points, (nint)i * dimension));
                Unsafe.Add(ref nearest, i) = (int)((ulong)(bits * 2_654_435_769u) * (uint)k >> 32);
                Unsafe.Add(ref distances, i) = 1;
            }
        }
    }
}
