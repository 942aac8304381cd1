using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using PqGen.Generator.Parsing;
using PqGen.Generator.Tests.Helpers;

namespace PqGen.Generator.Tests;

/// <summary>Each diagnostic where it must be reported, at its place and with the nearest valid values, and where it must not.</summary>
public class DiagnosticTests
{
    private const string IvfPq = "[IvfPqIndex(Dimension = 8, M = 2)]";

    [Theory]
    [InlineData($"{IvfPq} public class Words;", "Words")]
    [InlineData($"public class Outer {{ {IvfPq} public partial class Words; }}", "Outer")]
    [InlineData($"public interface IOuter {{ {IvfPq} public partial class Words; }}", "IOuter")]
    [InlineData($"public partial class Outer {{ public record struct Inner {{ {IvfPq} public partial class Words; }} }}", "Inner")]
    public void PQG001_a_class_that_is_not_partial(string source, string name) =>
        AssertOne(source, "PQG001", at: name, $"'{name}' must be declared partial, so that the generator can write its other part");

    [Fact]
    public void PQG001_names_every_type_that_is_not_partial() =>
        AssertAll($"class Outer {{ struct Inner {{ {IvfPq} class Words; }} }}", ("PQG001", "Outer"), ("PQG001", "Inner"), ("PQG001", "Words"));

    [Theory]
    [InlineData($"public class Base; {IvfPq} public partial class Words : Base;")]
    [InlineData($"public class Base; {IvfPq} public partial class Words; public partial class Words : Base;")]
    public void PQG002_a_base_class(string source) =>
        AssertOne(
            source, "PQG002", at: "Words", "'Words' derives from 'Base', but the generator gives an index class its base class; interfaces are fine");

    [Theory]
    [InlineData("Dimension = 100, M = 24", "20 or 25", "96 or 120")]
    [InlineData("Dimension = 100, M = 99", "50 or 100", "99 or 198")]
    [InlineData("Dimension = 97, M = 2", "1 or 97", "96 or 98")]
    [InlineData("Dimension = 4093, M = 200", "1", "4000")]
    [InlineData("Dimension = 300, M = 200", "150", "200 or 400")]
    public void PQG003_a_dimension_that_M_does_not_divide(string sizes, string nearestM, string nearestDimension)
    {
        var m = sizes[(sizes.IndexOf(',', StringComparison.Ordinal) + 2)..];
        var dimension = sizes[..sizes.IndexOf(',', StringComparison.Ordinal)];
        AssertOne(
            $"[PqIndex({sizes})] public partial class Words;",
            "PQG003",
            at: m,
            $"{dimension} is not divisible by {m}; for this Dimension the nearest M: {nearestM}; for this M the nearest Dimension: {nearestDimension}");
    }

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
    [InlineData("[FlatIndex(Dimension = 8)] [PqIndex(Dimension = 8, M = 2)] public partial class Words;")]
    [InlineData("[FlatIndex(Dimension = 8), PqIndex(Dimension = 8, M = 2)] public partial class Words;")]
    [InlineData("[FlatIndex(Dimension = 8)] public partial class Words; [PqIndex(Dimension = 8, M = 2)] partial class Words;")]
    public void PQG007_two_index_attributes(string source) => AssertOne(
        source,
        "PQG007",
        at: "PqIndex(Dimension = 8, M = 2)",
        "'Words' already declares an index by [FlatIndex]; remove one of the two attributes");

    [Fact]
    public void PQG007_says_once_what_is_wrong_with_the_class() => AssertAll(
        "[FlatIndex(Dimension = 8)] [IvfFlatIndex(Dimension = 0)] public class Words;",
        ("PQG001", "Words"),
        ("PQG005", "Dimension = 0"),
        ("PQG007", "IvfFlatIndex(Dimension = 0)"));

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
    [InlineData($"{IvfPq} public partial class Words<T>;", "Words")]
    [InlineData($"public partial class Outer<T> {{ {IvfPq} public partial class Words; }}", "Outer")]
    public void PQG009_a_generic_class(string source, string name) => AssertOne(
        source,
        "PQG009",
        at: name,
        $"'{name}' has type parameters; neither an index class nor a type around it can be generic");

