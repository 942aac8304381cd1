using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using PqGen.Generator.Parsing;
using PqGen.Generator.Tests.Helpers;
using static PqGen.Generator.Tests.Helpers.Reported;

namespace PqGen.Generator.Tests;

/// <summary>Diagnostics of sizes, metrics and the language: each at its place with the nearest valid values, and none where all is well.</summary>
public class DiagnosticTests
{
    private const string IvfPq = "[IvfPqIndex(Dimension = 8, M = 2)]";

    [Theory]
    [InlineData("Dimension = 100, M = 24", "20 or 25", "96 or 120", 120)]
    [InlineData("Dimension = 100, M = 99", "50 or 100", "99 or 198", 198)]
    [InlineData("Dimension = 97, M = 2", "1 or 97", "96 or 98", 98)]
    [InlineData("Dimension = 4093, M = 200", "1", "4000", 0)]
    [InlineData("Dimension = 300, M = 200", "150", "200 or 400", 400)]
    public void PQG003_a_dimension_that_M_does_not_divide(string sizes, string nearestM, string nearestDimension, int padded)
    {
        var m = sizes[(sizes.IndexOf(',', StringComparison.Ordinal) + 2)..];
        var dimension = sizes[..sizes.IndexOf(',', StringComparison.Ordinal)];
        AssertOne(
            $"[PqIndex({sizes})] public partial class Words;",
            "PQG003",
            at: m,
            $"{dimension} is not divisible by {m}; for this Dimension the nearest M: {nearestM}; for this M the nearest Dimension: {nearestDimension}"
            + (padded == 0 ? "" : $"; or let the index add zeros to vectors of {dimension["Dimension = ".Length..]} components: "
                + $"InputDimension = {dimension["Dimension = ".Length..]}, Dimension = {padded}"));
    }

    [Theory]
    [InlineData("0", 1)]
    [InlineData("-1", 1)]
    [InlineData("4097", 4096)]
    public void PQG014_an_input_dimension_out_of_range(string input, int nearest) => AssertOne(
        $"[PqIndex(InputDimension = {input}, Dimension = 8, M = 2)] public partial class Words;",
        "PQG014",
        at: $"InputDimension = {input}",
        $"InputDimension = {input} is outside 1 to 4096; the nearest value is {nearest}");

    [Theory]
    [InlineData("1", 2)]
    [InlineData("0", 2)]
    [InlineData("-5", 2)]
    [InlineData("257", 256)]
    [InlineData("65536", 256)]
    public void PQG004_a_Ksub_out_of_range(string ksub, int nearest) => AssertOne(
        $"[PqIndex(Dimension = 8, M = 2, Ksub = {ksub})] public partial class Words;",
        "PQG004",
        at: $"Ksub = {ksub}",
        $"Ksub = {ksub} is outside 2 to 256; the nearest value is {nearest}");

    [Theory]
    [InlineData("0", 1)]
    [InlineData("-1", 1)]
    [InlineData("4097", 4096)]
    [InlineData("int.MaxValue", 4096)]
    public void PQG005_a_dimension_out_of_range(string dimension, int nearest)
    {
        var value = dimension == "int.MaxValue" ? "2147483647" : dimension;
        AssertOne(
            $"[FlatIndex(Dimension = {dimension})] public partial class Words;",
            "PQG005",
            at: $"Dimension = {dimension}",
            $"Dimension = {value} is out of range; a vector has 1 to 4096 components; the nearest value is {nearest}");
    }

    [Fact]
    public void PQG005_no_dimension() => AssertOne(
        "[IvfFlatIndex] public partial class Words;",
        "PQG005",
        at: "IvfFlatIndex",
        "Dimension is missing; a vector has 1 to 4096 components");

    [Theory]
    [InlineData("Dimension = 100, M = 0", "1")]
    [InlineData("Dimension = 100, M = -3", "1")]
    [InlineData("Dimension = 100, M = 101", "100")]
    [InlineData("Dimension = 1000, M = 257", "250")]
    public void PQG006_an_M_out_of_range(string sizes, string nearest)
    {
        var m = sizes[(sizes.IndexOf(',', StringComparison.Ordinal) + 2)..];
        AssertOne(
            $"[PqIndex({sizes})] public partial class Words;",
            "PQG006",
            at: m,
            $"{m} is out of range; M is 1 to 256 and at most Dimension; the nearest value is {nearest}");
    }

    [Fact]
    public void PQG006_no_M() => AssertOne(
        "[IvfPqIndex(Dimension = 100)] public partial class Words;",
        "PQG006",
        at: "IvfPqIndex(Dimension = 100)",
        "M is missing; M is 1 to 256 and at most Dimension; the values that fit Dimension = 100: 1, 2, 4, 5, 10, 20, 25, 50, 100");

    [Theory]
    [InlineData("(Metric)3", "3")]
    [InlineData("(Metric)(-1)", "-1")]
    [InlineData("Metric.InnerProduct | Metric.Cosine", "3")]
    public void PQG008_a_metric_that_there_is_not(string metric, string shown) => AssertOne(
        $"[FlatIndex(Dimension = 8, Metric = {metric})] public partial class Words;",
        "PQG008",
        at: $"Metric = {metric}",
        $"Metric = {shown} is no metric; there are Metric.SquaredL2, Metric.InnerProduct and Metric.Cosine");

