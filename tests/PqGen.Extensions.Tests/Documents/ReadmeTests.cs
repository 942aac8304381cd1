using Microsoft.CodeAnalysis.CSharp;
using PqGen.Testing;

namespace PqGen.Extensions.Tests.Documents;

/// <summary>The example of the package's README compiles without a warning as it stands there, and does what it says.</summary>
[Collection(ConsoleCollection.Name)]
public class ReadmeTests
{
    [Fact]
    public async Task The_example_runs()
    {
        var example = Assert.Single(Repository.Examples("runtime/PqGen.Extensions.VectorData/README.md"));
        using var folder = new TemporaryFolder();
        var placed = example.Replace(
            "SaveAsync(\"store\")", $"SaveAsync({SymbolDisplay.FormatLiteral(folder.Path, quote: true)})", StringComparison.Ordinal);
        Assert.NotEqual(example, placed);
        Assert.StartsWith("cat 0.995", await ProgramRun.OfAsync([], placed), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(folder.Path, "store.json")));
    }
}
