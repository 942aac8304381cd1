using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;

namespace PqGen.Generator.Tests.Helpers;

/// <summary>
/// Compares generated files with the accepted ones. It keeps the conventions of Verify.SourceGenerators, the package to put in its
/// place once the registry has it: <c>Class.Method#Hint.verified.cs</c> beside the test, its first line naming the hint, and on
/// a difference <c>.received.cs</c> beside it.
/// </summary>
internal static partial class Snapshot
{
    private const string AcceptVariable = "PQGEN_ACCEPT";

    private static readonly UTF8Encoding s_encoding = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Fails on every generated file that differs from its accepted one, is not accepted, or is accepted and gone.</summary>
    public static void Verify(GeneratorRunResult result, [CallerFilePath] string file = "", [CallerMemberName] string method = "")
    {
        var directory = DirectoryOf(file);
        var prefix = $"{Path.GetFileNameWithoutExtension(file)}.{method}#";
        var accept = Environment.GetEnvironmentVariable(AcceptVariable) == "1";
        var stale = Directory.EnumerateFiles(directory, $"{prefix}*.verified.cs").ToHashSet();
        var differences = new List<string>();
        foreach (var source in result.GeneratedSources.OrderBy(static source => source.HintName, StringComparer.Ordinal))
        {
            var path = Path.Combine(directory, prefix + Path.GetFileNameWithoutExtension(source.HintName));
            var (verified, received) = ($"{path}.verified.cs", $"{path}.received.cs");
            var text = ScrubVersion($"//HintName: {source.HintName}\n{source.SourceText}");
            stale.Remove(verified);
            File.Delete(received);
            if (accept)
            {
                File.WriteAllText(verified, text, s_encoding);
            }
            else if (!File.Exists(verified))
            {
                File.WriteAllText(received, text, s_encoding);
                differences.Add($"New: {Path.GetFileName(received)}");
            }
            else if (File.ReadAllText(verified) is var accepted && accepted != text)
            {
                File.WriteAllText(received, text, s_encoding);
                differences.Add($"{Path.GetFileName(received)}, line {FirstDifference(accepted, text)}");
            }
        }

        if (accept)
        {
            stale.ToList().ForEach(File.Delete);
            return;
        }

        differences.AddRange(stale.Select(static path => $"No longer generated: {Path.GetFileName(path)}"));
        Assert.True(
            differences.Count == 0,
            $"The output differs from the accepted one. Read the differences as code; to accept them, run the tests with {AcceptVariable}=1.\n  "
                + $"{string.Join("\n  ", differences)}");
    }

    /// <summary>The accepted files beside a test class's file.</summary>
    public static IEnumerable<string> VerifiedFiles([CallerFilePath] string file = "") =>
        Directory.EnumerateFiles(DirectoryOf(file), "*.verified.cs").Select(static path => Path.GetFileName(path));

    /// <summary>The folder of a test's file, also where a build has mapped the paths of its sources.</summary>
    private static string DirectoryOf(string file)
    {
        var project = typeof(Snapshot).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(
            static data => data.Key == "ProjectDirectory").Value!;
        var folder = Path.GetDirectoryName(file)!;
        var name = Path.GetFileName(project) + Path.DirectorySeparatorChar;
        var start = (folder + Path.DirectorySeparatorChar).LastIndexOf(name, StringComparison.Ordinal);
        return Path.Combine(project, start < 0 ? folder : folder[Math.Min(start + name.Length, folder.Length)..]);
    }

    /// <summary>A new version of the generator is no difference.</summary>
    private static string ScrubVersion(string text) => GeneratorVersion().Replace(text, "$1VERSION$2");

    [GeneratedRegex("""(GeneratedCode\("PqGen\.Generator", ")[^"]*(")""")]
    private static partial Regex GeneratorVersion();

    private static int FirstDifference(string accepted, string text)
    {
        var same = accepted.Zip(text).TakeWhile(static pair => pair.First == pair.Second).Count();
        return 1 + text[..Math.Min(same, text.Length)].Count(static c => c == '\n');
    }
}
