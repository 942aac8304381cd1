namespace PqGen.Tests.Indexes.Models;

/// <summary>
/// Which codes become candidates for re-ranking: those that the plain model names, on every instruction set, where bounds tell and where they do
/// not. Codes say next to nothing of their rows, so that one candidate more or less shows among the neighbours.
/// </summary>
[Trait("Category", "Kernels")]
public class CandidateOrderTests
{
    private const int N = 900;
    private const int NList = 6;

    /// <summary>Dimension, M, Ksub: one byte sum and several, even and not; two codes in a byte; tables of one register and of four.</summary>
    public static TheoryData<int, int, int, Metric> Shapes
    {
        get
        {
            var shapes = new TheoryData<int, int, int, Metric>();
            foreach (var metric in new[] { Metric.SquaredL2, Metric.Cosine })
            {
                shapes.Add(12, 3, 40, metric);
                shapes.Add(18, 9, 100, metric);
                shapes.Add(20, 10, 256, metric);
                shapes.Add(22, 11, 16, metric);
                shapes.Add(10, 5, 7, metric);
            }

            return shapes;
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Candidates_are_those_of_the_plain_model(int dimension, int m, int ksub, Metric metric)
    {
        var shape = IndexShape.IvfPq(dimension, m, ksub) with { Metric = metric };
        foreach (var (name, vectors, queries, centroids, codebooks) in Cases(dimension, ksub))
        {
            using var index = GenericIndex.FromModel(shape, centroids, codebooks, keepVectors: true);
            var plain = new PlainIndex(shape, centroids, codebooks, keepVectors: true);
            index.Add(vectors);
            plain.Put([.. Enumerable.Range(0, N).Select(id => (long)id)], vectors);
            for (var q = 0; q < queries.Length / dimension; q++)
            {
                var query = queries.AsSpan(q * dimension, dimension).ToArray();
                foreach (var (k, rerank) in new[] { (1, 1), (7, 7), (1, 7), (15, 60), (16, 60), (60, 60), (75, 300) })
                {
                    var options = new SearchOptions { NProbe = rerank == 7 ? 2 : NList, Rerank = rerank };
                    var (expected, _) = plain.Search(query, k, default(AllIds), options);
                    var where = $"{name}, {k} of {rerank} candidates, query {q}";
                    Searching.Same(expected, index.Nearest(query, k, options), where);
                    Searching.Same(expected, index.Nearest(query, k, options with { Scan = ScanKind.Plain }), $"{where}, plain");
                }

                if (metric == Metric.SquaredL2)
                {
                    Assert.Equal(!name.Contains("float", StringComparison.Ordinal), new PlainTerms(shape, centroids, codebooks).BoundsTell(query));
                }
            }
        }
    }

    /// <summary>Each says whether floats alone tell candidates under squared L2.</summary>
    private static IEnumerable<(string Name, float[] Vectors, float[] Queries, float[] Centroids, float[] Codebooks)> Cases(int dimension, int ksub)
    {
        var (vectors, queries) = (TestVectors.Uniform(N, dimension, seed: 3), TestVectors.Uniform(3, dimension, seed: 4));
        var (centroids, codebooks) = (TestVectors.Uniform(NList, dimension, seed: 1), TestVectors.Uniform(ksub, dimension, seed: 2));
        yield return ("large codes", vectors, queries, centroids, codebooks);

        float[] small = [.. codebooks.Select(value => value * 0.02f)];
        yield return ("small codes", vectors, queries, centroids, small);

        // Equal scores, of which the smaller ids count.
        float[] copies = [.. Enumerable.Range(0, N * dimension).Select(i => vectors[i % (20 * dimension)])];
        yield return ("copies", copies, queries, centroids, small);

        // Terms that count in larger steps than bytes do, and a table of nothing but zeros.
        float[] AtOrigin(float[] centroids) =>
            [.. queries.Select((value, i) => PlainTerms.Mean(centroids, dimension)[i % dimension] + (value * 1e-6f)),
                .. PlainTerms.Mean(centroids, dimension)];
        yield return ("queries at the origin, by floats", vectors, AtOrigin(centroids), centroids, small);

        // Bounds that saturate when they are brought to one scale.
        float[] far = [.. vectors.Select((value, i) => value + (i / dimension % NList * 1000))];
        float[] farCentroids = [.. centroids.Select((value, i) => value + (i / dimension * 1000))];
        yield return ("far lists", far, [.. queries.Select(value => value + 3000)], farCentroids, small);
        yield return ("far lists, by floats", far, AtOrigin(farCentroids), farCentroids, small);

        // All of it far from zero: nothing is any coarser.
        float[] Moved(float[] rows) => [.. rows.Select(value => value + 1000)];
        yield return ("far from zero", Moved(vectors), Moved(queries), Moved(centroids), small);
    }
}
