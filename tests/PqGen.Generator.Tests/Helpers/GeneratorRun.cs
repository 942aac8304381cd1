using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace PqGen.Generator.Tests.Helpers;

/// <summary>
/// A run of the generator over a user's source. Every run is two: after an unrelated edit all steps must come from the cache, and
/// nothing that a step hands on may hold a symbol, a syntax node or a compilation. A diagnostic, which keeps its file, is held by
/// no step that leads to what is emitted.
/// </summary>
internal sealed class GeneratorRun
{
    private GeneratorRun(CSharpCompilation output, GeneratorDriver driver, GeneratorRunResult result)
    {
        Output = output;
        Driver = driver;
        Result = result;
    }

    /// <summary>The user's compilation with the generated files.</summary>
    public CSharpCompilation Output { get; }

    /// <summary>The driver, for further edits.</summary>
    public GeneratorDriver Driver { get; }

    public GeneratorRunResult Result { get; }

    /// <summary>The generated files.</summary>
    public IEnumerable<SyntaxTree> GeneratedTrees => Result.GeneratedSources.Select(static file => file.SyntaxTree);

    public ImmutableArray<Diagnostic> Diagnostics => Result.Diagnostics;

    public static GeneratorRun Over(string source, LanguageVersion version = LanguageVersion.Latest) => Over(Source.Compile(source, version));

    public static GeneratorRun Over(CSharpCompilation compilation)
    {
        var options = (CSharpParseOptions)compilation.SyntaxTrees[0].Options;
        var first = CreateDriver(options).RunGeneratorsAndUpdateCompilation(compilation, out var output, out _);
        var result = Assert.Single(first.GetRunResult().Results);
        Assert.True(result.Exception is null, result.Exception?.ToString());

        var edit = CSharpSyntaxTree.ParseText("internal static class Unrelated { }", options, "Unrelated.cs");
        var second = first.RunGenerators(compilation.AddSyntaxTrees(edit));
        AssertCached(result, Assert.Single(second.GetRunResult().Results));
        return new GeneratorRun((CSharpCompilation)output, first, result);
    }

    private static CSharpGeneratorDriver CreateDriver(CSharpParseOptions options) => CSharpGeneratorDriver.Create(
        [new PqIndexGenerator().AsSourceGenerator()],
        parseOptions: options,
        driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));

    private static void AssertCached(GeneratorRunResult first, GeneratorRunResult second)
    {
        foreach (var name in TrackingNames.All.Where(first.TrackedSteps.ContainsKey))
        {
            var before = first.TrackedSteps[name];
            var after = second.TrackedSteps[name];
            Assert.Equal(before.Length, after.Length);
            for (var i = 0; i < before.Length; i++)
            {
                Assert.Equal(before[i].Outputs.Select(static output => output.Value), after[i].Outputs.Select(static output => output.Value));
                Assert.All(after[i].Outputs, output => Assert.True(IsFromCache(output.Reason), $"{name} was {output.Reason}."));
                Assert.All(
                    before[i].Outputs,
                    output => ObjectGraph.AssertHoldsValuesOnly(
                        output.Value, name, mayHoldDiagnostics: name is TrackingNames.Parse or TrackingNames.Diagnostics));
            }
        }

        // What is emitted is not emitted again.
        Assert.All(second.TrackedOutputSteps.SelectMany(static step => step.Value).SelectMany(static step => step.Outputs),
            static output => Assert.Equal(IncrementalStepRunReason.Cached, output.Reason));
    }

    private static bool IsFromCache(IncrementalStepRunReason reason) =>
        reason is IncrementalStepRunReason.Cached or IncrementalStepRunReason.Unchanged;
}
