using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using PqGen.Generator.Emit;
using PqGen.Generator.Spec;
using PqGen.Generator.Tests.Helpers;

namespace PqGen.Generator.Tests.Snapshots;

/// <summary>What holds of all emitted text: how long it is, how wide, and that its names mean what they should wherever it stands.</summary>
public class EmittedTextTests
{
    /// <summary>The widest line.</summary>
    private const int Columns = 150;

    private static readonly KernelSpec s_realSize = new(IndexKind.IvfPq, Dimension: 100, M: 20, Ksub: 256, Metric.SquaredL2);

    [Fact]
    public void An_index_of_a_real_size_takes_at_most_250_000_characters() => Assert.InRange(Length(s_realSize), 100_000, 250_000);

    /// <summary>What else a metric needs is names, for those of its lane sums are longer, and bounds before look-ups where it has no terms.</summary>
    [Fact]
    public void No_metric_takes_much_more_than_another() => Assert.All(
        new[] { Metric.InnerProduct, Metric.Cosine },
        metric => Assert.InRange(Length(s_realSize with { Metric = metric }), 100_000, Length(s_realSize) * 1.06));

    [Theory]
    [InlineData(4, 4, 16)]
    [InlineData(35, 7, 33)]
    [InlineData(100, 20, 256)]
    [InlineData(254, 127, 15)]
    [InlineData(2048, 1, 128)]
    [InlineData(4096, 256, 256)]
    public void No_kernel_has_a_line_that_is_wider_than_150_columns(int dimension, int m, int ksub)
    {
        var spec = new KernelSpec(IndexKind.IvfPq, dimension, m, ksub, Metric.SquaredL2);
        var lines = IndexFiles.Write(Spec(spec)).Concat(IndexFiles.Write(Spec(spec with { Metric = Metric.InnerProduct })))
            .Where(static file => file.HintName.Contains(".Kernels.", StringComparison.Ordinal))
            .SelectMany(static file => file.Text.Split('\n'));
        Assert.DoesNotContain(lines, static line => line.Length > Columns);
    }

    [Fact]
    public void No_name_of_the_users_stands_for_another_in_the_kernels()
    {
        const string source =
            """
            global using Unsafe = System.String;
            global using LaneReduction = System.String;

            internal static class Vector512;
            internal static class PqGenerated;

            namespace Hostile.System
            {
                internal static class Span;
            }

            namespace Hostile.PqGen.Kernels
            {
                internal static class InstructionSets;
            }

            namespace Hostile
            {
                internal static class Vector256;
                internal sealed class MethodImplAttribute : global::System.Attribute;

                internal class Base
                {
                    protected const int SquaredDifference = 1;

                    public static class ScanLanes512;
                    public static class IIvfPqKernels;
                    public static class KernelPath;
                    public static class Generated;
                }

                internal partial class Outer : Base
                {
                    public partial class Words
                    {
                        private const string InstructionSets = "", TableBytes = "", ScanKernels = "";

                        private static string Fused => InstructionSets + TableBytes + ScanKernels;

                        private static class Vector128;
                        private static class MethodImpl;
                        private static class TableScale;
                        private static class System;
                        private static class PqGen;
                        private static class Int32;
                    }
                }
            }
            """;
        var spec = Spec(s_realSize) with
        {
            Namespace = "Hostile", ContainingTypes = new([new("class", "Outer")]), HintName = "Hostile.Outer.Words",
        };
        var compilation = Source.Compile(source);
        var options = (CSharpParseOptions)compilation.SyntaxTrees.First().Options;
        var trees = IndexFiles.Write(spec).Select(file => CSharpSyntaxTree.ParseText(file.Text, options, file.HintName));
        Assert.Empty(compilation.AddSyntaxTrees(trees).GetDiagnostics()
            .Where(static diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning)
            .Select(static diagnostic => diagnostic.ToString()));
    }

    [Theory]
    [InlineData("Words", "PqGen.Generated.WordsKernels")]
    [InlineData("A_B.C", "PqGen.Generated.A_5FB_CKernels")]
    [InlineData("A.B_C", "PqGen.Generated.A_B_5FCKernels")]
    [InlineData("class", "PqGen.Generated.classKernels")]
    [InlineData("A.Words-8ea02933", "PqGen.Generated.A_Words_2D8ea02933Kernels")]
    public void Every_class_has_a_namespace_of_kernels(string hintName, string expected) =>
        Assert.Equal(expected, FileFrame.KernelNamespace(Spec(s_realSize) with { HintName = hintName }));

    private static int Length(KernelSpec spec) => IndexFiles.Write(Spec(spec)).Sum(static file => file.Text.Length);

    private static IndexSpec Spec(KernelSpec kernels) => new("Some", new([]), "Words", "Some.Words", kernels);
}
