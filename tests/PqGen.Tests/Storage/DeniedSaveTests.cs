using PqGen.Tests.Indexes;
using PqGen.Tests.Paths;
using PqGen.Vectors;
using Xunit.Abstractions;

namespace PqGen.Tests.Storage;

/// <summary>
/// A full disk, a quota, a folder that must not be changed: whatever writes a file says which, loses nothing and leaves nothing behind.
/// </summary>
[Collection(ChildProcessCollection.Name)]
public class DeniedSaveTests(ITestOutputHelper output)
{
    private const int N = 4000;
    private const int Operations = 8;

    /// <summary>What is denied; how many bytes are not; the exception that every operation ends with. Each file has about 500,000 bytes.</summary>
    public static TheoryData<int, int, string> Denials => new()
    {
        { (int)Denied.LongFiles, 512, nameof(IOException) },
        { (int)Denied.LongFiles, 300_000, nameof(IOException) },
        { (int)Denied.Room, 1_800_000, nameof(IOException) },
        { (int)Denied.Mode, 0, nameof(UnauthorizedAccessException) },
        { (int)Denied.Changes, 9_000_000, "" },
    };

    [Theory]
    [MemberData(nameof(Denials))]
    public void What_is_denied_is_an_exception_that_names_the_file_and_nothing_is_lost(int denied, int bytes, string exception)
    {
        using var prepared = Prepared();
        using var folder = new TempFolder();
        if (SavingProcess.Run((Denied)denied, bytes, prepared.Path, folder.Path) is not { } results)
        {
            output.WriteLine($"not tested: this system does not let a process be denied {(Denied)denied}");
            return;
        }

        Assert.Equal(Operations, results.Length);
        Assert.All(results, result =>
        {
            Assert.Matches($"^{exception}[A-Za-z]*: {folder.File(result.Target)}(:| )", result.Result);
            Assert.True(result.IsUnchanged, $"{result}");
        });
    }

    [Fact]
    public void What_is_not_denied_is_written()
    {
        using var prepared = Prepared();
        using var folder = new TempFolder();
        var results = SavingProcess.Run(Denied.Nothing, 0, prepared.Path, folder.Path)!;
        Assert.Equal(Operations, results.Length);
        Assert.All(results, result => Assert.Equal(("done", false), (result.Result, result.IsUnchanged)));
        Assert.All(results, result => Assert.Equal("source.pqg target.npy target.pqg", result.Files));
        Assert.Equal((40_000L, 2), VectorFile.ReadShape(folder.File(SavingProcess.Vectors)));
        using var exported = VectorIndex.ImportFaiss(folder.File(SavingProcess.Target));
        Assert.Equal(N, exported.Count);
    }

    private static TempFolder Prepared()
    {
        var folder = new TempFolder();
        var (vectors, factory) = (TestVectors.Uniform(N, 30, seed: 1), IndexFactory.Flat(30));
        using var source = factory.Build(vectors);
        source.Save(folder.File(SavingProcess.Source));
        using var target = factory.Build(vectors, ids: [.. Enumerable.Range(1, N).Select(id => (long)-id)]);
        target.Save(folder.File(SavingProcess.Target));
        VectorFile.Write(folder.File(SavingProcess.Vectors), N, 30, [vectors]);
        return folder;
    }
}
