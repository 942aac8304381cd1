using System.Globalization;
using PqGen.Tests.Storage;

namespace PqGen.Tests.Indexes;

/// <summary>
/// Terms and tables of residual codes are taken from the centroids' mean: where vectors lie changes neither what a search finds nor how many of them
/// it has to look at.
/// </summary>
public class TermOriginTests
{
    private const int N = 6000;
    private const int Queries = 40;
    private const int Step = 256;

    /// <summary>With codes of a byte and of half a byte.</summary>
    public static TheoryData<IndexFactory> Residuals => [IndexFactory.IvfPq(24, 6, 129), IndexFactory.IvfPq(20, 10, 16)];

    [Theory]
    [MemberData(nameof(Residuals))]
    public void Vectors_far_from_zero_are_scored_as_rarely_as_others(IndexFactory factory)
    {
        // Multiples of 1/256, so that nothing is rounded where they are moved to.
        float[] vectors = [.. TestVectors.Clustered(N, factory.Dimension, 60, seed: 1).Select(value => MathF.Round(value * Step) / Step)];
        foreach (var options in new SearchOptions[] { new() { NProbe = 12 }, new() { NProbe = 12, Rerank = 60 } })
        {
            var (expected, scored) = Search(factory, vectors, offset: 0, options);
            foreach (var offset in new[] { -3f, 20, 1024 })
            {
                var (found, farScored) = Search(factory, vectors, offset, options);
                Assert.InRange(farScored, 0, scored * 13 / 10);
                Assert.InRange(found.Zip(expected).Count(pair => pair.First == pair.Second), 0.9 * expected.Length, expected.Length);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Residuals))]
    public void A_damaged_origin_is_refused(IndexFactory factory)
    {
        using var folder = new TempFolder();
        var bytes = DamagedIndexFileTests.Saved(factory, folder);
        var section = IndexFileBytes.Section(bytes, "ORIG");
        foreach (var value in new[] { float.NaN, float.NegativeInfinity, 1e20f })
        {
            var what = string.Create(CultureInfo.InvariantCulture, $"component 2 is {value}");
            DamagedIndexFileTests.Refused(
                factory, folder, IndexFileBytes.With(bytes, section.Offset + 8, BitConverter.SingleToInt32Bits(value)), "section ORIG", what);
        }
    }

    [Fact]
    public void No_index_without_terms_has_one()
    {
        using var folder = new TempFolder();
        foreach (var factory in IndexFactory.All)
        {
            var sections = IndexFileBytes.Sections(DamagedIndexFileTests.Saved(factory, folder));
            Assert.Equal(factory.Shape.HasTerms, sections.Any(section => section.Name == "ORIG"));
        }
    }

    [Fact]
    public void Parts_with_terms_from_elsewhere_are_not_merged()
    {
        using var folder = new TempFolder();
        using (var built = KeptFiles.Build("ivfpq-packed"))
        {
            built.Save(folder.File("new.pqg"));
        }

        Refusals.Expect<ArgumentException>(
            () => VectorIndex.Merge(folder.File("merged.pqg"), [folder.File("new.pqg"), KeptFiles.WithoutOrigin("ivfpq-packed")]),
            "terms taken from another origin");
    }

    private static (long[] Ids, long Scored) Search(IndexFactory factory, float[] vectors, float offset, SearchOptions options)
    {
        var moved = TestVectors.Moved(vectors, 1, offset);
        using var index = factory.Train(moved, new TrainingOptions { NList = 24, Iterations = 5, CoarseIterations = 5, Seed = 3, Threads = 1 });
        index.Add(moved);
        var (ids, scored, results) = (new List<long>(), 0L, new Neighbor[10]);
        for (var q = 0; q < Queries; q++)
        {
            var found = index.Search(moved.AsSpan(q * 7 * factory.Dimension, factory.Dimension), results, options, out var statistics);
            ids.AddRange(results.Take(found).Select(result => result.Id));
            scored += statistics.SurvivorsScored;
        }

        return ([.. ids], scored);
    }
}
