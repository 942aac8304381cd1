using PqGen.Clustering;
using PqGen.Common;
using PqGen.Ivf;
using PqGen.Kernels;
using PqGen.Quantization;

namespace PqGen.Tests.Indexes;

/// <summary>Training ends soon after it was asked to, in whatever stage: counted in steps of work, not in time.</summary>
public class CancellationTests
{
    private const int Dimension = 64;
    private const int N = 65_536;

    private static readonly Lazy<float[]> s_vectors = new(() => TestVectors.Uniform(N, Dimension, seed: 1));

    /// <summary>The reports at which training is cancelled.</summary>
    public static TheoryData<string, Predicate<TrainingProgress>> Moments => new()
    {
        { "before the first iteration", report => report is { Stage: "coarse centroids", Completed: 0 } },
        { "after the first iteration", report => report is { Stage: "coarse centroids", Iteration: 1 } },
        { "between the stages", report => report is { Stage: "coarse centroids", Completed: 2 } },
        { "before the first sub-quantizer", report => report is { Stage: "sub-quantizers", Completed: 0, Iteration: 0 } },
        { "in the first sub-quantizer", report => report is { Stage: "sub-quantizers", SubQuantizer: 0, Iteration: 1 } },
        { "after the last sub-quantizer", report => report is { Stage: "sub-quantizers", Completed: 8 } },
        { "after the first sub-quantizer", report => report is { Stage: "sub-quantizers", Completed: 1 } },
    };

    [Theory]
    [MemberData(nameof(Moments))]
    public void A_large_training_goes_no_step_further(string moment, Predicate<TrainingProgress> isMoment)
    {
        foreach (var threads in new[] { 1, 2 })
        {
            using var cancellation = new CancellationTokenSource();
            var (cancelled, later) = (false, 0);
            var options = new TrainingOptions
            {
                NList = 4096,
                CoarseIterations = 2,
                Iterations = 3,
                Threads = threads,
                Cancellation = cancellation.Token,
                Progress = new Receiver(report =>
                {
                    later += cancelled ? 1 : 0;
                    if (isMoment(report) && !cancelled)
                    {
                        cancelled = true;
                        cancellation.Cancel();
                    }
                }),
            };
            var e = Assert.ThrowsAny<OperationCanceledException>(
                () => GenericIndex.Train(IndexShape.IvfPq(Dimension, 8, 16), s_vectors.Value, options));
            Assert.Equal(cancellation.Token, e.CancellationToken);
            Assert.True(cancelled, moment);
            Assert.Equal(0, later);
        }
    }

    /// <summary>Cancelled at every report that a training makes, of every stage there is: none follows.</summary>
    [Theory]
    [InlineData(TransformKind.None, 0, 1)]
    [InlineData(TransformKind.None, 0, 3)]
    [InlineData(TransformKind.Opq, 0, 2)]
    [InlineData(TransformKind.None, 0.3f, 2)]
    public void Whichever_report_cancels_is_the_last(TransformKind transform, float threshold, int threads)
    {
        var vectors = s_vectors.Value[..(400 * 8)];
        var shape = IndexShape.IvfPq(8, 4, 16) with { Metric = threshold > 0 ? Metric.InnerProduct : Metric.SquaredL2 };
        for (var (at, last) = (0, int.MaxValue); at < last; at++)
        {
            using var cancellation = new CancellationTokenSource();
            var reports = 0;
            var options = new TrainingOptions
            {
                NList = 3,
                CoarseIterations = 2,
                Iterations = 3,
                Threads = threads,
                Transform = transform,
                AnisotropicThreshold = threshold,
                Cancellation = cancellation.Token,
                Progress = new Receiver(_ =>
                {
                    if (reports++ == at)
                    {
                        cancellation.Cancel();
                    }
                }),
            };
            try
            {
                GenericIndex.Train(shape, vectors, options).Dispose();
                last = reports;
            }
            catch (OperationCanceledException e)
            {
                Assert.Equal(cancellation.Token, e.CancellationToken);
                Assert.Equal(at + 1, reports);
            }
        }
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(1, 100)]
    [InlineData(3, 100)]
    [InlineData(1, 1000)]
    public void While_points_are_assigned_each_thread_ends_its_piece(int threads, int before)
    {
        using var cancellation = new CancellationTokenSource();
        var (assigner, iterations) = (default(WorkAssigner), 0);
        assigner = new WorkAssigner(Dimension, takesParts: true, calls =>
        {
            if (calls == before)
            {
                cancellation.Cancel();
            }
        });
        var run = new KMeansRun(4096, 25, 1, threads, cancellation.Token) { Iterated = (iteration, _) => iterations = iteration };
        Assert.ThrowsAny<OperationCanceledException>(() => KMeans.Train(assigner, s_vectors.Value, run));
        Assert.InRange(assigner.Pieces.Count, before + 1, before + threads);

        // 64 chunks of points x 4 blocks of centroids are an iteration.
        Assert.Equal(before / (64 * 4), iterations);
    }

    /// <summary>A cancelled token is looked at before, and so between, the pieces of everything else that takes long.</summary>
    [Fact]
    public void Every_other_step_looks_before_its_first_piece()
    {
        var cancelled = new CancellationToken(true);
        float[] vectors = [.. Enumerable.Range(0, 64 * 8).Select(i => (float)(i * 7 % 64))];
        Throws(() => Sampling.Choose(8, 4, new Random(1), cancelled));
        Throws(() => Sampling.Copy(vectors, cancelled));
        Throws(() => Sampling.Gather(vectors, 8, [1, 2], cancelled));
        Throws(() => Sampling.Rows(vectors, 8, 4, 1, cancelled));
        Throws(() => Guard.Finite(vectors, 8, "vectors", cancelled));
        Throws(() => PowerOfTwoScale.ExponentForMany(vectors, cancelled));
        Throws(() => Panels.Create(vectors, 8, cancelled));
        Throws(() => KMeans.Train(vectors, 8, 4, cancellation: cancelled));
        Throws(() => Sampling.Scale(vectors, 1, cancelled));
        Throws(() => CentroidOrder.Arrange(vectors, 8, cancelled));
        Throws(() => _ = new Buckets(new int[8], 4, cancelled));
        Throws(() => _ = new CentroidNeighbours(vectors, 8, 1, cancelled));
        int[] counts = [8, .. new int[63]];
        Throws(() => EmptyClusters.Refill(vectors, 8, new int[8], [1, 1, 1, 1, 1, 1, 1, 1], counts, vectors, cancelled));
        Assert.Equal(Enumerable.Range(0, 64 * 8).Select(i => (float)(i * 7 % 64)), vectors);

        var kernels = new GenericKernels(8, 2, 16);
        var coarse = new CoarseQuantizer<GenericKernels>(kernels, vectors[..32]);
        var quantizer = new ProductQuantizer<GenericKernels>(kernels, vectors.AsSpan(0, 128), 0);
        Throws(() => coarse.Assign(vectors, 1, cancelled));
        Throws(() => coarse.ToResiduals(vectors, new int[64], 1, cancelled));
        Throws(() => _ = new ResidualTerms<GenericKernels>(kernels, coarse, quantizer, new float[kernels.Dimension], 1, null, cancelled));
        Throws(() => _ = new CoarseQuantizer<GenericKernels>(kernels, vectors[..32], cancelled));
        Assert.Equal(Enumerable.Range(0, 64 * 8).Select(i => (float)(i * 7 % 64)), vectors);
    }

    private static void Throws(Action call) => Assert.ThrowsAny<OperationCanceledException>(call);

    private sealed class Receiver(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
