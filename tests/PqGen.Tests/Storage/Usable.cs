using System.Buffers;

namespace PqGen.Tests.Storage;

/// <summary>A damaged file is refused by the library's own exception, or holds an index as good as any: all it does stays within it.</summary>
internal static partial class Usable
{
    /// <summary>Opens bytes as a file that is read, as one that is mapped, and as a stream that cannot seek, and uses what they hold.</summary>
    /// <param name="reads">Reads a file.</param>
    /// <param name="maps">Maps a file.</param>
    /// <param name="folder">Where the file is written.</param>
    /// <param name="bytes">The bytes.</param>
    /// <returns>Whether they were an index.</returns>
    public static bool OrRefused(Func<string, VectorIndex> reads, Func<string, VectorIndex> maps, TempFolder folder, byte[] bytes)
    {
        var path = folder.File("changed.pqg");
        File.WriteAllBytes(path, bytes);
        var read = OrRefused(() => reads(path), path, bytes.Length, Use);
        var mapped = OrRefused(() => maps(path), path, bytes.Length, UseMapped);
        var loaded = OrRefused(() => VectorIndex.Load(new ForwardStream(bytes)), "the stream", bytes.Length, Use);

        // The index of another kind is no index to a class that is declared to be of this one; bytes behind a file do not belong to a stream's. A
        // mapped file has not been looked at.
        Assert.True(loaded || !read || BitConverter.ToInt32(bytes, 8) == 1);
        Assert.True(mapped || !read);
        return read;
    }

    /// <summary>The same of whatever opens them.</summary>
    public static bool OrRefused(Func<VectorIndex> open, string name, int length) => OrRefused(open, name, length, Use);

    /// <summary>Opens and uses an index; opening within so much memory.</summary>
    private static bool OrRefused(Func<VectorIndex> open, string name, int length, Action<VectorIndex> use)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        VectorIndex? index = null;
        try
        {
            index = open();
        }
        catch (IndexFileException exception)
        {
            Assert.Equal(name, exception.File);
        }

        // Some arrays are made at their full size whatever the file holds: a megabyte of rows, a tile of working memory.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, (16L * length) + 6_000_000);
        if (index is null)
        {
            return false;
        }

        using (index)
        {
            use(index);
        }

        return true;
    }

    /// <summary>Each thing an index does succeeds, or says that the file is damaged.</summary>
    private static void UseMapped(VectorIndex index)
    {
        var (vector, results) = (new float[index.Dimension], new Neighbor[9]);
        vector[0] = 0.3f;
        Try(() => index.Search(vector, results));
        var rerank = !index.Shape.HasCodes || index.Memory.Vectors > 0 ? 20 : 0;
        foreach (var scan in new[] { ScanKind.Fast, ScanKind.Plain })
        {
            Try(() => index.Search(vector, results, new SearchOptions { NProbe = index.NList, Scan = scan }));
            Try(() => index.Search(vector, results, new SearchOptions { Scan = scan, Rerank = rerank, EnsureK = true }));
        }

        Try(() => index.SearchBatch(new float[9 * index.Dimension], 3, new Neighbor[27], new int[9]));
        Try(() => index.SearchRange(vector, 0.5f, new ArrayBufferWriter<Neighbor>(), new SearchOptions { NProbe = index.NList }));
        if (index.Transform is null or { IsOrthonormal: true } || KeepsVectors(index))
        {
            Try(() => index.TryGetVector(results[0].Id, vector));
        }

        Try(() => index.Add([NewId(index)], new float[index.Dimension]));
        Try(() => index.Update([results[1].Id, NewId(index)], new float[2 * index.Dimension]));
        Try(() => index.Remove(results[0].Id));
        Try(() => index.Save(Stream.Null));
        Try(() => index.Compact());
        Try(() => index.Search(new float[index.Dimension], results, new SearchOptions { NProbe = index.NList }));
        Try(() => index.Save(Stream.Null));
    }

    private static void Try(Action action)
    {
        try
        {
            action();
        }
        catch (IndexFileException)
        {
            // What it has come to is damaged.
        }
        catch (ArgumentException exception) when (exception.ParamName is "query" or "vectors")
        {
            // An index of vectors that are so small, which a changed exponent says, takes no others.
        }
    }

    /// <summary>An id that is not in the index: a fuzzer finds any that is written down here.</summary>
    private static long NewId(VectorIndex index)
    {
        var id = long.MinValue + 5;
        while (index.Contains(id))
        {
            id++;
        }

        return id;
    }

    /// <summary>Whether vectors are there as they were added, whatever they go through elsewhere.</summary>
    private static bool KeepsVectors(VectorIndex index) => index.Shape.HasCodes ? index.Memory.Vectors > 0 : !index.Shape.RowsBehindTransform;

    private static void Use(VectorIndex index)
    {
        var (count, results, vector) = (index.Count, new Neighbor[9], new float[index.Dimension]);
        vector[0] = 0.3f;
        try
        {
            index.Search(vector, results);
        }
        catch (ArgumentException exception) when (exception.ParamName == "query")
        {
            // An index of vectors that are so small, which a changed exponent says, takes no others.
            vector[0] = 1e-19f;
        }

        var rerank = !index.Shape.HasCodes || index.Memory.Vectors > 0 ? 20 : 0;
        foreach (var scan in new[] { ScanKind.Fast, ScanKind.Plain })
        {
            index.Search(vector, results, new SearchOptions { NProbe = index.NList, Scan = scan });
            index.Search(vector, results, new SearchOptions { Scan = scan, Rerank = rerank, EnsureK = true });
        }

        index.SearchRange(vector, 0.5f, new ArrayBufferWriter<Neighbor>(), new SearchOptions { NProbe = index.NList });
        var found = index.Search(vector, results);
        if (found > 0)
        {
            if (index.Transform is { IsOrthonormal: false } && !KeepsVectors(index))
            {
                Assert.Throws<InvalidOperationException>(() => index.TryGetVector(results[0].Id, vector));
            }
            else
            {
                index.TryGetVector(results[0].Id, vector);
            }

            Assert.True(index.Contains(results[0].Id));
            Assert.True(index.Remove(results[0].Id));
            index.Compact();
        }

        index.Add([NewId(index)], new float[index.Dimension], threads: 1);
        Assert.Equal(count + 1 - Math.Min(found, 1), index.Count);
        index.Save(Stream.Null);
    }
}
