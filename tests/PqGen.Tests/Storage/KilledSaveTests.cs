using System.Globalization;
using PqGen.Tests.Indexes;
using PqGen.Tests.Paths;

namespace PqGen.Tests.Storage;

/// <summary>Whatever becomes of a save, the path holds the old index or the new one, whole.</summary>
[Collection(ChildProcessCollection.Name)]
public class KilledSaveTests
{
    /// <summary>Processes killed; the variable PQGEN_KILLS asks for more.</summary>
    private static readonly int s_kills = int.Parse(Environment.GetEnvironmentVariable("PQGEN_KILLS") ?? "8", CultureInfo.InvariantCulture);

    [Fact]
    public void A_process_killed_while_it_saves_leaves_the_old_file_or_the_new_one()
    {
        using var folder = new TempFolder();
        var (first, second, target) = (folder.File("first.pqg"), folder.File("second.pqg"), folder.File("target.pqg"));
        var factory = IndexFactory.IvfPq(40, 10, 256);
        using (var index = factory.Build(TestVectors.Clustered(4000, 40, 20, seed: 1), nlist: 12))
        {
            index.Save(first);
            index.Remove([.. Enumerable.Range(0, 500).Select(id => (long)id)]);
            index.Save(second);
            index.Save(target);
        }

        var (old, other) = (File.ReadAllBytes(first), File.ReadAllBytes(second));
        var (random, leftovers) = (new Random(s_kills), 0);
        for (var kill = 0; kill < s_kills; kill++)
        {
            using (var process = SavingProcess.StartForever(target, first, second))
            {
                Assert.Equal(SavingProcess.Begun, process.StandardOutput.ReadLine());
                Thread.Sleep(random.Next(60));
                process.Kill();
                process.WaitForExit();
            }

            var found = File.ReadAllBytes(target);
            Assert.True(found.AsSpan().SequenceEqual(old) || found.AsSpan().SequenceEqual(other), $"kill {kill}: {found.Length} bytes");
            VectorIndex.Verify(target);
            using var opened = factory.Open(target);
            Assert.True(opened.Nearest(new float[40], 10, new SearchOptions { NProbe = 12 }).Length == 10);
            leftovers += folder.Files.Length > 3 ? 1 : 0;

            // What it left goes with the next save.
            opened.Save(target);
            Assert.Equal(["first.pqg", "second.pqg", "target.pqg"], folder.Files);
            Assert.Equal(found, File.ReadAllBytes(target));
        }

        // Most are killed in the midst of it.
        Assert.True(leftovers > 0, "no save was killed while it wrote");
    }

    [Fact]
    public void A_device_that_is_full()
    {
        if (!File.Exists("/dev/full"))
        {
            return;
        }

        using var index = IndexFactory.Flat(30).Build(TestVectors.Uniform(400, 30, seed: 1));
        using var full = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        Refusals.Expect<IOException>(index, () => index.Save(full));
    }
}
