using System.Reflection;
using System.Text.RegularExpressions;

namespace PqGen.Testing;

/// <summary>The repository's own files, which tests hold the code against.</summary>
internal static partial class Repository
{
    /// <summary>The folder of the solution.</summary>
    public static string Root { get; } = Path.GetFullPath(
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "RepositoryRoot").Value!);

    /// <summary>A file's text, its lines ended by '\n' alone.</summary>
    /// <param name="path">Relative to <see cref="Root"/>.</param>
    public static string ReadText(string path) => File.ReadAllText(Path.Combine(Root, path)).ReplaceLineEndings("\n");

    /// <summary>The C# examples of a Markdown file, in their order.</summary>
    public static string[] Examples(string path) => [.. CSharpBlock().Matches(ReadText(path)).Select(match => match.Groups[1].Value)];

    [GeneratedRegex("^```csharp\n(.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex CSharpBlock();
}
