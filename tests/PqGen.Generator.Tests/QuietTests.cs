using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using PqGen.Generator.Tests.Helpers;

namespace PqGen.Generator.Tests;

/// <summary>
/// What is generated adds no warning to a compilation, neither in its own files nor in the user's: all that is reported with it is
/// reported without it too.
/// </summary>
public class QuietTests
{
    /// <summary>Declarations that compilers complain about wherever they see them, or about a neighbour of them.</summary>
    public static TheoryData<string> Declarations =>
    [
        "#pragma warning disable CS8981\nnamespace shop { [A] public partial class words; partial class outer { [A] private partial class inner; } }",
        "[A] [System.Obsolete] public partial class Words;",
        "[A] [System.Obsolete(\"Old.\", error: true)] internal partial class Words;",
        "[System.Obsolete(\"Old.\", error: true)] public static partial class Outer { [A] public partial class Words; }",
        "[System.Obsolete] partial struct Outer { [A] [System.Obsolete] internal partial class Words; }",
        "[A] [System.Diagnostics.CodeAnalysis.Experimental(\"MINE01\")] public partial class Words;",
        "[System.Diagnostics.CodeAnalysis.Experimental(\"MINE01\")] public partial class Outer { [A] public partial class Words; }",
        "[A] [System.Runtime.Versioning.SupportedOSPlatform(\"windows\")] public partial class Words;",
        "[A] [System.Diagnostics.CodeAnalysis.RequiresUnreferencedCode(\"Any.\")] [System.Diagnostics.CodeAnalysis.ExcludeFromCodeCoverage] public "
            + "partial class Words;",
        "[A] [System.CodeDom.Compiler.GeneratedCode(\"Any\", \"1\")] [System.ComponentModel.EditorBrowsable] public partial class Words;",
        "internal partial class Outer { private partial class Inner { [A] public partial class Words; [A] private sealed partial class Others; } }",
        "public sealed partial class Outer { [A] public partial class Words; [A] private partial class Others; }",
        "public abstract partial class Outer { [A] protected internal partial class Words; [A] private protected partial class Others; }",
        "file class Any; [A] public partial class Words;",
        "[A] public partial class Words; [A] public partial class Others { }",
        "/// <summary>Documented.</summary>\n[A] public partial class Words;",
        "/// <inheritdoc/>\n[A] public partial class Words;",
        "namespace @class.@namespace.@int { [A] partial class @event; partial struct @struct { [A] partial class @ref; } }",
        "#pragma warning disable CS8981\nnamespace @await.@record { [A] partial class @field; [A] partial class @scoped; [A] partial class @file; "
            + "[A] partial class @required; }",
        "#pragma warning disable CS8981\nnamespace @where.@global { [A] partial class @dynamic; [A] partial class @partial; [A] partial class "
            + "@async; [A] partial class @_; }",
        "#nullable disable\n[A] public partial class Words { public string Any; }",
        "#nullable disable warnings\n[A] public partial class Words { public string Any = null; }",
        "[assembly: System.CLSCompliant(false)] [A] public partial class Words;",
        "[assembly: System.CLSCompliant(true)]\n#pragma warning disable CS3009 // The runtime says nothing about its compliance.\n[A] public "
            + "partial class Words;",
        "[assembly: System.CLSCompliant(true)] namespace Mine { [A] internal partial class Words; public static partial class Outer { [A] internal "
            + "partial class Others; } }",
        "[assembly: System.CLSCompliant(true)] [assembly: System.Runtime.InteropServices.ComVisible(true)] [A] [System.CLSCompliant(false)] public "
            + "partial class Words;",
        "class Base { public class Words; public struct Kernels; public int Train; } partial class Outer : Base { [A] public new partial class "
            + "Words; }",
        "class Base { public static void Dimension() { } public static void Search() { } public int i; } partial class Outer : Base { [A] public "
            + "partial class Words; }",
        "interface IBase { class Words; } partial interface IOuter : IBase { [A] public new partial class Words; }",
        "[A] public partial class Words : System.IFormattable { public string ToString(string? format, System.IFormatProvider? provider) => "
            + "string.Empty; }",
        "[A] public sealed partial class Words { ~Words() { } public override string ToString() => string.Empty; }",
        "[A] public partial class Words { public static bool operator ==(Words a, Words b) => true; public static bool operator !=(Words a, Words "
            + "b) => false; }",
    ];

