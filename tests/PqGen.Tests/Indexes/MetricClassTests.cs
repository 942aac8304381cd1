using PqGen.Tests.Kernels;

namespace PqGen.Tests.Indexes;

/// <summary>Generated classes of other metrics than squared L2: the model, the answers and the file of their run-time-sized twins.</summary>
public class MetricClassTests
{
    private const int K = 10;

    [Fact]
    public void Classes_of_other_metrics_are_their_twins()
    {
        Check(IndexShape.Flat(7, Metric.InnerProduct), (_, _) => new EmittedIndexes.FlatProduct7(), EmittedIndexes.FlatProduct7.Open);
        Check(IndexShape.Flat(33, Metric.Cosine), (_, _) => new EmittedIndexes.FlatCosine33(), EmittedIndexes.FlatCosine33.Open);
        Check(IndexShape.IvfFlat(5, Metric.Cosine), (v, o) => EmittedIndexes.IvfFlatCosine5.Train(v, o), EmittedIndexes.IvfFlatCosine5.Open);
        Check(
            IndexShape.IvfFlat(17, Metric.InnerProduct),
            (v, o) => EmittedIndexes.IvfFlatProduct17.Train(v, o),
            EmittedIndexes.IvfFlatProduct17.Open);
        Check(
            IndexShape.Pq(9, 3, 16, Metric.InnerProduct),
            (v, o) => EmittedIndexes.PqProduct9_3_16.Train(v, o),
            EmittedIndexes.PqProduct9_3_16.Open);
        Check(IndexShape.Pq(35, 5, 64, Metric.Cosine), (v, o) => EmittedIndexes.PqCosine35_5_64.Train(v, o), EmittedIndexes.PqCosine35_5_64.Open);
        Check(
            IndexShape.IvfPq(21, 7, 11, Metric.Cosine),
            (v, o) => EmittedIndexes.IvfPqCosine21_7_11.Train(v, o),
            EmittedIndexes.IvfPqCosine21_7_11.Open);
        Check(
            IndexShape.IvfPq(100, 20, 256, Metric.InnerProduct),
            (v, o) => EmittedIndexes.IvfPqProduct100_20_256.Train(v, o),
            EmittedIndexes.IvfPqProduct100_20_256.Open);
    }

    private static void Check(IndexShape shape, Func<float[], TrainingOptions, VectorIndex> train, Func<string, VectorIndex> open)
    {
        var vectors = TestVectors.Clustered(900, shape.Dimension, 12, seed: 3);
        vectors.AsSpan(4 * shape.Dimension, shape.Dimension).Clear();
        var options = new TrainingOptions { NList = 6, Iterations = 2, CoarseIterations = 2, Threads = 1 };
        using var index = train(vectors, options);
        using var twin = GenericIndex.Train(shape, vectors, options);
        Assert.Equal(shape.Metric, index.Metric);
        index.Add(vectors);
        twin.Add(vectors);

        using var folder = new Storage.TempFolder();
        index.Save(folder.File("class.pqg"));
        twin.Save(folder.File("twin.pqg"));
        Assert.Equal(File.ReadAllBytes(folder.File("twin.pqg")), File.ReadAllBytes(folder.File("class.pqg")));
        using var same = open(folder.File("twin.pqg"));
        foreach (var scan in new[] { ScanKind.Fast, ScanKind.Plain })
        {
            foreach (var rerank in new[] { 0, 40 })
            {
                var search = new SearchOptions { NProbe = 3, Scan = scan, Rerank = rerank };
                var expected = Answers(twin, vectors, search);
                Assert.Equal(expected, Answers(index, vectors, search));
                Assert.Equal(expected, Answers(same, vectors, search));
                Assert.DoesNotContain(expected, neighbor => float.IsNaN(neighbor.Distance));
            }
        }
    }

    private static Neighbor[] Answers(VectorIndex index, float[] vectors, SearchOptions options)
    {
        var answers = new Neighbor[20 * K];
        for (var q = 0; q < 20; q++)
        {
            index.Search(vectors.AsSpan(q * index.Dimension, index.Dimension), answers.AsSpan(q * K, K), options);
        }

        return answers;
    }
}
