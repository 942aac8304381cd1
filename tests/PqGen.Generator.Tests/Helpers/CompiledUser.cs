using System.Globalization;
using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace PqGen.Generator.Tests.Helpers;

/// <summary>Compiles a user's source with what is generated for it, without a single warning, and runs it.</summary>
internal static class CompiledUser
{
    /// <summary>Fails on any warning or error, in the user's files and in the generated ones.</summary>
    public static void AssertCompiles(string source, LanguageVersion version = LanguageVersion.Latest) =>
        Emit(GeneratorRun.Over(source, version));

    /// <summary>Fails on any warning or error in a program of top-level statements.</summary>
    public static void AssertProgramCompiles(string source)
    {
        var library = Source.Compile($"#pragma warning disable CS1591 // Examples are not documented.\n{source}");
        Emit(GeneratorRun.Over(library.WithOptions(library.Options.WithOutputKind(OutputKind.ConsoleApplication))));
    }

    /// <summary>Generates, compiles, loads, and calls <c>Program.Run()</c>, all under a culture that no invariant text survives.</summary>
    public static T Run<T>(string source, bool checkOverflow = false) => UnderHostileCulture(() =>
    {
        var image = Emit(GeneratorRun.Over(Source.Compile(source, checkOverflow: checkOverflow)));
        var context = new AssemblyLoadContext("User", isCollectible: true);
        try
        {
            var run = context.LoadFromStream(image).GetType("Program", throwOnError: true)!.GetMethod(
                "Run", BindingFlags.Static | BindingFlags.Public);
            return (T)run!.Invoke(null, BindingFlags.DoNotWrapExceptions, null, null, null)!;
        }
        finally
        {
            context.Unload();
        }
    });

    /// <summary>Runs something under a culture with its own digits' signs, separators and case rules.</summary>
    public static T UnderHostileCulture<T>(Func<T> run)
    {
        var before = CultureInfo.CurrentCulture;
        var hostile = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        hostile.NumberFormat.NegativeSign = "minus";
        hostile.NumberFormat.PositiveSign = "plus";
        hostile.NumberFormat.NumberDecimalSeparator = ",";
        hostile.NumberFormat.NumberGroupSeparator = " ";
        hostile.NumberFormat.NumberGroupSizes = [1];
        try
        {
            CultureInfo.CurrentCulture = hostile;
            return run();
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    private static MemoryStream Emit(GeneratorRun run)
    {
        Assert.Empty(run.Diagnostics);
        var image = new MemoryStream();
        var documentation = new MemoryStream();
        var result = run.Output.Emit(image, xmlDocumentationStream: documentation);
        var complaints = result.Diagnostics.Where(static diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning);
        Assert.True(!complaints.Any(), string.Join("\n", complaints.Take(20)));
        image.Position = 0;
        return image;
    }
}
