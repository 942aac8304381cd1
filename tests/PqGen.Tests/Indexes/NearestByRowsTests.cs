using PqGen.Common;
using PqGen.Indexes;
using PqGen.Kernels;

namespace PqGen.Tests.Indexes;

/// <summary>The truth that calibration measures by: what comparing every query with every row finds.</summary>
public class NearestByRowsTests
{
    private const int N = 330;
    private const int Dimension = 20;
    private const int Queries = 70;

    public static TheoryData<IndexKind, Metric, RowFormat> Indexes
    {
        get
        {
            var indexes = new TheoryData<IndexKind, Metric, RowFormat>();
            foreach (var metric in Enum.GetValues<Metric>())
            {
                indexes.Add(IndexKind.Flat, metric, RowFormat.Float32);
                indexes.Add(IndexKind.IvfFlat, metric, RowFormat.Float32);
                indexes.Add(IndexKind.Pq, metric, RowFormat.Float32);
                foreach (var format in Enum.GetValues<RowFormat>())
                {
                    indexes.Add(IndexKind.IvfPq, metric, format);
                }
            }

            return indexes;
        }
    }

    [Theory]
    [MemberData(nameof(Indexes))]
    public void Many_queries_find_what_each_finds_among_the_rows(IndexKind kind, Metric metric, RowFormat format)
    {
        var vectors = TestVectors.Uniform(N, Dimension, seed: 1);
        var queries = TestVectors.Uniform(Queries, Dimension, seed: 2);

        // Equal vectors, whose ids decide; a query that all vectors are equally near to, or none.
        vectors.AsSpan(0, 50 * Dimension).CopyTo(vectors.AsSpan(100 * Dimension));
        queries.AsSpan(3 * Dimension, Dimension).Clear();
        var engine = Engine(kind, metric, vectors, new TrainingOptions { NList = 5, RowFormat = format });
        foreach (var removed in new[] { 0, 1, 9, 200, N - 4 })
        {
            Compare(engine, queries, k: 9);
            engine.Remove([.. Enumerable.Range(0, removed).Select(i => i * 7L % N)]);
        }

        Compare(engine, queries, k: 9);
        engine.Release();
    }

    [Fact]
    public void It_ends_when_it_is_told_to()
    {
        var vectors = TestVectors.Uniform(N, Dimension, seed: 1);
        var engine = Engine(IndexKind.IvfPq, Metric.SquaredL2, vectors, new TrainingOptions { NList = 5 });
        Assert.Throws<OperationCanceledException>(
            () => engine.NearestByRows(engine.Current!, vectors.AsSpan(0, Dimension), 1, new Neighbor[1], new int[1], new CancellationToken(true)));
        engine.Release();
    }

    private static IndexEngine Engine(IndexKind kind, Metric metric, float[] vectors, TrainingOptions options)
    {
        var kernels = new GenericKernels(Dimension, 5, 16, metric: metric);
        var engine = kind switch
        {
            IndexKind.Flat => IndexBuilder.Flat(kernels).Create(),
            IndexKind.IvfFlat => IndexBuilder.IvfFlat(kernels).Train(vectors, options),
            IndexKind.Pq => IndexBuilder.Pq(kernels).Train(vectors, options),
            _ => IndexBuilder.IvfPq(kernels).Train(vectors, options),
        };
        engine.Add(vectors, [], IdSource.Automatic, 1, CancellationToken.None);
        return engine;
    }

    private static void Compare(IndexEngine engine, float[] queries, int k)
    {
        var snapshot = engine.Current!;
        var live = Enumerable.Range(0, N).Where(id => engine.Find(id, out _) >= 0).ToArray();
        var rows = new float[live.Length * Dimension];
        for (var i = 0; i < live.Length; i++)
        {
            engine.Vector(snapshot, engine.Find(live[i], out _), rows.AsSpan(i * Dimension, Dimension));
        }

        k = Math.Min(k, live.Length);
        var (results, found, expected) = (new Neighbor[Queries * k], new int[Queries], new Neighbor[k]);
        engine.NearestByRows(snapshot, queries, k, results, found, CancellationToken.None);
        Assert.All(found, count => Assert.Equal(k, count));
        var (metric, normalized) = (engine.Shape.Metric, queries.ToArray());
        if (metric == Metric.Cosine)
        {
            // Rows are kept as vectors of length 1, which halves and bytes miss by a little, and are compared as they are.
            VectorMath.Normalize(queries, Dimension, normalized);
            metric = Metric.InnerProduct;
        }

        for (var q = 0; q < Queries; q++)
        {
            ExactSearch.Search(normalized.AsSpan(q * Dimension, Dimension), rows, expected, metric);
            Assert.Equal(expected.Select(neighbor => (long)live[neighbor.Id]), results.Skip(q * k).Take(k).Select(neighbor => neighbor.Id));
            Assert.All(
                expected.Zip(results.Skip(q * k)),
                pair => Assert.Equal(pair.First.Distance, pair.Second.Distance, 1e-5f * Math.Max(1, Math.Abs(pair.First.Distance))));
        }
    }
}
