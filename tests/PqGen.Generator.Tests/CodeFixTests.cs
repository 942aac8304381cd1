using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Testing;
using PqGen.CodeFixes;
using PqGen.Generator.Tests.Helpers;

namespace PqGen.Generator.Tests;

/// <summary>What each fix offers for the generator's diagnostics and what it writes; afterwards the declaration is generated and compiles.</summary>
public class CodeFixTests
{
    private const string Flat = "PqGen.FlatIndex(Dimension = 3)";

    [Theory]
    [InlineData("[A]\npublic class {|PQG001:Words|};", "[A]\npublic partial class Words;")]
    [InlineData("// a comment\n[A] class {|PQG001:Words|};", "// a comment\n[A] partial class Words;")]
    [InlineData("// a comment\nclass {|PQG001:Outer|} { [A] partial class Words; }",
        "// a comment\npartial class Outer { [A] partial class Words; }")]
    [InlineData("readonly record struct {|PQG001:Outer|} { [A] internal partial class Words; }",
        "readonly partial record struct Outer { [A] internal partial class Words; }")]
    [InlineData("interface {|PQG001:IOuter|} { class {|PQG001:Inner|} { [A] class {|PQG001:Words|}; } }",
        "partial interface IOuter { partial class Inner { [A] partial class Words; } }")]
    [InlineData("[A] class {|PQG001:A|};\n[A] sealed class {|PQG001:B|};", "[A] partial class A;\n[A] sealed partial class B;")]
    public Task Makes_every_class_partial(string source, string expected)
    {
        var types = source.Split("PQG001").Length - 1;
        return Fix<MakePartialCodeFix>(
            source.Replace("[A]", $"[{Flat}]", StringComparison.Ordinal),
            expected.Replace("[A]", $"[{Flat}]", StringComparison.Ordinal),
            "Make partial",
            passes: types);
    }

    [Fact]
    public async Task Makes_classes_partial_in_all_files()
    {
        var test = new FixTest<MakePartialCodeFix>
        {
            NumberOfIncrementalIterations = 2,
            NumberOfFixAllIterations = 1,
            NumberOfFixAllInDocumentIterations = 2,
        };
        test.TestState.Sources.Add($"[{Flat}] class {{|PQG001:A|}};");
        test.TestState.Sources.Add($"[{Flat}] class {{|PQG001:B|}};");
        test.FixedState.Sources.Add($"[{Flat}] partial class A;");
        test.FixedState.Sources.Add($"[{Flat}] partial class B;");
        await test.RunAsync();
    }

    [Theory]
    [InlineData("Dimension = 8, M = 2, {|PQG014:InputDimension = 5000|}", "Set InputDimension to 4096",
        "Dimension = 8, M = 2, InputDimension = 4096")]
    [InlineData("Dimension = 100, {|PQG003:M = 24|}", "Set M to 20", "Dimension = 100, M = 20")]
    [InlineData("Dimension = 100, {|PQG003:M = 24|}", "Set M to 25", "Dimension = 100, M = 25", 1)]
    [InlineData("Dimension = 100, {|PQG006:M = 101|}", "Set M to 100", "Dimension = 100, M = 100")]
    [InlineData("Dimension = 100, {|PQG006:M = /* all */ 5 * 0|}", "Set M to 1", "Dimension = 100, M = /* all */ 1")]
    [InlineData("Dimension = 100, M = 20, {|PQG004:Ksub = 512|}", "Set Ksub to 256", "Dimension = 100, M = 20, Ksub = 256")]
    [InlineData("{|PQG005:Dimension = 5000|}, M = 16", "Set Dimension to 4096", "Dimension = 4096, M = 16")]
    public Task Sets_the_nearest_size(string sizes, string title, string expected, int index = 0) => Fix<NearestSizeCodeFix>(
        $"[PqGen.PqIndex({sizes})] partial class Words;", $"[PqGen.PqIndex({expected})] partial class Words;", title, index);

    [Theory]
    [InlineData("[{|PQG006:PqGen.PqIndex(Dimension = 100)|}] partial class Words;")]
    [InlineData("[{|PQG005:PqGen.FlatIndex|}] partial class Words;")]
    public Task Invents_no_size_that_is_missing(string source) => Fix<NearestSizeCodeFix>(source, source, title: null);

    private static Task Fix<TFix>(string source, string expected, string? title, int index = 0, int passes = 1)
        where TFix : CodeFixProvider, new() => new FixTest<TFix>
        {
            TestCode = source,
            FixedCode = expected,
            CodeActionIndex = title is null ? null : index,
            CodeActionVerifier = (action, verify) => verify.Equal(title, action.Title),
            NumberOfIncrementalIterations = title is null ? 0 : passes,
        }.RunAsync();
}