    [Theory]
    [InlineData("public static partial class Words;", "a static class has no instances")]
    [InlineData("public abstract partial class Words;", "the generated factories cannot construct an abstract class")]
    [InlineData("public partial record Words;", "a record cannot derive from the base class of an index, which is no record")]
    [InlineData("public partial record class Words;", "a record cannot derive from the base class of an index, which is no record")]
    [InlineData("file partial class Words;", "its generated part stands in another file, which cannot name a file-local type")]
    [InlineData("public partial class Words(int a) { public int A => a; }", "its generated constructor cannot call a primary constructor")]
    [InlineData("public partial class Words { public required int A { get; set; } }", "the generated factories cannot set a required member")]
    public void PQG010_a_class_that_cannot_be_an_index(string declaration, string reason) =>
        AssertOne($"{IvfPq} {declaration}", "PQG010", at: "Words", $"'Words' cannot be an index: {reason}");

    [Fact]
    public void PQG010_a_class_in_a_file_local_type() => AssertOne(
        $"file partial class Outer {{ {IvfPq} public partial class Words; }}",
        "PQG010",
        at: "Words",
        "'Words' cannot be an index: its generated part stands in another file, which cannot name a file-local type");

    [Theory]
    [InlineData("FlatIndex(Dimension = 8)", "public Words() { }", "Words()")]
    [InlineData("IvfFlatIndex(Dimension = 8)", "private Words(PqGen.Indexes.IndexEngine engine) : base(engine) { }", "Words(PqGen.Indexes.IndexEngine)")]
    [InlineData("IvfFlatIndex(Dimension = 8)", "public static Words FromCentroids(System.ReadOnlySpan<float> a) => null!;", "FromCentroids(System.ReadOnlySpan<float>)")]
    [InlineData("PqIndex(Dimension = 8, M = 2)", "public static Words Train(System.ReadOnlySpan<float> a, TrainingOptions b) => null!;", "Train(System.ReadOnlySpan<float>, PqGen.TrainingOptions)")]
    [InlineData("IvfPqIndex(Dimension = 8, M = 2)", "public struct Kernels;", "Kernels")]
    public void PQG011_a_name_that_is_taken(string attribute, string member, string shown) => AssertOne(
        $"[{attribute}] public partial class Words {{ {member} }}",
        "PQG011",
        at: member,
        $"The generator writes '{shown}' into 'Words', where that name is taken; rename yours");

    [Fact]
    public void PQG011_a_field_by_the_name_of_a_factory() => AssertOne(
        $"{IvfPq} public partial class Words {{ public int Train; }}",
        "PQG011",
        at: "Train",
        "The generator writes 'Train(System.ReadOnlySpan<float>, PqGen.TrainingOptions)' into 'Words', where that name is taken; rename yours");

    [Theory]
    [InlineData("Kernels")]
    [InlineData("Train")]
    public void PQG011_a_class_by_the_name_of_its_member(string name) => AssertOne(
        $"{IvfPq} public partial class {name};",
        "PQG011",
        at: name,
        $"The generator writes '{name}' into '{name}', where that name is taken; rename yours");

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

    private static void AssertOne(string source, string id, string at, string message)
    {
        var diagnostic = Assert.Single(Report(source));
        Assert.Equal(id, diagnostic.Id);
        Assert.Equal(message, diagnostic.GetMessage(System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(at, TextAt(source, diagnostic));
        Assert.Equal(DiagnosticSeverity.Error, diagnostic.Severity);
    }

    private static void AssertAll(string source, params (string Id, string At)[] expected) =>
        Assert.Equal(expected, Report(source).Select(diagnostic => (diagnostic.Id, TextAt(source, diagnostic))));

    /// <summary>What the generator reports; wherever it reports anything, it emits nothing.</summary>
    private static IEnumerable<Diagnostic> Report(string source)
    {
        var run = GeneratorRun.Over(WithUsing(source));
        Assert.Empty(run.Result.GeneratedSources);
        return run.Diagnostics
            .OrderBy(static diagnostic => diagnostic.Id, StringComparer.Ordinal)
            .ThenBy(static diagnostic => diagnostic.Location.SourceSpan.Start);
    }

    private static string WithUsing(string source) => $"using PqGen;\n{source}";

    private static string TextAt(string source, Diagnostic diagnostic)
    {
        Assert.Equal("User.cs", diagnostic.Location.GetLineSpan().Path);
        Assert.Equal(1, diagnostic.Location.GetLineSpan().StartLinePosition.Line);
        var span = diagnostic.Location.SourceSpan;
        return WithUsing(source).Substring(span.Start, span.Length);
    }
}
