using PqGen.Tests.Indexes;

namespace PqGen.Tests.Storage;

/// <summary>Files of one model, put together and taken apart: what comes of it is what one index would be.</summary>
public class MergeTests
{
    private const int N = 900;

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void Merged_is_what_one_index_is_to_which_all_were_added(IndexFactory factory)
    {
        using var folder = new TempFolder();
        var vectors = TestVectors.Clustered(N, factory.Dimension, 20, seed: 1);
        foreach (var keepVectors in factory.HasCodes ? new[] { true, false } : [true])
        {
            SaveModel(factory, vectors, keepVectors, folder);
            foreach (var ids in new[] { null, TestVectors.ShuffledIds(N, seed: 3) })
            {
                using var whole = factory.Open(folder.File("model.pqg"));
                var (sources, edges) = (new List<string>(), new[] { 0, 1, 65, 65, 400, N });
                for (var part = 0; part + 1 < edges.Length; part++)
                {
                    using var index = factory.Open(folder.File("model.pqg"));
                    Add(index, vectors, ids, edges[part], edges[part + 1]);
                    Add(whole, vectors, ids, edges[part], edges[part + 1]);
                    sources.Add(folder.File($"part{part}.pqg"));
                    index.Save(sources[^1]);
                }

                whole.Save(folder.File("whole.pqg"));
                VectorIndex.Merge(folder.File("merged.pqg"), sources);
                Assert.Equal(File.ReadAllBytes(folder.File("whole.pqg")), File.ReadAllBytes(folder.File("merged.pqg")));
                Assert.Single(sources.Append(folder.File("model.pqg")).Select(file => VectorIndex.Inspect(file).Model).Distinct());
                using var merged = factory.Open(folder.File("merged.pqg"));
                Assert.Equal(Refusals.Answers(whole), Refusals.Answers(merged));

                // Onto one of the sources.
                VectorIndex.Merge(sources[1], sources);
                Assert.Equal(File.ReadAllBytes(folder.File("whole.pqg")), File.ReadAllBytes(sources[1]));
            }
        }
    }

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void Split_and_merged_again(IndexFactory factory)
    {
        using var folder = new TempFolder();
        var vectors = TestVectors.Clustered(N, factory.Dimension, 20, seed: 1);
        using var index = factory.Build(vectors);
        index.Save(folder.File("index.pqg"));
        VectorIndex.Split(
            folder.File("index.pqg"),
            [(folder.File("low.pqg"), new IdRange(0, 299)), (folder.File("high.pqg"), new IdRange(300, N)),
                (folder.File("none.pqg"), new IdRange(-5, -1))]);
        using (var low = factory.Open(folder.File("low.pqg")))
        {
            Assert.Equal(300, low.Count);
            foreach (var options in factory.Options())
            {
                var query = vectors.AsSpan(0, factory.Dimension);
                Searching.Same(index.Nearest(query, 20, new IdRange(0, 299), options), low.Nearest(query, 20, options), $"{options}");
            }
        }

        Assert.Equal(0, VectorIndex.Verify(folder.File("none.pqg")).Count);
        VectorIndex.Merge(folder.File("again.pqg"), [folder.File("low.pqg"), folder.File("none.pqg"), folder.File("high.pqg")]);
        Assert.Equal(File.ReadAllBytes(folder.File("index.pqg")), File.ReadAllBytes(folder.File("again.pqg")));
        using var again = factory.Open(folder.File("again.pqg"));
        Assert.Equal(Refusals.Answers(index), Refusals.Answers(again));
        again.Add(vectors.AsSpan(0, factory.Dimension));
        Assert.Equal(N + 1, again.Count);
    }

