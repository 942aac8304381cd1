using Microsoft.Extensions.VectorData;
using PqGen.Extensions.VectorData;

namespace PqGen.Extensions.Tests.VectorData;

/// <summary>A collection that has grown gets a trained index, and is searched as before.</summary>
public class TrainedTests
{
    private const int Dimension = 16;
    private const int Count = 3000;

    private static readonly TrainedIndexOptions s_small = new() { TrainAt = 1000 };

    [Theory]
    [InlineData(null, IndexKind.IvfPq)]
    [InlineData("IvfFlat", IndexKind.IvfFlat)]
    [InlineData("QuantizedFlat", IndexKind.Pq)]
    [InlineData("Flat", IndexKind.Flat)]
    public async Task Recall_is_kept_and_what_was_removed_is_gone(string? kind, IndexKind expected)
    {
        using var store = new PqGenVectorStore(new PqGenVectorStoreOptions { TrainedIndex = s_small });
        var points = await CreatedAsync(store, kind);
        var made = Make(Count);
        await points.UpsertAsync(made.Take(999));
        Assert.Equal(IndexKind.Flat, points.IndexShapes["Place"].Kind);
        await points.UpsertAsync(made.Skip(999));
        Assert.Equal(expected, points.IndexShapes["Place"].Kind);
        await points.DeleteAsync(Enumerable.Range(0, 100).Select(i => (long)i));
        Assert.True(await RecallAsync(points, made[100..], null) > 0.9);

        // Fewer than a thousand are allowed: all of them are compared.
        Assert.Equal(1.0, await RecallAsync(points, [.. made.Where(point => point.Key is >= 100 and < 180)], point => point.Key < 180));
        Assert.True(await RecallAsync(points, [.. made.Where(point => point.Key is >= 100 and < 1500)], point => point.Key < 1500) > 0.9);
    }

    [Fact]
    public async Task It_is_trained_again_when_it_has_grown()
    {
        var sizes = new List<int>();
        using var store = new PqGenVectorStore(new PqGenVectorStoreOptions
        {
            TrainedIndex = new TrainedIndexOptions
            {
                TrainAt = 500,
                Train = training =>
                {
                    sizes.Add(training.Vectors.Length / Dimension);
                    return PointIndex.Train(training.Vectors.Span, new TrainingOptions { NList = 8 });
                },
            },
        });
        var points = await CreatedAsync(store, null);
        foreach (var part in Make(Count).Chunk(500))
        {
            await points.UpsertAsync(part);
        }

        Assert.Equal(new[] { 500, 2000 }, sizes);
        Assert.Equal((IndexKind.IvfPq, 4, 256), (points.IndexShapes["Place"].Kind, points.IndexShapes["Place"].M, points.IndexShapes["Place"].Ksub));
        Assert.True(await RecallAsync(points, Make(Count), null) > 0.9);
    }

    [Fact]
    public async Task Training_that_fails_leaves_the_records_and_exact_search()
    {
        using var store = new PqGenVectorStore(new PqGenVectorStoreOptions
        {
            TrainedIndex = new TrainedIndexOptions { TrainAt = 500, Train = _ => GenericIndex.Flat(3) },
        });
        var points = await CreatedAsync(store, null);
        var made = Make(600);
        var failure = await Assert.ThrowsAsync<VectorStoreException>(() => points.UpsertAsync(made));
        Assert.Contains("an index of 3 dimensions", failure.Message, StringComparison.Ordinal);
        Assert.Equal(1.0, await RecallAsync(points, made, null));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PqGenVectorStore(new() { TrainedIndex = new() { TrainAt = 255 } }));
    }

    [Fact]
    public async Task A_class_of_ones_own_is_saved_and_opened()
    {
        var opened = 0;
        var options = new PqGenVectorStoreOptions
        {
            KeepVectors = false,
            TrainedIndex = new TrainedIndexOptions
            {
                TrainAt = 500,
                Train = training => PointIndex.Train(training.Vectors.Span, new TrainingOptions { NList = 8 }),
                Open = path =>
                {
                    opened++;
                    return PointIndex.Open(path);
                },
            },
        };
        using var folder = new TemporaryFolder();
        var made = Make(600);
        using (var store = new PqGenVectorStore(options))
        {
            await (await CreatedAsync(store, null)).UpsertAsync(made);
            await store.SaveAsync(folder.Path);
        }

        using var again = PqGenVectorStore.Open(folder.Path, options);
        var points = await CreatedAsync(again, null);
        Assert.Equal(1, opened);
        Assert.True(await RecallAsync(points, made, null) > 0.9);
        await Assert.ThrowsAsync<NotSupportedException>(() => points.GetAsync(1, new RecordRetrievalOptions { IncludeVectors = true }));
    }

    internal static Point[] Make(int n)
    {
        var random = new Random(3);
        var centers = Enumerable.Range(0, 20).Select(_ => Notes.Vector(random, Dimension)).ToArray();
        return [.. Enumerable.Range(0, n).Select(i => new Point
        {
            Key = i,
            Place = Notes.Vector(random, Dimension).Zip(centers[i % 20], (x, center) => (3 * center) + x).ToArray(),
        })];
    }

    internal static Task<PqGenCollection<long, Point>> CreatedAsync(PqGenVectorStore store, string? kind) => store.CreatedAsync<long, Point>(
        new PqGenCollectionOptions
        {
            Definition = new VectorStoreCollectionDefinition
            {
                Properties =
                [
                    new VectorStoreKeyProperty("Key", typeof(long)),
                    new VectorStoreVectorProperty("Place", typeof(float[]), Dimension)
                    {
                        DistanceFunction = DistanceFunction.EuclideanDistance,
                        IndexKind = kind,
                    },
                ],
            },
        });

    /// <summary>The share of the true ten nearest that searches find, of a query in twenty.</summary>
    private static async Task<double> RecallAsync(
        PqGenCollection<long, Point> points, Point[] all, System.Linq.Expressions.Expression<Func<Point, bool>>? filter)
    {
        var (hits, wanted) = (0, 0);
        foreach (var query in all.Where((_, i) => i % 20 == 0))
        {
            var truth = all.OrderBy(point => Notes.SquaredL2(query.Place!, point.Place!)).Take(10).Select(point => point.Key).ToHashSet();
            var found = await points.SearchAsync(query.Place!, 10, new() { Filter = filter }).ListAsync();
            Assert.Equal(10, found.Count);
            Assert.All(found, result => Assert.Equal(Distance(all.Single(point => point.Key == result.Record.Key)), result.Score!.Value, 0.01));
            double Distance(Point point) => Math.Sqrt(Notes.SquaredL2(query.Place!, point.Place!));
            (hits, wanted) = (hits + found.Count(result => truth.Contains(result.Record.Key)), wanted + 10);
        }

        return (double)hits / wanted;
    }
}

/// <summary>A key and a vector of 16 components.</summary>
public class Point
{
    public long Key { get; set; }

    public float[]? Place { get; set; }
}

/// <summary>An index of a user's own.</summary>
[IvfPqIndex(Dimension = 16, M = 4)]
public partial class PointIndex;
