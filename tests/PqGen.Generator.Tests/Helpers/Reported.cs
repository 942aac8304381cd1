using Microsoft.CodeAnalysis;

namespace PqGen.Generator.Tests.Helpers;

/// <summary>What the generator reports of a source, and where.</summary>
internal static class Reported
{
    public static void AssertOne(string source, string id, string at, string message)
    {
        var diagnostic = Assert.Single(Report(source));
        Assert.Equal(id, diagnostic.Id);
        Assert.Equal(message, diagnostic.GetMessage(System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(at, TextAt(source, diagnostic));
        Assert.Equal(DiagnosticSeverity.Error, diagnostic.Severity);
    }

    public static void AssertAll(string source, params (string Id, string At)[] expected) =>
        Assert.Equal(expected, Report(source).Select(diagnostic => (diagnostic.Id, TextAt(source, diagnostic))));

    /// <summary>What the generator reports; wherever it reports anything, it emits nothing.</summary>
    public static IEnumerable<Diagnostic> Report(string source)
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
