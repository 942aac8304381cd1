using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using PqGen.Generator.Tests.Helpers;

namespace PqGen.Generator.Tests;

/// <summary>
/// Whatever the user's own names are, generated files mean what they say. Each case declares every name that stands in a generated
/// file once more, as something else, at one kind of place from which C# looks names up.
/// </summary>
public class SurroundingsTests
{
    private const string Type = "public static class {0} { public static int Any; }";
    private const string GenericType = "public class {0}<T> { public static int Any; }";

    [Fact]
    public void Types_of_a_namespace_that_is_imported_everywhere() => AssertCompiles(
        Hostile.Classes, $"global using Clash; namespace Clash {{ {Hostile.Declare(Type)} {Hostile.Declare(GenericType)} }}");

    [Fact]
    public void Namespaces_of_the_framework_that_are_imported_everywhere() => AssertCompiles(
        Hostile.Classes,
        """
        global using System; global using System.Collections; global using System.Collections.Generic; global using System.IO;
        global using System.Linq; global using System.Numerics; global using System.Reflection.Metadata; global using System.Runtime.Intrinsics;
        global using System.Runtime.Intrinsics.Arm; global using System.Runtime.Intrinsics.Wasm; global using System.Runtime.Intrinsics.X86;
        global using System.Runtime.CompilerServices; global using System.Runtime.InteropServices; global using System.Threading;
        global using PqGen; global using PqGen.Kernels; global using System.Buffers; global using System.Diagnostics;
        """);

    [Fact]
    public void Members_of_static_usings() => AssertCompiles(
        Hostile.Classes,
        $$"""
        global using static System.Math; global using static System.MathF; global using static System.Numerics.Vector; global using static Clash;
        global using static Clash2;
        public static class Clash { {{Hostile.Declare("public static int {0}(params object[] any) => 0;")}} }
        public static class Clash2 { {{Hostile.Declare(Type)}} }
        """);

    [Fact]
    public void Global_aliases() => AssertCompiles(
        Hostile.Classes, $"{Hostile.Declare("global using {0} = Clash;")} public static class Clash;");

    [Fact]
    public void Extension_methods_that_fit_any_type() => AssertCompiles(
        Hostile.Classes,
        $$"""
        global using Clash;
        namespace Clash { public static class All { {{Hostile.Declare("public static int {0}<T>(this T any, params object[] more) => 0;")}} } }
        """);

    [Fact]
    public void Types_of_the_global_namespace() => AssertCompiles(
        $"namespace Search {{ {Hostile.Classes} }}", Hostile.Declare(Type, Hostile.Names.Except(["System", "PqGen"])));

    [Fact]
    public void Types_of_its_own_namespace() => AssertCompiles(
        $"namespace Search {{ {Hostile.Classes} }}", $"namespace Search {{ {Hostile.Declare(Type)} {Hostile.Declare(GenericType)} }}");

    [Fact]
    public void Types_of_an_outer_namespace() => AssertCompiles(
        $"namespace Search.Deep.Deeper {{ {Hostile.Classes} }}", $"namespace Search {{ {Hostile.Declare(Type)} }}");

    [Fact]
    public void Types_of_its_namespace_in_a_referenced_assembly()
    {
        var library = CSharpCompilation.Create(
            "Library",
            [Source.Parse($"namespace Search {{ {Hostile.Declare(Type)} {Hostile.Declare(GenericType)} }}")],
            Source.References,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        using var image = new MemoryStream();
        Assert.True(library.Emit(image).Success);
        AssertCompiles($"namespace Search {{ {Hostile.Classes} }}", string.Empty, MetadataReference.CreateFromImage(image.ToArray()));
    }

    [Fact]
    public void Namespaces_beside_its_own() => AssertCompiles(
        $"namespace Search {{ {Hostile.Classes} }}", Hostile.Declare("namespace Search.{0} { internal class Any; }"));

    [Theory]
    [InlineData("namespace System.Runtime.Intrinsics")]
    [InlineData("namespace PqGen.Kernels")]
    [InlineData("namespace Kernels")]
    [InlineData("namespace Search.System.PqGen")]
    public void A_namespace_of_a_name_that_is_used(string space) => AssertCompiles($"{space} {{ {Hostile.Classes} }}", string.Empty);

    [Theory]
    [InlineData("partial class Outer")]
    [InlineData("partial struct Outer")]
    [InlineData("partial interface Outer")]
    [InlineData("partial record Outer", "Equals")]
    public void Types_beside_it_in_the_type_around_it(string outer, params string[] its) => AssertCompiles(
        $"{outer} {{ {Hostile.Classes} {Hostile.Declare(Type, Hostile.Names.Except(its))} "
            + $"{Hostile.Declare(GenericType, Hostile.Names.Except(its))} }}",
        string.Empty);

    [Fact]
    public void Types_and_members_that_the_type_around_it_inherits()
    {
        AssertCompiles(
            $"partial class Outer : Base {{ {Hostile.Classes} }}", $"class Base {{ {Hostile.Declare(Type)} {Hostile.Declare(GenericType)} }}");
        AssertCompiles($"partial class Outer : Base {{ {Hostile.Classes} }}", $"class Base {{ {Hostile.Declare("public static int {0} => 0;")} }}");
        AssertCompiles($"partial interface IOuter : IBase {{ {Hostile.Classes} }}", $"interface IBase {{ {Hostile.Declare(Type)} }}");
    }

    [Theory]
    [InlineData("private static int {0} => 0;")]
    [InlineData("private const string {0} = \"\";")]
    [InlineData("private static int {0}(int any, string other) => 0;")]
    [InlineData("private static int {0}<T>(T any) => 0;")]
    [InlineData("private static class {0} { public static int Any; }")]
    [InlineData("private class {0}<T>;")]
    [InlineData("private event System.Action? {0} { add { } remove { } }")]
    public void Members_of_its_own(string member) => AssertCompiles(
        Hostile.Classes.Replace("/*members*/", Hostile.Declare(member, Hostile.MemberNames), StringComparison.Ordinal), string.Empty);

    /// <summary>Compiles without an error, and without a warning out of a generated file.</summary>
    private static void AssertCompiles(string classes, string others, params MetadataReference[] references)
    {
        const string quiet = "#pragma warning disable // The names are strange, and they are the user's.\n";
        var compilation = Source.Compile(quiet + classes).AddSyntaxTrees(Source.Parse(quiet + others, "Others.cs")).AddReferences(references);
        Assert.DoesNotContain(compilation.GetDiagnostics(), static diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);

        var run = GeneratorRun.Over(compilation);
        Assert.Empty(run.Diagnostics);
        Assert.Equal(4, run.Result.GeneratedSources.Count(static file => file.HintName.EndsWith(".Index.g.cs", StringComparison.Ordinal)));
        var complaints = run.Output.GetDiagnostics().Where(static diagnostic => diagnostic.Severity >= DiagnosticSeverity.Info).ToArray();
        Assert.True(complaints.Length == 0, $"{complaints.Length}: {string.Join('\n', complaints.Take(5))}");
    }
}
