using PqGen.Kernels;

namespace PqGen.Tests.Kernels;

/// <summary>
/// What every implementation of the float kernels owes, bit for bit, checked against <see cref="ScalarReference"/>. Generated structs,
/// their leaves and their run-time-sized twin go through the same checks.
/// </summary>
internal static class FloatKernelChecks
{
    /// <summary>Numbers of points around the edges of every register tile.</summary>
    private static readonly int[] Counts = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 17];

    /// <summary>All checks on one implementation.</summary>
    public static void CheckAll<TKernels>(TKernels kernels, int seed)
        where TKernels : IIvfPqKernels
    {
        CheckRows(kernels, seed);
        CheckCentroids(kernels, seed);
        CheckCodebooks(kernels, seed);
    }

    /// <summary>Score and Scores.</summary>
    public static void CheckRows<TKernels>(TKernels kernels, int seed)
        where TKernels : IVectorKernels
    {
        var dimension = kernels.Dimension;
        foreach (var count in Counts)
        {
            var random = new Random(seed + count);
            var query = Values(random, dimension);
            var rows = Values(random, count * dimension);
            var scores = new AlignedBuffer<float>(count);
            kernels.Scores(ref query.Reference, ref rows.Reference, count, ref scores.Reference);
            scores.AssertGuards();
            for (var i = 0; i < count; i++)
            {
                var expected = ScalarReference.Score(kernels.Metric, query.Span, rows.Span.Slice(i * dimension, dimension));
                Same(expected, scores.Span[i], seed, $"Scores, {kernels.Metric}, dimension {dimension}, {count} rows", i);
                Same(
                    expected,
                    kernels.Score(ref query.Reference, ref rows.Span[i * dimension]),
                    seed,
                    $"Score, {kernels.Metric}, dimension {dimension}",
                    i);
            }
        }
    }

    /// <summary>CentroidScores and NearestCentroids, for numbers of centroids around the edges of every tile.</summary>
    public static void CheckCentroids<TKernels>(TKernels kernels, int seed)
        where TKernels : ICentroidKernels
    {
        // Long vectors meet the same loops; fewer centroids keep the scalar oracle quick.
        int[] centroidCounts = kernels.Dimension <= 200 ? [1, 16, 17, 33, 48, 64, 80, 96, 100, 112, 128, 130, 144, 150] : [1, 80, 144];
        foreach (var centroidCount in centroidCounts)
            foreach (var count in kernels.Dimension <= 200 ? Counts : [1, 6])
                CheckCentroids(kernels, centroidCount, count, seed);
    }

    /// <summary>NearestSubcentroids, DistanceTables and InnerProductTables.</summary>
    public static void CheckCodebooks<TKernels>(TKernels kernels, int seed)
        where TKernels : IPqKernels
    {
        foreach (var count in kernels.Dimension * kernels.Ksub <= 40_000 ? Counts : [1, 6])
        {
            CheckSubcentroids(kernels, kernels.Dsub, count, seed);
            CheckSubcentroids(kernels, kernels.Dimension, count, seed);
            CheckTables(kernels, count, seed);
        }
    }

    private static void CheckCentroids<TKernels>(TKernels kernels, int centroidCount, int count, int seed)
        where TKernels : ICentroidKernels
    {
        var dimension = kernels.Dimension;
        var random = new Random(seed + count);
        var points = Values(random, count * dimension);
        var centroids = Centroids(random, centroidCount, dimension, points.Span);
        var panels = new AlignedBuffer<float>(ScalarReference.Panels(centroids, dimension));
        var panelCount = KernelLayout.PanelCount(centroidCount);
        var what = $"CentroidScores and NearestCentroids, {kernels.Metric}, dimension {dimension}, {centroidCount} centroids, {count} points";

        var scores = new AlignedBuffer<float>(count * panelCount * 16);
        kernels.CentroidScores(ref points.Reference, count, ref panels.Reference, panelCount, ref scores.Reference);
        scores.AssertGuards();
        for (var i = 0; i < count; i++)
        {
            var x = points.Span.Slice(i * dimension, dimension);
            for (var k = 0; k < panelCount * 16; k++)
            {
                var c = centroids.AsSpan(Math.Min(k, centroidCount - 1) * dimension, dimension);
                Same(ScalarReference.LaneScore(kernels.Metric, x, c), scores.Span[(i * panelCount * 16) + k], seed, what, i, k);
            }
        }

        var nearest = new AlignedBuffer<int>(count);
        var nearestDistances = new AlignedBuffer<float>(count);
        kernels.NearestCentroids(
            ref points.Reference, count, ref panels.Reference, panelCount, ref nearest.Reference, ref nearestDistances.Reference);
        SameNearest(points.Span, dimension, dimension, centroids, nearest, nearestDistances, seed, what);
    }

    private static void CheckSubcentroids<TKernels>(TKernels kernels, int stride, int count, int seed)
        where TKernels : IPqKernels
    {
        var dsub = kernels.Dsub;
        var random = new Random(seed + count);
        var subvectors = Values(random, count * stride);
        var centroids = Centroids(random, kernels.Ksub, dsub, subvectors.Span);
        var panels = new AlignedBuffer<float>(ScalarReference.Panels(centroids, dsub));
        var nearest = new AlignedBuffer<int>(count);
        var distances = new AlignedBuffer<float>(count);
        kernels.NearestSubcentroids(ref subvectors.Reference, stride, count, ref panels.Reference, ref nearest.Reference, ref distances.Reference);
        SameNearest(
            subvectors.Span,
            stride,
            dsub,
            centroids,
            nearest,
            distances,
            seed,
            $"NearestSubcentroids, dsub {dsub}, ksub {kernels.Ksub}, {count} points");
    }

    private static void CheckTables<TKernels>(TKernels kernels, int count, int seed)
        where TKernels : IPqKernels
    {
        var (dimension, dsub, ksub) = (kernels.Dimension, kernels.Dsub, kernels.Ksub);
        var row = KernelLayout.PaddedKsub(ksub);
        var what = $"DistanceTables and InnerProductTables, dimension {dimension}, m {kernels.M}, ksub {ksub}, {count} queries";
        var random = new Random(seed + count);
        var queries = Values(random, count * dimension);
        var centroids = Enumerable.Range(0, kernels.M).Select(_ => Centroids(random, ksub, dsub, queries.Span)).ToArray();
        var codebooks = new AlignedBuffer<float>(centroids.SelectMany(c => ScalarReference.Panels(c, dsub)).ToArray());
        var tables = new AlignedBuffer<float>(count * kernels.M * row);
        var products = new AlignedBuffer<float>(count * kernels.M * row);
        kernels.DistanceTables(ref queries.Reference, count, ref codebooks.Reference, ref tables.Reference);
        kernels.InnerProductTables(ref queries.Reference, count, ref codebooks.Reference, ref products.Reference);
        tables.AssertGuards();
        products.AssertGuards();
        for (var i = 0; i < count; i++)
        {
            for (var m = 0; m < kernels.M; m++)
            {
                var x = queries.Span.Slice((i * dimension) + (m * dsub), dsub);
                for (var k = 0; k < row; k++)
                {
                    var c = centroids[m].AsSpan(Math.Min(k, ksub - 1) * dsub, dsub);
                    var at = (((i * kernels.M) + m) * row) + k;
                    Same(ScalarReference.LaneDistance(x, c), tables.Span[at], seed, what, i, (m * row) + k);
                    Same(ScalarReference.LaneInnerProduct(x, c), products.Span[at], seed, what, i, (m * row) + k);
                }
            }
        }
    }

    private static void SameNearest(
        Span<float> points,
        int stride,
        int components,
        float[] centroids,
        AlignedBuffer<int> nearest,
        AlignedBuffer<float> distances,
        int seed,
        string what)
    {
        nearest.AssertGuards();
        distances.AssertGuards();
        for (var i = 0; i < nearest.Length; i++)
        {
            var (number, distance) = ScalarReference.Nearest(points.Slice(i * stride, components), centroids);
            Assert.True(number == nearest.Span[i], $"{what}, point {i}: nearest {nearest.Span[i]}, not {number}; seed {seed}");
            Same(distance, distances.Span[i], seed, what, i, number);
        }
    }

    /// <summary>Centroids of which some are equal to each other, and some to points.</summary>
    private static float[] Centroids(Random random, int count, int components, ReadOnlySpan<float> points)
    {
        var centroids = Values(random, count * components).Span.ToArray();
        for (var k = 1; k < count; k += 3)
        {
            var source = random.Next(2) == 0 && points.Length >= components ? points[..components] : centroids.AsSpan(
                random.Next(k) * components, components);
            source.CopyTo(centroids.AsSpan(k * components, components));
        }

        return centroids;
    }

    /// <summary>Mostly random values, with zeros of both signs, denormals, and values large enough to overflow when squared.</summary>
    private static AlignedBuffer<float> Values(Random random, int count)
    {
        var values = new AlignedBuffer<float>(count);
        var extremes = random.Next(4) == 0;
        foreach (ref var value in values.Span)
        {
            value = random.Next(16) switch
            {
                0 => 0f,
                1 => -0f,
                2 => float.Epsilon * random.Next(-100, 100),
                3 => 1e-20f,
                4 when extremes => -1e20f,
                _ => (float)((random.NextDouble() * 2) - 1),
            };
        }

        return values;
    }

    private static void Same(float expected, float actual, int seed, string what, int i, int k = -1)
    {
        if (BitConverter.SingleToInt32Bits(expected) != BitConverter.SingleToInt32Bits(actual))
            Assert.Fail($"{what}, vector {i}, centroid {k}: {actual:R}, not {expected:R}; seed {seed}");
    }
}
