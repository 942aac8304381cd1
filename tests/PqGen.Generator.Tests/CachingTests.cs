using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using PqGen.Generator.Helpers;
using PqGen.Generator.Tests.Helpers;

namespace PqGen.Generator.Tests;

/// <summary>
/// What an edit makes the generator do again. That an edit elsewhere makes it do nothing, and that no step holds a symbol, is asserted
/// in every run of every test (<see cref="GeneratorRun"/>).
/// </summary>
public class CachingTests
{
    private const string TwoIndexes = """
        using PqGen;

        [IvfPqIndex(Dimension = 8, M = 2)]
        public partial class First;

        [IvfPqIndex(Dimension = 6, M = 3)]
        public partial class Second;
        """;

    [Fact]
    public void Every_step_has_one_output_for_each_class()
    {
        var steps = GeneratorRun.Over(TwoIndexes).Result.TrackedSteps;
        Assert.Equal(2, steps[TrackingNames.Parse].Sum(static step => step.Outputs.Length));
        Assert.Equal(2, steps[TrackingNames.Output].Sum(static step => step.Outputs.Length));
        Assert.DoesNotContain(TrackingNames.Diagnostics, steps.Keys);
    }

    [Fact]
    public void An_edited_size_emits_its_class_alone()
    {
        var reasons = Edit(TwoIndexes, "M = 3", "M = 2");
        Assert.Equal(
            [("First", IncrementalStepRunReason.Cached), ("Second", IncrementalStepRunReason.Modified)],
            reasons.Distinct());
    }

    [Theory]
    [InlineData("using PqGen;", "using PqGen; // a comment\n\n")]
    [InlineData("M = 3", "M = 1 + 2")]
    [InlineData("public partial class First;", "public sealed partial class First { public int Words => 3; }")]
    public void An_edit_that_changes_no_size_emits_nothing(string text, string replacement) =>
        Assert.All(Edit(TwoIndexes, text, replacement), static file => Assert.Equal(IncrementalStepRunReason.Cached, file.Reason));

    [Fact]
    public void A_declaration_put_right_is_emitted_and_its_diagnostic_goes()
    {
        var wrong = Source.Compile(TwoIndexes.Replace("M = 3", "M = 4", StringComparison.Ordinal));
        var run = GeneratorRun.Over(wrong);
        Assert.Equal("PQG003", Assert.Single(run.Diagnostics).Id);

        var result = run.Driver.RunGenerators(Replace(wrong, "M = 4", "M = 3")).GetRunResult();
        Assert.Empty(result.Diagnostics);
        Assert.Contains(result.Results.Single().GeneratedSources, static source => source.HintName == "Second.Index.g.cs");
    }

    [Fact]
    public void An_equal_array_is_equal_by_its_items()
    {
        Assert.True(EquatableArrayOf("a", "b").Equals(EquatableArrayOf("a", "b")));
        Assert.False(EquatableArrayOf("a", "b").Equals(EquatableArrayOf("b", "a")));
        Assert.False(EquatableArrayOf("a").Equals(EquatableArrayOf("a", "b")));
        Assert.True(default(EquatableArray<string>).Equals(EquatableArrayOf()));
        Assert.Equal(EquatableArrayOf("a", "b").GetHashCode(), EquatableArrayOf("a", "b").GetHashCode());
    }

    private static EquatableArray<string> EquatableArrayOf(params string[] items) =>
        items.ToEquatableArray();

    /// <summary>For each output of the run after an edit: the class it is of, and why it was produced.</summary>
    private static IEnumerable<(string Class, IncrementalStepRunReason Reason)> Edit(string source, string text, string replacement)
    {
        var compilation = Source.Compile(source);
        var run = GeneratorRun.Over(compilation);
        var result = run.Driver.RunGenerators(Replace(compilation, text, replacement)).GetRunResult().Results.Single();
        var specs = result.TrackedSteps[TrackingNames.Output].SelectMany(static step => step.Outputs);
        var reasons = specs.Select(static output => (((Spec.IndexSpec)output.Value).Name, output.Reason)).ToArray();
        Assert.NotEmpty(reasons);

        // The specification decides alone: what is unchanged there is cached in the output.
        var emitted = result.TrackedOutputSteps.SelectMany(static step => step.Value).SelectMany(static step => step.Outputs).ToArray();
        Assert.Equal(
            reasons.Count(static spec => spec.Reason == IncrementalStepRunReason.Modified),
            emitted.Count(static output => output.Reason != IncrementalStepRunReason.Cached));
        return reasons.Select(static spec =>
            (spec.Name, spec.Reason == IncrementalStepRunReason.Unchanged ? IncrementalStepRunReason.Cached : spec.Reason));
    }

    private static CSharpCompilation Replace(CSharpCompilation compilation, string text, string replacement)
    {
        var tree = compilation.SyntaxTrees[0];
        var edited = CSharpSyntaxTree.ParseText(
            tree.ToString().Replace(
                text, replacement, StringComparison.Ordinal), (CSharpParseOptions)tree.Options, tree.FilePath, System.Text.Encoding.UTF8);
        return compilation.ReplaceSyntaxTree(tree, edited);
    }
}