    /// <summary>Vectors ever added are the next automatic id: parts of an index have that of the whole, and so has what is made of them.</summary>
    [Fact]
    public void The_next_automatic_id_stays_however_often_an_index_is_taken_apart()
    {
        using var folder = new TempFolder();
        var factory = IndexFactory.IvfPq(18, 9, 11);
        var vectors = TestVectors.Clustered(N, factory.Dimension, 20, seed: 1);
        var (path, low, high) = (folder.File("index.pqg"), folder.File("low.pqg"), folder.File("high.pqg"));
        using (var index = factory.Build(vectors))
        {
            index.Remove([N - 1, 5]);
            index.Save(path);
        }

        for (var round = 0; round < 70; round++)
        {
            VectorIndex.Split(path, [(low, new(0, 299)), (high, new(300, N))]);
            VectorIndex.Merge(path, [low, high]);
        }

        using var again = factory.Open(path);
        again.Add(vectors.AsSpan(0, factory.Dimension));
        Assert.Equal(VectorSource.Kept, again.TryGetVector(N, new float[factory.Dimension]));
    }

    [Fact]
    public void An_index_to_which_as_many_were_added_as_can_be_takes_no_more()
    {
        using var folder = new TempFolder();
        var factory = IndexFactory.IvfPq(18, 9, 11);
        var bytes = DamagedIndexFileTests.Saved(factory, folder);
        var at = IndexFileBytes.Section(bytes, "SHAP").Offset + 32;
        File.WriteAllBytes(folder.File("full.pqg"), IndexFileBytes.With(bytes, at, (1L << 62) - 1));
        using var index = factory.Open(folder.File("full.pqg"));
        index.Add([-1], new float[factory.Dimension]);
        var count = index.Count;
        Refusals.Expect<InvalidOperationException>(
            () => index.Add([-2], new float[factory.Dimension]), "4611686018427387904 vectors were ever added", "cannot take 1 more");
        Refusals.Expect<InvalidOperationException>(() => index.Update([-1], new float[factory.Dimension]), "cannot take 1 more");
        Assert.Equal(count, index.Count);
        index.Save(folder.File("again.pqg"));
        Assert.Equal(count, VectorIndex.Verify(folder.File("again.pqg")).Count);
        Refusals.Expect<IndexFileException>(
            () => VectorIndex.Verify(Path(folder, IndexFileBytes.With(bytes, at, (1L << 62) + 1))), "vectors were ever added");
    }

    [Fact]
    public void What_was_calibrated_stays_with_parts_of_one_index_and_is_not_taken_from_one_part()
    {
        using var folder = new TempFolder();
        var factory = IndexFactory.IvfPq(18, 9, 11);
        var vectors = TestVectors.Clustered(N, 18, 20, seed: 1);
        var (whole, low, high, none) = (folder.File("whole.pqg"), folder.File("low.pqg"), folder.File("high.pqg"), folder.File("none.pqg"));
        using (var index = factory.Build(vectors))
        {
            index.Calibrate(queries: 50);
            index.Save(whole);
        }

        VectorIndex.Split(whole, [(low, new IdRange(0, 299)), (high, new IdRange(300, N)), (none, new IdRange(-5, -1))]);
        VectorIndex.Merge(folder.File("again.pqg"), [none, low, high]);
        var measured = Calibration(whole)!;
        foreach (var file in new[] { low, high, none, folder.File("again.pqg") })
        {
            var kept = Calibration(file)!;
            Assert.Equal((measured.K, measured.Queries), (kept.K, kept.Queries));
            Assert.Equal(measured.Points, kept.Points);
        }

        // Another part says other things, or nothing, of itself.
        foreach (var k in new[] { 10, 3 })
        {
            using (var part = factory.Open(high))
            {
                part.Calibrate(queries: 50, k);
                part.Save(folder.File("part.pqg"));
            }

            VectorIndex.Merge(folder.File("again.pqg"), [low, folder.File("part.pqg")]);
            Assert.Null(Calibration(folder.File("again.pqg")));
        }

        using (var part = factory.Build(vectors, nlist: 12, ids: [.. Enumerable.Range(0, N).Select(id => (long)N + id)]))
        {
            part.Save(folder.File("part.pqg"));
        }

        VectorIndex.Split(folder.File("part.pqg"), [(folder.File("rest.pqg"), new IdRange(N + 300, 2 * N))]);
        Assert.Equal(VectorIndex.Inspect(low).Model, VectorIndex.Inspect(folder.File("rest.pqg")).Model);
        VectorIndex.Merge(folder.File("again.pqg"), [low, folder.File("rest.pqg")]);
        Assert.Null(Calibration(folder.File("again.pqg")));

        static Calibration? Calibration(string path)
        {
            using var index = VectorIndex.Open(path);
            return index.Calibration;
        }
    }