    [Theory]
    [InlineData(LanguageVersion.CSharp10, "10.0")]
    [InlineData(LanguageVersion.CSharp9, "9.0")]
    [InlineData(LanguageVersion.CSharp8, "8.0")]
    public void PQG013_a_language_version_below_the_oldest(LanguageVersion version, string shown)
    {
        var run = GeneratorRun.Over($"using PqGen; {IvfPq} internal partial class Words {{ }}", version);
        var diagnostic = Assert.Single(run.Diagnostics);
        Assert.Equal("PQG013", diagnostic.Id);
        Assert.Equal(
            $"'Words' needs C# {ClassRules.OldestLanguageVersion.ToDisplayString()}, which its generated part is written in, "
            + $"but is compiled as C# {shown}; raise LangVersion, or remove it",
            diagnostic.GetMessage(System.Globalization.CultureInfo.InvariantCulture));
        Assert.Empty(run.Result.GeneratedSources);
        Assert.Empty(run.Output.GetDiagnostics());
    }

    [Fact]
    public void PQG013_is_reported_once_for_each_declaration() => Assert.Equal(
        ["PQG013", "PQG013"],
        GeneratorRun.Over(
            "[PqGen.FlatIndex(Dimension = 1)] partial class A { } partial class A { } [PqGen.FlatIndex(Dimension = 1)] partial class B { }",
            LanguageVersion.CSharp8).Diagnostics.Select(static diagnostic => diagnostic.Id));

    [Fact]
    public void All_that_is_wrong_is_reported_at_once() => AssertAll(
        "public class Base; [IvfPqIndex(Dimension = 100, M = 24, Ksub = 512, Metric = (Metric)3)] public class Words<T> : Base;",
        ("PQG001", "Words"),
        ("PQG002", "Words"),
        ("PQG003", "M = 24"),
        ("PQG004", "Ksub = 512"),
        ("PQG008", "Metric = (Metric)3"),
        ("PQG009", "Words"));

    [Theory]
    [InlineData("[PqIndex(Dimension = 0, M = 0, Ksub = 0)] public partial class Words;", "PQG004 PQG005 PQG006")]
    [InlineData("[PqIndex] public partial class Words;", "PQG005 PQG006")]
    public void Several_sizes_are_wrong(string source, string ids) =>
        Assert.Equal(ids, string.Join(' ', Report(source).Select(static diagnostic => diagnostic.Id)));

    [Theory]
    [InlineData($"{IvfPq} public partial class Words;")]
    [InlineData($"{IvfPq} internal sealed partial class Words : System.IComparable {{ public int CompareTo(object? other) => 0; }}")]
    [InlineData($"{IvfPq} partial class Words : IComparable; public partial interface IComparable;")]
    [InlineData($"public static partial class Outer {{ {IvfPq} private partial class Words; }}")]
    [InlineData($"public partial interface IOuter {{ {IvfPq} private protected partial class Words; }}")]
    [InlineData($"{IvfPq} public partial class Words {{ public static Words Open(System.IO.Stream file) => null!; public void Train(int a) {{ }} }}")]
    [InlineData($"{IvfPq} public partial class Words {{ public static Words Train<T>(System.ReadOnlySpan<float> a, TrainingOptions b) => null!; }}")]
    [InlineData("[PqIndex(Dimension = 4096, M = 256, Ksub = 2)] public partial class Words;")]
    [InlineData("[PqIndex(Dimension = 1, M = 1, Ksub = 256)] public partial class Words;")]
    [InlineData("[FlatIndex(Dimension = 1)] public partial class Words;")]
    [InlineData("[IvfFlatIndex(Dimension = 4096, Metric = Metric.SquaredL2)] public partial class Words;")]
    [InlineData("[FlatIndex(Dimension = 1, Metric = Metric.InnerProduct)] public partial class Words;")]
    [InlineData("[IvfFlatIndex(Dimension = 3, Metric = Metric.Cosine)] public partial class Words;")]
    [InlineData("[PqIndex(Dimension = 3, M = 1, Metric = (Metric)2)] public partial class Words;")]
    [InlineData("[IvfPqIndex(Dimension = 3, M = 3, Metric = Metric.InnerProduct)] public partial class Words;")]
    [InlineData("[FlatIndex(Dimension = Sizes.Half * 2)] public partial class Words; static class Sizes { public const int Half = 50; }")]
    [InlineData("[Serializable, FlatIndex(Dimension = 3)] public partial class Words; class SerializableAttribute : System.Attribute;")]
    public void A_good_declaration_has_no_diagnostic(string source)
    {
        var run = GeneratorRun.Over($"using PqGen; {source}");
        Assert.Empty(run.Diagnostics);
        Assert.NotEmpty(run.Result.GeneratedSources);
    }

    [Theory]
    [InlineData("[PqIndex(Dimension = 8, M = \"2\")] public partial class Words;")]
    [InlineData("[PqIndex(Dimension = 8, M = Missing.Size)] public partial class Words;")]
    [InlineData("[PqIndex(Dimension = 8, M = 2, Nlist = 3)] public partial class Words;")]
    [InlineData("[PqIndex(8, 2)] public partial class Words;")]
    [InlineData("[PqIndex(Dimension = 8, M = 2)] public partial struct Words;")]
    [InlineData("[PqIndex(Dimension = )] public partial class Words;")]
    [InlineData("public partial class Words { [PqIndex(Dimension = 8, M = 2)] public int A; }")]
    public void What_the_compiler_rejects_is_left_to_it(string source)
    {
        var run = GeneratorRun.Over($"using PqGen; {source}");
        Assert.Empty(run.Diagnostics);
        Assert.Empty(run.Result.GeneratedSources);
        Assert.Contains(run.Output.GetDiagnostics(), static diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);
    }

    [Fact]
    public void An_attribute_of_the_same_name_elsewhere_is_none_of_ours()
    {
        var run = GeneratorRun.Over("[PqIndex] class Words; class PqIndexAttribute : System.Attribute;");
        Assert.Empty(run.Diagnostics);
        Assert.Empty(run.Result.GeneratedSources);
    }
}
