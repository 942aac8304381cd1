using PqGen.Tests.Indexes;

namespace PqGen.Tests.Storage;

/// <summary>
/// A mapped file that somebody else makes shorter: where a system allows that, what was cut off cannot be read, and trying to ends the process. So
/// whoever begins to read looks first.
/// </summary>
public class ShortenedFileTests
{
    private const int Dimension = MappedLifetimeTests.Dimension;

    [Fact]
    public void A_file_that_became_shorter_is_seen_before_more_of_it_is_read()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using var folder = new TempFolder();
        var (index, path, vectors) = MappedLifetimeTests.Opened(folder);
        using (index)
        {
            using (var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            {
                file.SetLength(file.Length / 2);
            }

            Refusals.Expect<IndexFileException>(() => index.Nearest(vectors.AsSpan(0, Dimension), 1), path, "became shorter", "replaced");
            Refusals.Expect<IndexFileException>(() => index.Save(folder.File("copy.pqg")), path);
            Refusals.Expect<IndexFileException>(() => index.Contains(1), path);
        }
    }

    [Fact]
    public void A_file_that_became_shorter_is_seen_by_the_next_search_though_its_lists_were_read_before()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using var folder = new TempFolder();
        var (index, path, vectors) = MappedLifetimeTests.Opened(folder);
        using (index)
        {
            var options = new SearchOptions { NProbe = 3, Rerank = 50 };
            Assert.Equal(10, index.Nearest(vectors.AsSpan(0, Dimension), 10, options).Length);
            var bytes = File.ReadAllBytes(path);
            using (var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            {
                file.SetLength(5000);
            }

            Ticks.Next();
            for (var time = 0; time < 2; time++)
            {
                Refusals.Expect<IndexFileException>(() => index.Nearest(vectors.AsSpan(0, Dimension), 10, options), path, "became shorter");
                Refusals.Expect<IndexFileException>(() => index.SearchBatch(vectors, 3, new Neighbor[2700], new int[900]), path, "became shorter");
            }

            // Nothing is held longer than that, and a file that is whole again can be read again.
            File.WriteAllBytes(path, bytes);
            Assert.Equal(10, index.Nearest(vectors.AsSpan(0, Dimension), 10, options).Length);
        }

        Assert.False(MappedLifetimeTests.IsMapped(path) ?? false);
    }
}