    private static readonly string[] s_attributes =
        ["FlatIndex(Dimension = 1)", "IvfFlatIndex(Dimension = 1)", "PqIndex(Dimension = 1, M = 1, Ksub = 2)",
            "IvfPqIndex(Dimension = 1, M = 1, Ksub = 17)"];

    [Theory]
    [MemberData(nameof(Declarations))]
    public void Nothing_is_reported_that_was_not_before(string declaration)
    {
        foreach (var attribute in s_attributes)
        {
            var source = declaration.Replace("[A]", $"[PqGen.{attribute}]", StringComparison.Ordinal);
            AssertQuiet(Source.Compile(source));
        }
    }

    [Theory]
    [MemberData(nameof(Declarations))]
    public void Nothing_is_reported_under_other_options(string declaration)
    {
        var source = declaration.Replace("[A]", $"[PqGen.{s_attributes[3]}]", StringComparison.Ordinal);
        var compilation = Source.Compile(source, checkOverflow: true);
        var options = compilation.Options.WithGeneralDiagnosticOption(ReportDiagnostic.Error);
        AssertQuiet(compilation.WithOptions(options.WithNullableContextOptions(NullableContextOptions.Disable).WithAllowUnsafe(true)));
        AssertQuiet(
            compilation.WithOptions(
                options.WithOptimizationLevel(OptimizationLevel.Debug).WithNullableContextOptions(NullableContextOptions.Warnings)));
        AssertQuiet(Source.Compile(source, LanguageVersion.Preview).WithOptions(options));
    }

    /// <summary>A project under every analyzer of the SDK, in files on a disk: names of 270 characters among them.</summary>
    [Fact]
    public void A_build_under_all_analyzers_complains_of_no_generated_file()
    {
        var space = string.Join('.', Enumerable.Repeat("Space", 45));
        var sources = string.Join('\n', s_attributes.Select((attribute, i) => $$"""
            namespace {{space}}
            {
                /** <summary>Documented.</summary> */
                [PqGen.{{attribute}}] public sealed partial class Words{{i}}{{new string('x', 260)}};
            }
            namespace Ordinary { /** <summary>Documented.</summary> */ [PqGen.{{attribute}}] public sealed partial class Words{{i}}; }
            namespace shop { /** <summary>Documented.</summary> */ [PqGen.{{attribute}}] internal sealed partial class {{"abcd"[i]}}words; }
            """));
        var (log, files) = UserProject.Build($"#pragma warning disable CS8981\n{sources}");
        Assert.DoesNotMatch(@"\.g\.cs\(", log);
        Assert.DoesNotMatch(@"\b(error|CS0016|CS1566)\b", Regex.Replace(log, @"\b0 Error\(s\)", string.Empty));
        Assert.Equal(12, files.Count(static file => file.EndsWith(".Index.g.cs", StringComparison.Ordinal)));
    }

    private static void AssertQuiet(CSharpCompilation compilation)
    {
        var before = compilation.GetDiagnostics().Select(static diagnostic => diagnostic.ToString()).ToHashSet();
        var run = GeneratorRun.Over(compilation);
        Assert.Empty(run.Diagnostics);
        var added = run.Output.Emit(Stream.Null, xmlDocumentationStream: Stream.Null).Diagnostics
            .Where(diagnostic => diagnostic.Severity > DiagnosticSeverity.Hidden && !before.Contains(diagnostic.ToString()));
        Assert.True(!added.Any(), string.Join('\n', added.Take(10)));
    }
}
