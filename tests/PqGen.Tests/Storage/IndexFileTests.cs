using PqGen.Tests.Indexes;

namespace PqGen.Tests.Storage;

/// <summary>What is saved and opened again is the same index.</summary>
public class IndexFileTests
{
    private const int N = 500;

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void An_opened_index_gives_the_same_answers_and_grows_on(IndexFactory factory)
    {
        using var folder = new TempFolder();
        var vectors = TestVectors.Clustered(N, factory.Dimension, 20, seed: 1);
        var more = TestVectors.Clustered(130, factory.Dimension, 20, seed: 2);
        foreach (var ids in new[] { null, TestVectors.ShuffledIds(N, seed: 3) })
        {
            foreach (var keepVectors in factory.HasCodes ? new[] { true, false } : [true])
            {
                using var saved = factory.Build(vectors, keepVectors: keepVectors, ids: ids);
                saved.Save(folder.File("index.pqg"));
                using var opened = factory.Read(folder.File("index.pqg"));
                CheckSame(factory, saved, opened, keepVectors);
                Assert.Equal(saved.Memory with { Ids = 0 }, opened.Memory with { Ids = 0 });
                Assert.InRange(saved.Memory.Ids - opened.Memory.Ids, 0, 16 * sizeof(long));

                saved.Add(more, threads: 1);
                opened.Add(more, threads: 1);
                CheckSame(factory, saved, opened, keepVectors);
                var taken = ids?[7] ?? 7;
                Refusals.Expect<ArgumentException>(opened, () => opened.Add([taken], more.AsSpan(0, factory.Dimension)), $"id {taken} ", "in use");
                opened.Add([-77_777], more.AsSpan(0, factory.Dimension));
                Assert.Equal(N + 131, opened.Count);
            }
        }
    }

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void Sizes_around_block_edges(IndexFactory factory)
    {
        using var folder = new TempFolder();
        var vectors = TestVectors.Uniform(300, factory.Dimension, seed: 1);
        foreach (var n in new[] { 0, 1, 63, 64, 65, 128, 129 })
        {
            using var saved = factory.Train(vectors, new TrainingOptions { NList = 2, Iterations = 1 });
            saved.Add(vectors.AsSpan(0, n * factory.Dimension));
            saved.Save(folder.File("index.pqg"));
            using var opened = factory.Open(folder.File("index.pqg"));
            Assert.Equal(n, opened.Count);
            Assert.Equal(Refusals.Answers(saved), Refusals.Answers(opened));
            opened.Add(vectors.AsSpan(0, 70 * factory.Dimension));
            saved.Add(vectors.AsSpan(0, 70 * factory.Dimension));
            Assert.Equal(Refusals.Answers(saved), Refusals.Answers(opened));
        }
    }

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void The_same_index_gives_the_same_bytes(IndexFactory factory)
    {
        using var folder = new TempFolder();
        var vectors = TestVectors.Clustered(N, factory.Dimension, 20, seed: 1);
        using var atOnce = factory.Build(vectors);
        using var byParts = factory.Train(vectors, new TrainingOptions { NList = 12, Iterations = 3, CoarseIterations = 3 });
        byParts.Add(vectors.AsSpan(0, 77 * factory.Dimension));
        byParts.Add(vectors.AsSpan(77 * factory.Dimension));
        atOnce.Save(folder.File("at once"));
        byParts.Save(folder.File("by parts"));
        using var opened = factory.Open(folder.File("at once"));
        opened.Save(folder.File("opened"));
        var bytes = File.ReadAllBytes(folder.File("at once"));
        Assert.Equal(bytes, File.ReadAllBytes(folder.File("by parts")));
        Assert.Equal(bytes, File.ReadAllBytes(folder.File("opened")));
        Assert.Equal(["at once", "by parts", "opened"], folder.Files);
    }

    [Fact]
    public void Generated_and_generic_indexes_open_each_others_files()
    {
        using var folder = new TempFolder();
        foreach (var generated in IndexFactory.Generated)
        {
            var generic = generated.Twin;
            var vectors = TestVectors.Clustered(N, generated.Dimension, 20, seed: 1);
            using var one = generated.Build(vectors);
            using var other = generic.Build(vectors);
            one.Save(folder.File("one"));
            other.Save(folder.File("other"));
            Assert.Equal(File.ReadAllBytes(folder.File("one")), File.ReadAllBytes(folder.File("other")));
            using var opened = generic.Open(folder.File("one"));
            using var openedOther = generated.Open(folder.File("other"));
            CheckSame(generated, one, opened, keepVectors: true);
            CheckSame(generated, one, openedOther, keepVectors: true);
        }
    }

