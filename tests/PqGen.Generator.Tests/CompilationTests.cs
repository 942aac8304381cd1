using PqGen.Generator.Parsing;
using PqGen.Generator.Tests.Helpers;

namespace PqGen.Generator.Tests;

/// <summary>What is generated compiles without a warning wherever a class can stand, and the index that it makes finds its neighbours.</summary>
public class CompilationTests
{
    /// <summary>Attributes of all kinds and of the shapes where emitters change their mind.</summary>
    public static TheoryData<string> Attributes =>
    [
        "FlatIndex(Dimension = 1)",
        "FlatIndex(Dimension = 35)",
        "FlatIndex(Dimension = 960)",
        "FlatIndex(Dimension = 4096)",
        "IvfFlatIndex(Dimension = 1)",
        "IvfFlatIndex(Dimension = 100)",
        "IvfFlatIndex(Dimension = 4096)",
        "PqIndex(Dimension = 1, M = 1, Ksub = 2)",
        "PqIndex(Dimension = 9, M = 3, Ksub = 16)",
        "PqIndex(Dimension = 9, M = 3, Ksub = 17)",
        "PqIndex(Dimension = 512, M = 256, Ksub = 16)",
        "PqIndex(Dimension = 256, M = 256)",
        "PqIndex(Dimension = 4096, M = 1)",
        "IvfPqIndex(Dimension = 96, M = 8, Ksub = 64)",
        "IvfPqIndex(Dimension = 96, M = 12, Ksub = 100)",
        "IvfPqIndex(Dimension = 100, M = 20)",
        "IvfPqIndex(Dimension = 4096, M = 256)",
    ];

    [Theory]
    [MemberData(nameof(Attributes))]
    public void Every_shape_compiles_without_a_warning(string attribute) => CompiledUser.AssertCompiles($$"""
        /// <summary>Documented.</summary>
        [PqGen.{{attribute}}]
        public partial class Words;
        """);

    [Theory]
    [InlineData("[FlatIndex(Dimension = 8)] partial class Words;")]
    [InlineData("namespace My.@namespace.Words { [FlatIndex(Dimension = 8)] internal sealed partial class @class; }")]
    [InlineData("namespace Words { [FlatIndex(Dimension = 8)] partial class Words; }")]
    [InlineData("static partial class Outer { partial struct @struct { [FlatIndex(Dimension = 8)] private partial class Words; } }")]
    [InlineData("readonly partial struct Outer { [FlatIndex(Dimension = 8)] internal partial class Words; }")]
    [InlineData("ref partial struct Outer { [FlatIndex(Dimension = 8)] internal partial class Words; }")]
    [InlineData("abstract partial class Outer { [FlatIndex(Dimension = 8)] private protected partial class Words; }")]
    [InlineData("partial interface IOuter { [FlatIndex(Dimension = 8)] protected internal partial class Words; }")]
    [InlineData("partial record Outer(int A) { [FlatIndex(Dimension = 8)] protected partial class Words; }")]
    [InlineData("partial record class Outer { [FlatIndex(Dimension = 8)] protected partial class Words; }")]
    [InlineData("readonly partial record struct Outer(int A) { [FlatIndex(Dimension = 8)] internal partial class Words; }")]
    [InlineData("partial class @record { [FlatIndex(Dimension = 8)] internal partial class @partial; }")]
    [InlineData("[FlatIndex(Dimension = 8)] partial class \\u0041rt; [PqIndex(Dimension = 8, M = 2)] partial class Ärger;")]
    [InlineData("#nullable disable\n[FlatIndex(Dimension = 8)] partial class Words;")]
    [InlineData("[IvfPqIndex(Dimension = 8, M = 2)] partial class A; [PqIndex(Dimension = 8, M = 2)] partial class B; namespace A1 { "
        + "[FlatIndex(Dimension = 8)] partial class A; }")]
    [InlineData("[My(Dimension = 8, M = 2)] partial class Words;", "using My = PqGen.IvfPqIndexAttribute;")]
    [InlineData("[FlatIndex(Dimension = 8)] partial class Words : System.ICloneable { public object Clone() => this; }")]
    [InlineData("[IvfPqIndex(Dimension = 8, M = 2)] partial class Words { public Words() : this(Words.Train(new float[8]), 1) { } private "
        + "Words(Words other, int a) : base(null!) { _ = (other, a); } }")]
    [InlineData("namespace Mine { class Vector512; class Unsafe; namespace Deeper { class System; class PqGen; [global::PqGen.IvfPqIndex(Dimension "
        + "= 8, M = 2)] partial class Words; } }")]
    public void A_class_may_stand_anywhere(string declaration, string directive = "using PqGen;") =>
        CompiledUser.AssertCompiles($"{directive}\n{declaration}");

