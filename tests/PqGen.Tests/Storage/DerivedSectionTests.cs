using PqGen.Tests.Indexes;

namespace PqGen.Tests.Storage;

/// <summary>
/// What a file keeps of what follows from a model: it is what would be computed, is not needed, and harms nobody where it is wrong.
/// </summary>
public class DerivedSectionTests
{
    private const int NList = 256;

    public static TheoryData<IndexFactory> IvfPq =>
    [
        IndexFactory.IvfPq(18, 9, 11), IndexFactory.IvfPq(24, 6, 129), IndexFactory.IvfPq(18, 9, 11).Under(Metric.Cosine),
        IndexFactory.IvfPq(18, 6, 20).Under(Metric.InnerProduct),
    ];

    [Theory]
    [MemberData(nameof(IvfPq))]
    public void It_is_what_is_computed_without_it(IndexFactory factory)
    {
        using var folder = new TempFolder();
        foreach (var search in new[] { CoarseSearch.Flat, CoarseSearch.Codes })
        {
            var vectors = TestVectors.Clustered(2000, factory.Dimension, 60, seed: 1);
            using var index = Build(factory, vectors, NList, search);
            var path = folder.File("index.pqg");
            index.Save(path);
            var bytes = File.ReadAllBytes(path);
            var sections = IndexFileBytes.Contents(bytes);
            var hasSection = factory.Metric != Metric.InnerProduct || search == CoarseSearch.Codes;
            Assert.Equal(hasSection, sections.Any(section => section.Section.Name == "DERV"));
            File.WriteAllBytes(folder.File("without.pqg"), IndexFileBytes.File([.. sections.Where(section => section.Section.Name != "DERV")]));
            foreach (var file in new[] { "index.pqg", "without.pqg" })
            {
                using var opened = factory.Open(folder.File(file));
                foreach (var options in new SearchOptions[] { new() { NProbe = 9 }, new() { NProbe = 3, Rerank = 20 } })
                {
                    var query = vectors.AsSpan(0, factory.Dimension);
                    Searching.Same(index.Nearest(query, 20, options), opened.Nearest(query, 20, options), $"{file}, {options}");
                }

                opened.Save(folder.File("again.pqg"));
                Assert.Equal(bytes, File.ReadAllBytes(folder.File("again.pqg")));
            }

            using var small = Build(factory, vectors, NList - 1, search);
            small.Save(path);
            Assert.DoesNotContain(IndexFileBytes.Sections(File.ReadAllBytes(path)), section => section.Name == "DERV");
        }
    }

    [Theory]
    [MemberData(nameof(IvfPq))]
    public void Whatever_it_holds_it_is_refused_or_safe(IndexFactory factory)
    {
        using var folder = new TempFolder();
        using var index = Build(factory, TestVectors.Clustered(2000, factory.Dimension, 60, seed: 1), NList, CoarseSearch.Codes);
        index.Save(folder.File("index.pqg"));
        var bytes = File.ReadAllBytes(folder.File("index.pqg"));
        var section = IndexFileBytes.Section(bytes, "DERV");
        var (random, usable) = (new Random(1), 0);
        for (var round = 0; round < 100; round++)
        {
            var copy = bytes.ToArray();
            for (var change = 0; change < random.Next(1, 40); change++)
            {
                copy[section.Offset + random.Next(section.Length)] = (byte)random.Next(256);
            }

            usable += Usable.OrRefused(factory, folder, IndexFileBytes.Sealed(copy)) ? 1 : 0;
        }

        Assert.InRange(usable, 1, 99);
        var damaged = bytes.ToArray();
        damaged[section.Offset + section.Length - 1] = (byte)factory.Ksub;
        DamagedIndexFileTests.Refused(factory, folder, IndexFileBytes.Sealed(damaged.ToArray()), "section DERV", "below Ksub");
        DamagedIndexFileTests.Refused(factory, folder, damaged, "section DERV", "checksum");
    }

    private static VectorIndex Build(IndexFactory factory, float[] vectors, int nlist, CoarseSearch search)
    {
        var index = factory.Train(
            vectors, new TrainingOptions { NList = nlist, Iterations = 2, CoarseIterations = 2, CoarseSearch = search, Threads = 1 });
        index.Add(vectors);
        return index;
    }
}
