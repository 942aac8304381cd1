using PqGen.Tests.Indexes;

namespace PqGen.Tests.Storage;

/// <summary>
/// A mapped file stays where it is for as long as somebody reads it, and no longer; what is damaged in it is found when it is used.
/// </summary>
public class MappedLifetimeTests
{
    public const int Dimension = 18;

    [Fact]
    public void A_search_that_runs_keeps_the_file_that_its_index_was_disposed_of()
    {
        using var folder = new TempFolder();
        var (index, path, vectors) = Opened(folder);
        Assert.True(IsMapped(path) ?? true);
        var expected = index.Nearest(vectors.AsSpan(0, Dimension), 10, new SearchOptions { NProbe = 3 });
        var found = index.Nearest(vectors.AsSpan(0, Dimension), 10, new Meanwhile(() =>
        {
            index.Dispose();
            Assert.True(IsMapped(path) ?? true);
        }), new SearchOptions { NProbe = 3 });
        Assert.Equal(expected, found);
        Assert.False(IsMapped(path) ?? false);
        Assert.Throws<ObjectDisposedException>(() => index.Nearest(vectors.AsSpan(0, Dimension), 1));
        Assert.Throws<ObjectDisposedException>(() => index.Contains(1));
        index.Dispose();
    }

    [Fact]
    public void Compacting_lets_go_of_the_file_once_searches_have_ended()
    {
        using var folder = new TempFolder();
        var (index, path, vectors) = Opened(folder);
        using (index)
        {
            index.Remove(index.Nearest(vectors.AsSpan(0, Dimension), 1)[0].Id);
            var expected = index.Nearest(vectors.AsSpan(0, Dimension), 10, new SearchOptions { NProbe = 3 });
            var found = index.Nearest(vectors.AsSpan(0, Dimension), 10, new Meanwhile(() =>
            {
                index.Compact();
                Assert.True(IsMapped(path) ?? true);
            }), new SearchOptions { NProbe = 3 });
            Assert.Equal(expected, found);
            Assert.False(IsMapped(path) ?? false);
            Assert.Equal(expected, index.Nearest(vectors.AsSpan(0, Dimension), 10, new SearchOptions { NProbe = 3 }));
        }
    }

    [Fact]
    public void A_save_that_runs_keeps_the_file_too()
    {
        using var folder = new TempFolder();
        var (index, path, _) = Opened(folder);
        var written = new MemoryStream();
        index.Save(new StreamMeanwhile(written, () =>
        {
            index.Dispose();
            Assert.True(IsMapped(path) ?? true);
        }));
        Assert.Equal(File.ReadAllBytes(path), written.ToArray());
        Assert.False(IsMapped(path) ?? false);
    }