    [Fact]
    public void A_failed_save_leaves_the_old_file()
    {
        using var folder = new TempFolder();
        using var index = GenericIndex.Flat(3);
        index.Add([1, 2, 3]);
        index.Save(folder.File("index.pqg"));
        var before = File.ReadAllBytes(folder.File("index.pqg"));

        // A folder in the file's place cannot be replaced; what was written beside is removed.
        Directory.CreateDirectory(folder.File("folder"));
        Assert.ThrowsAny<SystemException>(() => index.Save(folder.File("folder")));
        Assert.Throws<DirectoryNotFoundException>(() => index.Save(folder.File("missing/index.pqg")));
        Assert.Equal(["index.pqg"], folder.Files);
        Assert.Equal(before, File.ReadAllBytes(folder.File("index.pqg")));

        index.Add([4, 5, 6]);
        index.Save(folder.File("index.pqg"));
        using var opened = VectorIndex.Open(folder.File("index.pqg"));
        Assert.Equal(2, opened.Count);
        Assert.Equal(["index.pqg"], folder.Files);
    }

    [Fact]
    public void A_folder_that_may_not_be_written_to()
    {
        using var folder = new TempFolder();
        var closed = Directory.CreateDirectory(folder.File("closed"));
        using var index = GenericIndex.Flat(3);
        index.Add([1, 2, 3]);
        index.Save(Path.Combine(closed.FullName, "index.pqg"));
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        closed.UnixFileMode = UnixFileMode.UserRead | UnixFileMode.UserExecute;
        try
        {
            index.Add([4, 5, 6]);
            if (CanWrite(closed.FullName))
            {
                // To the superuser every folder is open.
                return;
            }

            Assert.Throws<UnauthorizedAccessException>(() => index.Save(Path.Combine(closed.FullName, "index.pqg")));
            using var opened = VectorIndex.Open(Path.Combine(closed.FullName, "index.pqg"));
            Assert.Equal(1, opened.Count);
        }
        finally
        {
            closed.UnixFileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        }
    }

    [Fact]
    public void Arguments()
    {
        using var folder = new TempFolder();
        var index = GenericIndex.Flat(3);
        Assert.Throws<ArgumentException>(() => index.Save(""));
        Assert.Throws<ArgumentNullException>(() => index.Save((string)null!));
        Assert.Throws<ArgumentException>(() => VectorIndex.Open(""));
        Assert.Throws<FileNotFoundException>(() => VectorIndex.Open(folder.File("missing")));
        index.Dispose();
        Assert.Throws<ObjectDisposedException>(() => index.Save(folder.File("index.pqg")));
        Assert.Empty(folder.Files);
    }

    [Fact]
    public async Task Searches_and_a_writer_go_on_beside_saving()
    {
        using var folder = new TempFolder();
        var vectors = TestVectors.Clustered(4000, 20, 30, seed: 1);
        using var index = IndexFactory.IvfPq(20, 5, 16).Build(vectors[..(1000 * 20)]);
        var writer = Task.Run(() =>
        {
            for (var first = 1000; first < 4000; first += 60)
            {
                index.Add(vectors.AsSpan(first * 20, 60 * 20), threads: 1);
            }
        });
        do
        {
            index.Save(folder.File("index.pqg"));
            using var opened = VectorIndex.Open(folder.File("index.pqg"));
            Assert.Equal(0, (opened.Count - 1000) % 60);
            var all = new Neighbor[4000];
            Assert.Equal(opened.Count, opened.Search(vectors.AsSpan(0, 20), all, new SearchOptions { NProbe = 12 }));
        }
        while (!writer.IsCompleted);
        await writer;
    }

    private static void CheckSame(IndexFactory factory, VectorIndex expected, VectorIndex found, bool keepVectors)
    {
        Assert.Equal(expected.Count, found.Count);
        Assert.Equal(expected.NList, found.NList);
        var (queries, answers, same) = (TestVectors.Uniform(8, factory.Dimension, seed: 5), new Neighbor[20], new Neighbor[20]);
        foreach (var options in factory.Options().Where(options => keepVectors || options.Rerank == 0))
        {
            for (var q = 0; q < 8; q++)
            {
                var query = queries.AsSpan(q * factory.Dimension, factory.Dimension);
                Assert.Equal(expected.Search(query, answers, options), found.Search(query, same, options));
                Assert.Equal(answers, same);
            }
        }
    }

    private static bool CanWrite(string folder)
    {
        try
        {
            File.WriteAllBytes(Path.Combine(folder, "probe"), []);
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }
}