    [Fact]
    public void What_cannot_be_merged_is_refused()
    {
        using var folder = new TempFolder();
        var factory = IndexFactory.IvfPq(18, 9, 11);
        var vectors = TestVectors.Uniform(300, 18, seed: 1);
        string Save(string name, VectorIndex index)
        {
            using (index)
            {
                index.Save(folder.File(name));
            }

            return folder.File(name);
        }

        var ids = Enumerable.Range(0, 300).Select(id => (long)id * 10).ToArray();
        var one = Save("one.pqg", factory.Build(vectors, nlist: 3, ids: ids));
        var other = Save("other.pqg", factory.Build(TestVectors.Uniform(300, 18, seed: 2), nlist: 3));
        var lists = Save("lists.pqg", factory.Build(vectors, nlist: 4));
        var shape = Save("shape.pqg", IndexFactory.IvfPq(18, 6, 11).Build(vectors, nlist: 3));
        var without = Save("without.pqg", factory.Build(vectors, nlist: 3, keepVectors: false, ids: [.. ids.Select(id => id + 1)]));
        var target = folder.File("target.pqg");
        Refusals.Expect<ArgumentException>(() => VectorIndex.Merge(target, []), "sources is empty");
        Refusals.Expect<ArgumentException>(() => VectorIndex.Merge(target, [one, other]), other, "other centroids", one);
        Refusals.Expect<ArgumentException>(() => VectorIndex.Merge(target, [one, lists]), lists, "another number of lists");
        Refusals.Expect<ArgumentException>(() => VectorIndex.Merge(target, [one, shape]), shape, "another shape");
        Refusals.Expect<ArgumentException>(() => VectorIndex.Merge(target, [one, without]), without, "kept otherwise");
        Refusals.Expect<ArgumentException>(
            () => VectorIndex.Merge(target, [one, one]), "id 0, 10, 20, 30, 40 and 295 more", "more than one of the files");
        Assert.Throws<FileNotFoundException>(() => VectorIndex.Merge(target, [one, folder.File("missing.pqg")]));
        var bytes = File.ReadAllBytes(one);
        bytes[^1] ^= 1;
        File.WriteAllBytes(other, bytes);
        Refusals.Expect<IndexFileException>(() => VectorIndex.Merge(target, [one, other]), other);
        Assert.False(File.Exists(target));
        Assert.NotEqual(VectorIndex.Inspect(one).Model, VectorIndex.Inspect(lists).Model);
        Assert.Equal(VectorIndex.Inspect(one).Model, VectorIndex.Inspect(without).Model);
    }

    private static void SaveModel(IndexFactory factory, float[] vectors, bool keepVectors, TempFolder folder)
    {
        using var model = factory.Train(
            vectors, new TrainingOptions { NList = 12, Iterations = 3, CoarseIterations = 3, KeepVectors = keepVectors, Threads = 1 });
        model.Save(folder.File("model.pqg"));
    }

    private static string Path(TempFolder folder, byte[] bytes)
    {
        File.WriteAllBytes(folder.File("changed.pqg"), bytes);
        return folder.File("changed.pqg");
    }

    private static void Add(VectorIndex index, float[] vectors, long[]? ids, int from, int to)
    {
        var part = vectors.AsSpan(from * index.Dimension, (to - from) * index.Dimension);
        if (ids is null)
        {
            index.Add(part);
        }
        else
        {
            index.Add(ids.AsSpan(from, to - from), part);
        }
    }
}