    [Fact]
    public void An_index_that_nobody_refers_to_lets_go_of_its_file()
    {
        using var folder = new TempFolder();
        var path = Abandon(folder);
        for (var i = 0; i < 20 && IsMapped(path) == true; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.False(IsMapped(path) ?? false);
    }

    [Fact]
    public async Task Searches_on_many_threads_while_lists_are_first_used_and_the_index_disposed_of()
    {
        using var folder = new TempFolder();
        var (first, path, vectors) = Opened(folder);
        first.Dispose();
        using var read = VectorIndex.Open(path, mapped: false);
        var options = new SearchOptions { NProbe = 3, Rerank = 20 };
        var expected = Enumerable.Range(0, 20).Select(q => read.Nearest(vectors.AsSpan(q * Dimension, Dimension), 10, options)).ToArray();
        for (var round = 0; round < 30; round++)
        {
            var index = VectorIndex.Open(path);
            using var ready = new CountdownEvent(4);
            var searchers = Enumerable.Range(0, 4).Select(number => Task.Run(() =>
            {
                ready.Signal();
                ready.Wait();
                for (var q = number; ; q++)
                {
                    try
                    {
                        Assert.Equal(expected[q % 20], index.Nearest(vectors.AsSpan(q % 20 * Dimension, Dimension), 10, options));
                    }
                    catch (ObjectDisposedException)
                    {
                        return;
                    }
                }
            })).ToArray();
            ready.Wait();
            await Task.Delay(round % 4);
            index.Dispose();
            await Task.WhenAll(searchers);
            Assert.False(IsMapped(path) ?? false);
        }
    }

    [Fact]
    public void A_damaged_list_is_refused_when_it_is_probed_and_by_whatever_wants_all_lists()
    {
        using var folder = new TempFolder();
        var factory = IndexFactory.IvfPq(Dimension, 9, 11);
        var bytes = DamagedIndexFileTests.Saved(factory, folder);
        var path = folder.File("damaged.pqg");
        File.WriteAllBytes(path, IndexFileBytes.With(bytes, IndexFileBytes.Section(bytes, "LIST").Offset, (byte)0x0B));
        using var index = factory.Open(path);
        var (good, bad) = (0, 0);
        for (var list = 0; list < 3; list++)
        {
            var centroid = index.Centroids.Slice(list * Dimension, Dimension).ToArray();
            for (var time = 0; time < 2; time++)
            {
                if (Record.Exception(() => index.Nearest(centroid, 3, new SearchOptions { NProbe = 1 })) is { } exception)
                {
                    Assert.Equal(path, Assert.IsType<IndexFileException>(exception).File);
                    bad++;
                }
                else
                {
                    good++;
                }
            }
        }

        Assert.Equal((4, 2), (good, bad));
        Refusals.Expect<IndexFileException>(() => index.Save(folder.File("copy.pqg")), path, "below Ksub = 11");
        Assert.True(index.Remove(TestVectors.ShuffledIds(270, seed: 2)[0]));
        Refusals.Expect<IndexFileException>(() => index.Compact(), path, "below Ksub = 11");
        Refusals.Expect<IndexFileException>(() => index.Calibrate(), path, "below Ksub = 11");
        Assert.Equal(["damaged.pqg", "saved.pqg"], folder.Files);
    }

    [Theory]
    [InlineData("LIST")]
    [InlineData("IDS ")]
    [InlineData("ROWS")]
    public void What_has_changed_in_the_file_is_not_saved(string section)
    {
        using var folder = new TempFolder();
        var factory = IndexFactory.IvfPq(Dimension, 9, 11);
        var bytes = DamagedIndexFileTests.Saved(factory, folder);
        var place = IndexFileBytes.Section(bytes, section);
        bytes[place.Offset + (section == "LIST" ? place.Length - 1 : 5)] ^= 1;
        File.WriteAllBytes(folder.File("damaged.pqg"), bytes);
        using var index = factory.Open(folder.File("damaged.pqg"));
        Refusals.Expect<IndexFileException>(() => index.Save(folder.File("saved.pqg")), $"section {section}: the checksum");
        Refusals.Expect<IndexFileException>(() => VectorIndex.Verify(folder.File("damaged.pqg")), $"section {section}: the checksum");
        if (section == "IDS ")
        {
            Refusals.Expect<IndexFileException>(() => index.Contains(4), $"section {section}: the checksum");
        }
    }

    [Fact]
    public void Ids_that_are_there_twice_are_found_when_they_are_looked_up()
    {
        using var folder = new TempFolder();
        var factory = IndexFactory.Flat(Dimension);
        var bytes = DamagedIndexFileTests.Saved(factory, folder);
        var at = IndexFileBytes.Section(bytes, "IDS ").Offset;
        var id = BitConverter.ToInt64(bytes, at);
        File.WriteAllBytes(folder.File("twice.pqg"), IndexFileBytes.With(bytes, at + (8 * 200), id));
        using var index = factory.Open(folder.File("twice.pqg"));
        for (var time = 0; time < 2; time++)
        {
            Refusals.Expect<IndexFileException>(() => index.Contains(4), $"id {id} is there twice", "at 200");
            Refusals.Expect<IndexFileException>(() => index.Remove(4), $"id {id} is there twice");
            Refusals.Expect<IndexFileException>(() => index.Add([4], new float[Dimension]), $"id {id} is there twice");
        }

        Refusals.Expect<IndexFileException>(() => VectorIndex.Verify(folder.File("twice.pqg")), $"id {id} is there twice");
    }

    private static string Abandon(TempFolder folder) => Opened(folder).Path;

    /// <summary>An opened index of 900 vectors in three lists, with ids of its own.</summary>
    internal static (VectorIndex Index, string Path, float[] Vectors) Opened(TempFolder folder)
    {
        var vectors = TestVectors.Uniform(900, Dimension, seed: 1);
        var path = folder.File("index.pqg");
        using var index = IndexFactory.IvfPq(Dimension, 9, 11).Build(vectors, nlist: 3, ids: TestVectors.ShuffledIds(900, seed: 2));
        index.Save(path);
        return (VectorIndex.Open(path), path, vectors);
    }

    /// <summary>Whether this process has a file mapped; null where the system does not say.</summary>
    internal static bool? IsMapped(string path) =>
        File.Exists("/proc/self/maps") ? File.ReadLines("/proc/self/maps").Any(line => line.EndsWith(path, StringComparison.Ordinal)) : null;

    /// <summary>A filter that allows all, and does something once in the midst of a search.</summary>
    internal readonly struct Meanwhile(Action action) : IIdFilter
    {
        private readonly Lazy<bool> _done = new(() =>
        {
            action();
            return true;
        });

        public bool Allows(long id) => _done.Value;
    }

    /// <summary>A stream that does something at the first byte.</summary>
    private sealed class StreamMeanwhile(Stream stream, Action action) : Stream
    {
        private bool _done;

        public override bool CanRead => false;

        public override bool CanSeek => true;

        public override bool CanWrite => true;

        public override long Length => stream.Length;

        public override long Position
        {
            get => stream.Position;
            set => stream.Position = value;
        }

        public override void Write(byte[] buffer, int offset, int count)
        {
            if (!_done)
            {
                _done = true;
                action();
            }

            stream.Write(buffer, offset, count);
        }

        public override void Flush() => stream.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => stream.Seek(offset, origin);

        public override void SetLength(long value) => stream.SetLength(value);
    }
}
