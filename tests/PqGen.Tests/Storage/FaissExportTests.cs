using PqGen.Tests.Indexes;

namespace PqGen.Tests.Storage;

/// <summary>Every kind of index, exported and imported again, finds what it found. <c>tests/faiss.sh</c> holds FAISS itself against them.</summary>
public class FaissExportTests
{
    public static TheoryData<IndexFactory, bool, bool, float> Cases
    {
        get
        {
            var cases = new TheoryData<IndexFactory, bool, bool, float>();
            foreach (var factory in IndexFactory.All.Where(factory => factory.Name.StartsWith('[')))
            {
                cases.Add(factory, true, true, 1);
                cases.Add(factory, false, false, 1);
                cases.Add(factory, true, false, 1e-18f);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void An_exported_index_finds_the_same_when_it_is_imported(IndexFactory factory, bool keepsVectors, bool ownIds, float scale)
    {
        using var folder = new TempFolder();
        var d = factory.Dimension;
        var vectors = TestVectors.Moved(TestVectors.Clustered(500, d, 11, seed: 5), scale);
        using var index = factory.Train(vectors, new TrainingOptions { NList = 7, KeepVectors = keepsVectors, RowFormat = RowFormat.Float16 });
        if (ownIds)
        {
            index.Add([.. Enumerable.Range(0, 500).Select(i => 3000L - (5 * i))], vectors);
        }
        else
        {
            index.Add(vectors);
        }

        // What was removed is not in the file, and the lists then have ids of their own.
        index.Remove(ownIds ? 2900 : 20);
        index.ExportFaiss(folder.File("out.faiss"));
        using var again = VectorIndex.ImportFaiss(folder.File("out.faiss"));
        Assert.Equal((index.Count, index.NList, index.Metric), (again.Count, again.NList, again.Metric));
        var (top, other) = (new Neighbor[15], new Neighbor[15]);
        foreach (var options in new[] { new SearchOptions { NProbe = 3 }, new SearchOptions { NProbe = 7, Rerank = keepsVectors ? 40 : 0 } })
        {
            for (var q = 0; q < 25; q++)
            {
                var query = vectors.AsSpan(q * 17 * d, d);
                index.Search(query, top, options);
                again.Search(query, other, options);
                for (var rank = 0; rank < top.Length; rank++)
                {
                    // Rows that were halves are floats of the same value, and codes are the same codes; a sum of 1 ulp comes of a Ksub filled up.
                    Assert.Equal(top[rank].Distance, other[rank].Distance, Math.Abs(top[rank].Distance) * 1e-5f);
                }

                Assert.True(top.IntersectBy(other.Select(neighbor => neighbor.Id), neighbor => neighbor.Id).Count() >= 14);
            }
        }
    }

    [Theory]
    [InlineData(false, Metric.SquaredL2, TransformKind.None)]
    [InlineData(true, Metric.SquaredL2, TransformKind.Mean)]
    [InlineData(false, Metric.SquaredL2, TransformKind.Opq)]
    [InlineData(true, Metric.InnerProduct, TransformKind.Opq)]
    [InlineData(false, Metric.Cosine, TransformKind.Opq)]
    [InlineData(true, Metric.Cosine, TransformKind.None)]
    public void What_vectors_go_through_first_is_exported_and_imported_as_it_was(bool keepsVectors, Metric metric, TransformKind kind)
    {
        using var folder = new TempFolder();
        foreach (var inputDimension in new[] { 16, 13 })
        {
            var vectors = TestVectors.Moved(TestVectors.Clustered(400, inputDimension, 9, seed: 8), metric == Metric.Cosine ? 1 : 1e-17f);
            foreach (var shape in new[] { IndexShape.Pq(16, 4, 16, metric), IndexShape.IvfPq(16, 4, 16, metric) })
            {
                using var index = GenericIndex.Train(
                    shape with { InputDimension = inputDimension },
                    vectors,
                    new TrainingOptions { NList = shape.HasLists ? 5 : 0, KeepVectors = keepsVectors, Transform = kind });
                index.Add(vectors);
                index.ExportFaiss(folder.File("out.faiss"));
                using var again = VectorIndex.ImportFaiss(folder.File("out.faiss"));
                Assert.Equal((index.Shape, index.Transform is null), (again.Shape, again.Transform is null));
                if (index.Transform is { } transform)
                {
                    Assert.Equal(transform.Matrix.ToArray(), again.Transform!.Matrix.ToArray());
                    Assert.Equal(transform.Bias.ToArray(), again.Transform.Bias.ToArray());
                }

                var (top, other) = (new Neighbor[12], new Neighbor[12]);
                for (var q = 0; q < 20; q++)
                {
                    var options = new SearchOptions { NProbe = 2, Rerank = keepsVectors ? 30 : 0 };
                    index.Search(vectors.AsSpan(q * 19 * inputDimension, inputDimension), top, options);
                    again.Search(vectors.AsSpan(q * 19 * inputDimension, inputDimension), other, options);
                    Assert.Equal(top, other);
                }
            }
        }
    }
}
