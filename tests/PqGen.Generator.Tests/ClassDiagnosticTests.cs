using static PqGen.Generator.Tests.Helpers.Reported;

namespace PqGen.Generator.Tests;

/// <summary>Diagnostics of the class that is declared: reported at its place.</summary>
public class ClassDiagnosticTests
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
    [InlineData(
        "IvfFlatIndex(Dimension = 8)",
        "private Words(PqGen.Indexes.IndexEngine engine) : base(engine) { }",
        "Words(PqGen.Indexes.IndexEngine)")]
    [InlineData(
        "IvfFlatIndex(Dimension = 8)",
        "public static Words FromCentroids(System.ReadOnlySpan<float> a) => null!;",
        "FromCentroids(System.ReadOnlySpan<float>)")]
    [InlineData(
        "PqIndex(Dimension = 8, M = 2)",
        "public static Words Train(System.ReadOnlySpan<float> a, TrainingOptions b) => null!;",
        "Train(System.ReadOnlySpan<float>, PqGen.TrainingOptions)")]
    [InlineData("IvfPqIndex(Dimension = 8, M = 2)", "public struct Kernels;", "Kernels")]
    [InlineData(
        "IvfFlatIndex(Dimension = 8)",
        "public static void Train(System.Collections.Generic.IEnumerable<float[]> a, TrainingOptions b) { }",
        "Train(System.Collections.Generic.IEnumerable<float[]>, PqGen.TrainingOptions)")]
    [InlineData(
        "PqIndex(Dimension = 8, M = 2)",
        "public static void TrainAsync(System.Collections.Generic.IAsyncEnumerable<System.ReadOnlyMemory<float>> a, TrainingOptions b) { }",
        "TrainAsync(System.Collections.Generic.IAsyncEnumerable<System.ReadOnlyMemory<float>>, PqGen.TrainingOptions)")]
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
    [InlineData("Open")]
    [InlineData("Train")]
    public void PQG011_a_class_by_the_name_of_its_member(string name) => AssertOne(
        $"{IvfPq} public partial class {name};",
        "PQG011",
        at: name,
        $"The generator writes '{name}' into '{name}', where that name is taken; rename yours");
}
