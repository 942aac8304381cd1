using PqGen.Tests.Paths;

namespace PqGen.Tests.Indexes;

/// <summary>
/// The central contract: the fast scan finds what the plain float scan finds, the same ids in the same order with the same bits of
/// distance, for every shape, scale and distribution.
/// </summary>
[Trait("Category", "Kernels")]
public class FastScanTests
{
    private const int N = 700;

    private static readonly (int Dimension, int M, int Ksub)[] s_shapes =
    [
        (100, 20, 256), (96, 12, 16), (100, 25, 100), (8, 8, 2), (7, 1, 17), (64, 16, 64), (30, 3, 129), (16, 2, 255),
        (9, 9, 15), (34, 17, 128), (65, 65, 65), (256, 256, 3),
    ];

    public static TheoryData<int, int, int> Shapes
    {
        get
        {
            var data = new TheoryData<int, int, int>();
            foreach (var (dimension, m, ksub) in s_shapes)
            {
                data.Add(dimension, m, ksub);
            }

            return data;
        }
    }

    public static TheoryData<IndexFactory> Factories =>
    [
        .. s_shapes.Select(shape => IndexFactory.Pq(shape.Dimension, shape.M, shape.Ksub)),
        .. s_shapes.Select(shape => IndexFactory.IvfPq(shape.Dimension, shape.M, shape.Ksub)),
        .. s_shapes.Select(shape => IndexFactory.Pq(shape.Dimension, shape.M, shape.Ksub).Under(Metric.InnerProduct)),
        .. s_shapes.Select(shape => IndexFactory.IvfPq(shape.Dimension, shape.M, shape.Ksub).Under(Metric.InnerProduct)),
        .. s_shapes.Select(shape => IndexFactory.IvfPq(shape.Dimension, shape.M, shape.Ksub).Under(Metric.Cosine)),
        .. IndexFactory.Generated.Where(factory => factory.HasCodes),
    ];

