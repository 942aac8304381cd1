using PqGen.Clustering;
using PqGen.Common;
using PqGen.Kernels;
using PqGen.Quantization;

namespace PqGen.Indexes;

/// <summary>Measures a trained model on some of the training vectors, for the report.</summary>
internal static class TrainingReview
{
    /// <summary>Training vectors from which on some are queries for others; of fewer, all are looked at.</summary>
    private const int Enough = 1000;

    /// <summary>Of so many vectors that were trained on one is looked at, up to the most: measuring stays a small part of training.</summary>
    private const int OneOf = 4;
    private const int Most = 16_384;

    /// <summary>The fewest queries; else as many as Ksub, which cost some times as much as encoding.</summary>
    private const int FewestQueries = 16;

    /// <summary>Neighbours of a query among all training vectors.</summary>
    private const int K = 10;

    /// <summary>Writes the report of a training that has ended.</summary>
    /// <param name="shape">Kind and sizes.</param>
    /// <param name="vectors">The caller's training vectors.</param>
    /// <param name="run">The training.</param>
    /// <param name="transform">What they go through before they are encoded; null for nothing.</param>
    /// <param name="code">What codes make of scaled, transformed rows, and where scaled queries look for them; null where there are no codes.</param>
    public static TrainingReport Write(
        IndexShape shape, ReadOnlySpan<float> vectors, TrainingRun run, LinearTransform? transform, Func<float[], float[], CodedRows?> code)
    {
        var (queries, rows) = Draw(shape, vectors, run);
        var facts = new DataFacts(rows, shape.InputDimension, run.Cancellation);
        if (transform is not null)
        {
            queries = transform.Apply(queries, run.Threads, run.Cancellation);
            rows = transform.Apply(rows, run.Threads, run.Cancellation);
        }

        var coded = code(rows, queries);
        var k = Math.Clamp((int)Math.Round((double)K * facts.Count * shape.InputDimension / vectors.Length), 1, K);
        var error = coded is null ? 0 : Error(rows, coded.Decoded, run.Cancellation) / facts.Count;
        var imbalance = Imbalance(run.ListCounts);
        return new TrainingReport([.. run.Stages], TrainingAdvice.Give(shape, run, facts, imbalance, error))
        {
            ListImbalance = imbalance,
            Variance = run.InCallersUnits(facts.Variance),
            QuantizationError = run.InCallersUnits(error),
            RepairableShare = coded is null ? double.NaN : Repairable(shape, k, rows, queries, coded, run.Cancellation),
        };
    }

    /// <summary>Draws vectors, one at random from each of as many equal parts, and takes queries from among them, evenly.</summary>
    private static (float[] Queries, float[] Rows) Draw(IndexShape shape, ReadOnlySpan<float> vectors, TrainingRun run)
    {
        var n = vectors.Length / shape.InputDimension;
        var trained = run.Stages.Count == 0 ? n : run.Stages.Max(stage => stage.Vectors);
        var drawn = n < Enough ? n : Math.Clamp(trained / OneOf, Enough / OneOf, Most);
        var queries = n < Enough || !shape.HasCodes ? 0 : Math.Clamp(shape.Ksub, FewestQueries, drawn / OneOf);
        var random = new Random(unchecked(run.Options.Seed + 2));
        var (asked, others) = (new List<int>(queries), new List<int>(drawn));
        for (var i = 0; i < drawn; i++)
        {
            var (first, end) = ((int)((long)i * n / drawn), (int)((i + 1L) * n / drawn));
            var isQuery = (long)i * queries / drawn != (i + 1L) * queries / drawn;
            (isQuery ? asked : others).Add(random.Next(first, end));
        }

        return (Gather(vectors, [.. asked]), Gather(vectors, [.. others]));

        float[] Gather(ReadOnlySpan<float> from, int[] numbers)
        {
            var rows = Sampling.Gather(from, shape.InputDimension, numbers, run.Cancellation);
            run.Transform(rows, shape.InputDimension);
            return rows;
        }
    }

    private static double Imbalance(int[] counts)
    {
        double sum = 0, squares = 0;
        foreach (var count in counts)
        {
            sum += count;
            squares += (double)count * count;
        }

        return counts.Length == 0 ? double.NaN : counts.Length * squares / (sum * sum);
    }

    /// <summary>The sum of squared differences.</summary>
    private static double Error(float[] rows, float[] decoded, CancellationToken cancellation)
    {
        var sum = 0d;
        for (var i = 0; i < rows.Length; i++)
        {
            if (i % Parallelism.Look == 0)
            {
                cancellation.ThrowIfCancellationRequested();
            }

            var difference = (double)rows[i] - decoded[i];
            sum += difference * difference;
        }

        return sum;
    }

    private static double Repairable(IndexShape shape, int k, float[] rows, float[] queries, CodedRows coded, CancellationToken cancellation)
    {
        var dimension = shape.Dimension;
        var (missed, probed) = (0, 0);
        var kernels = new GenericKernels(dimension, shape.ComparesCodesByL2 ? Metric.SquaredL2 : Metric.InnerProduct);
        var (distances, codeDistances) = (new float[rows.Length / dimension], new float[rows.Length / dimension]);
        var isProbed = new HashSet<int>();
        for (var q = 0; q < queries.Length / dimension; q++)
        {
            cancellation.ThrowIfCancellationRequested();
            kernels.Scores(ref queries[q * dimension], ref rows[0], distances.Length, ref distances[0]);
            kernels.Scores(ref queries[q * dimension], ref coded.Decoded[0], distances.Length, ref codeDistances[0]);
            isProbed.Clear();
            isProbed.UnionWith(coded.Probes.Length == 0 ? [] : coded.Probes[q]);
            for (var i = 0; i < coded.Lists.Length; i++)
            {
                codeDistances[i] = isProbed.Contains(coded.Lists[i]) ? codeDistances[i] : float.PositiveInfinity;
            }

            foreach (var neighbor in Nearest(distances, k).Except(Nearest(codeDistances, k)))
            {
                missed++;
                probed += float.IsFinite(codeDistances[neighbor]) ? 1 : 0;
            }
        }

        return missed == 0 ? double.NaN : (double)probed / missed;
    }

    /// <summary>The numbers of the smallest finite distances, ties by smaller number.</summary>
    private static List<int> Nearest(float[] distances, int k)
    {
        var nearest = new List<int>(k + 1);
        for (var i = 0; i < distances.Length; i++)
        {
            if (!float.IsFinite(distances[i]) || (nearest.Count == k && distances[i] >= distances[nearest[^1]]))
            {
                continue;
            }

            var place = nearest.Count;
            for (; place > 0 && distances[i] < distances[nearest[place - 1]]; place--)
            {
                // Moves towards the nearer ones; equal ones came first.
            }

            nearest.Insert(place, i);
            if (nearest.Count > k)
            {
                nearest.RemoveAt(k);
            }
        }

        return nearest;
    }
}