    [Theory]
    [InlineData("FlatIndex(Dimension = 35)")]
    [InlineData("IvfFlatIndex(Dimension = 100)")]
    [InlineData("PqIndex(Dimension = 9, M = 3, Ksub = 16)")]
    [InlineData("PqIndex(Dimension = 256, M = 256)")]
    [InlineData("IvfPqIndex(Dimension = 100, M = 20)")]
    public void The_oldest_language_version_compiles_it_too(string attribute) => CompiledUser.AssertCompiles(
        $$"""
        /// <summary>Documented.</summary>
        [PqGen.{{attribute}}]
        public partial class Words
        {
        }
        """,
        ClassRules.OldestLanguageVersion);

    [Fact]
    public void Output_is_the_same_under_any_culture()
    {
        const string source = "[PqGen.IvfPqIndex(Dimension = 4096, M = 32)] public partial class Words;";
        static string Text() => string.Join("\n", GeneratorRun.Over(source).Result.GeneratedSources.Select(static file => file.SourceText));
        Assert.Equal(Text(), CompiledUser.UnderHostileCulture(Text));
        Assert.DoesNotContain('\r', Text());
    }

    [Theory]
    [InlineData("FlatIndex(Dimension = 24)", "new Words()", 1.0)]
    [InlineData("IvfFlatIndex(Dimension = 24)", "Words.Train(vectors, new TrainingOptions { NList = 8 })", 0.99)]
    [InlineData("PqIndex(Dimension = 24, M = 12, Ksub = 64)", "Words.Train(vectors)", 0.99)]
    [InlineData("PqIndex(Dimension = 24, M = 24, Ksub = 16)", "Words.Train(vectors)", 0.99)]
    [InlineData("IvfPqIndex(Dimension = 24, M = 12, Ksub = 64)", "Words.Train(vectors, new TrainingOptions { NList = 8 })", 0.99)]
    [InlineData("IvfPqIndex(Dimension = 24, M = 24, Ksub = 15)", "Words.Train(vectors, new TrainingOptions { NList = 8 })", 0.99)]
    public void A_generated_index_finds_its_neighbours(string attribute, string create, double recall)
    {
        // Every vector searches for itself among 2,000, overflow checks on: kernels must not rely on them being off.
        var found = CompiledUser.Run<double>(
            $$"""
            using System;
            using PqGen;

            [{{attribute}}]
            internal partial class Words;

            internal static class Program
            {
                public static double Run()
                {
                    var random = new Random(1);
                    var vectors = new float[2000 * 24];
                    for (var i = 0; i < vectors.Length; i++)
                    {
                        vectors[i] = (float)(random.NextDouble() * 20 - 10);
                    }

                    using var index = {{create}};
                    index.Add(vectors);
                    var hits = 0;
                    Span<Neighbor> nearest = stackalloc Neighbor[10];
                    for (var i = 0; i < 2000; i++)
                    {
                        var count = index.Search(vectors.AsSpan(i * 24, 24), nearest, new SearchOptions { NProbe = 1 });
                        hits += count == 10 && nearest[0].Id == i ? 1 : 0;
                    }

                    return hits / 2000.0;
                }
            }
            """,
            checkOverflow: true);
        Assert.InRange(found, recall, 1);
    }
}