    [Theory]
    [MemberData(nameof(Factories))]
    public void Trained_indexes_of_every_distribution(IndexFactory factory)
    {
        var ids = TestVectors.ShuffledIds(N, seed: 7);
        foreach (var (name, vectors) in Distributions(factory.Dimension).Where((_, i) => i % 2 == 0 || !ChildProcess.IsSlow))
        {
            using var index = factory.Train(vectors, new TrainingOptions { NList = 12, Iterations = 2, CoarseIterations = 2, KeepVectors = false });
            index.Add(ids, vectors);
            Check(index, vectors, name);
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Codebooks_that_training_would_not_give(int dimension, int m, int ksub)
    {
        var random = new Random(dimension);
        var vectors = TestVectors.Uniform(N, dimension, seed: 1);
        for (var round = 0; round < (ChildProcess.IsSlow ? 2 : 4); round++)
        {
            // Each sub-quantizer on a scale of its own, 1e-18 to 1e12; some constant.
            var codebooks = TestVectors.Uniform(ksub, dimension, seed: round);
            for (var sub = 0; sub < m; sub++)
            {
                var scale = random.Next(5) == 0 ? 0 : (float)Math.Pow(10, random.Next(-18, 1 + (2 * round)));
                foreach (ref var component in codebooks.AsSpan(sub * codebooks.Length / m, codebooks.Length / m))
                {
                    component *= scale;
                }
            }

            var centroids = TestVectors.Moved(TestVectors.Uniform(5, dimension, seed: round + 50), (float)Math.Pow(10, random.Next(-12, 6)));
            var name = $"round {round}";
            foreach (var metric in Enum.GetValues<Metric>())
            {
                using var pq = GenericIndex.FromModel(IndexShape.Pq(dimension, m, ksub) with { Metric = metric }, default, codebooks);
                pq.Add(vectors, threads: 1);
                Check(pq, vectors, name);
                using var ivfpq = GenericIndex.FromModel(IndexShape.IvfPq(dimension, m, ksub) with { Metric = metric }, centroids, codebooks);
                ivfpq.Add(vectors, threads: 1);
                Check(ivfpq, vectors, name);
            }
        }
    }

    [Fact]
    public void Lists_that_grow_over_block_edges()
    {
        var vectors = TestVectors.WithDuplicates(TestVectors.Uniform(N, 20, seed: 3), 20, seed: 4);
        IndexFactory[] factories =
        [
            IndexFactory.Pq(20, 5, 256), IndexFactory.IvfPq(20, 5, 256), IndexFactory.IvfPq(20, 10, 16),
            IndexFactory.Pq(20, 10, 16).Under(Metric.InnerProduct), IndexFactory.IvfPq(20, 5, 256).Under(Metric.Cosine),
        ];
        foreach (var factory in factories)
        {
            using var index = factory.Train(vectors, new TrainingOptions { NList = 3, Iterations = 2 });
            for (var (first, step) = (0, 1); first < N; first += step, step = Math.Min(step + 31, N - first))
            {
                index.Add(vectors.AsSpan(first * 20, step * 20), threads: 1);
                Check(index, vectors, $"{first + step} vectors");
            }
        }
    }

    /// <summary>
    /// A batch goes through a list in parts, each for several queries; here the k-th distance is known in the first part, or only in a later
    /// one.
    /// </summary>
    [Fact]
    public void A_batch_over_several_parts_of_a_list()
    {
        const int Dimension = 256, Count = 5000;
        using var index = GenericIndex.FromModel(IndexShape.Pq(Dimension, 256, 3), default, TestVectors.Uniform(3, Dimension, seed: 5));
        index.Add(
            TestVectors.ShuffledIds(Count, seed: 6), TestVectors.WithDuplicates(TestVectors.Uniform(Count, Dimension, seed: 3), Dimension, seed: 4));
        CheckBatch(index, TestVectors.Uniform(11, Dimension, seed: 7), [(1, 0), (10, 0), (3000, 0), (Count + 5, 0), (10, 50), (4000, 4500)]);
    }

    /// <summary>
    /// Where one byte sum holds a code, tables are quantized again while the k-th distance falls: here where far vectors come first, then near
    /// ones, in several parts.
    /// </summary>
    [Fact]
    public void A_batch_whose_tables_are_quantized_again()
    {
        const int Dimension = 16, Count = 40_000;
        var vectors = TestVectors.Uniform(Count, Dimension, seed: 3);
        foreach (var metric in Enum.GetValues<Metric>())
        {
            using var index = GenericIndex.FromModel(
                IndexShape.Pq(Dimension, 16, 64) with { Metric = metric }, default, TestVectors.Uniform(64, Dimension, seed: 5));
            index.Add(TestVectors.Moved(vectors, metric == Metric.InnerProduct ? 0.5f : 2, metric == Metric.InnerProduct ? 0 : 1));
            index.Add(vectors);
            CheckBatch(index, vectors[..(11 * Dimension)], [(1, 0), (10, 0), (100, 0), (10, 200)]);
        }
    }

    private static void CheckBatch(VectorIndex index, float[] queries, (int K, int Rerank)[] settings)
    {
        var (dimension, queryCount) = (index.Dimension, queries.Length / index.Dimension);
        foreach (var (k, rerank) in settings)
        {
            var (results, found, plain) = (new Neighbor[queryCount * k], new int[queryCount], new Neighbor[k]);
            index.SearchBatch(queries, k, results, found, new SearchOptions { Rerank = rerank }, threads: 1);
            for (var q = 0; q < queryCount; q++)
            {
                var count = index.Search(
                    queries.AsSpan(q * dimension, dimension), plain, new SearchOptions { Rerank = rerank, Scan = ScanKind.Plain });
                Assert.Equal(Math.Min(k, index.Count), count);
                Assert.Equal(count, found[q]);
                Assert.Equal(plain[..count], results[(q * k)..((q * k) + count)]);
            }
        }
    }

    /// <summary>The distributions that strain rounding, ties and scales.</summary>
    private static IEnumerable<(string Name, float[] Vectors)> Distributions(int dimension)
    {
        var clustered = TestVectors.Clustered(N, dimension, 15, seed: 5);
        yield return ("duplicates", TestVectors.WithDuplicates(clustered, dimension, seed: 6));
        yield return ("constant", TestVectors.Moved(clustered, 0, 3.7f));
        yield return ("zeros", new float[clustered.Length]);
        yield return ("few values", Array.ConvertAll(clustered, component => (float)MathF.Sign(component)));
        yield return ("tiny", TestVectors.Moved(clustered, 1e-10f));
        yield return ("below the smallest square", TestVectors.Moved(clustered, 1e-21f));
        yield return ("as large as may be", TestVectors.Moved(clustered, 9e13f));
        yield return ("huge, far from the origin", TestVectors.Moved(clustered, 1e6f, 1e9f));
        yield return ("very far from the origin", TestVectors.Moved(clustered, 1, 1e7f));
    }

    private static void Check(VectorIndex index, float[] vectors, string name)
    {
        var dimension = index.Dimension;
        var scale = vectors.Max(Math.Abs);
        var queries = new List<float[]>
        {
            new float[dimension],
            TestVectors.Moved(TestVectors.Uniform(1, dimension, seed: 8), scale),
            TestVectors.Moved(vectors[..dimension], -1),
        };
        for (var i = 0; i < 3; i++)
        {
            queries.Add(vectors.AsSpan(i * 17 * dimension % (vectors.Length - dimension + 1) / dimension * dimension, dimension).ToArray());
        }

        foreach (var k in new[] { 1, 10, 100, N + 100 })
        {
            foreach (var nprobe in index.NList == 0 ? [0] : k > N ? [index.NList] : new[] { 1, index.NList / 2, index.NList })
            {
                var (fast, plain) = (new Neighbor[k], new Neighbor[k]);
                for (var q = 0; q < queries.Count; q++)
                {
                    var foundFast = index.Search(queries[q], fast, new SearchOptions { NProbe = nprobe, Scan = ScanKind.Fast });
                    var foundPlain = index.Search(queries[q], plain, new SearchOptions { NProbe = nprobe, Scan = ScanKind.Plain });
                    var where = $"{name}, {index.Shape}, k {k}, nprobe {nprobe}, query {q}";
                    Assert.True(foundFast == foundPlain, $"{where}: {foundPlain} expected, {foundFast} found");
                    for (var i = 0; i < foundFast; i++)
                    {
                        // Distances that a float cannot tell apart are in the order of the distances themselves; similarities in that of the
                        // squared distances that they are made of.
                        var known = plain[i].Distance == 0 || (float.IsNormal(plain[i].Distance) && index.Metric != Metric.Cosine);
                        if (!Same(plain[i], fast[i]) || (i > 0 && !IsOrdered(index.Metric, plain[i - 1], plain[i], known)))
                        {
                            Assert.Fail($"{where}, place {i}: {plain[i]} expected, {fast[i]} found");
                        }
                    }
                }
            }
        }
    }

    private static bool Same(Neighbor x, Neighbor y) =>
        x.Id == y.Id && BitConverter.SingleToInt32Bits(x.Distance) == BitConverter.SingleToInt32Bits(y.Distance);

    private static bool IsOrdered(Metric metric, Neighbor x, Neighbor y, bool ties) =>
        metric.IsNearer(x.Distance, y.Distance) || (x.Distance == y.Distance && (x.Id < y.Id || !ties));
}
