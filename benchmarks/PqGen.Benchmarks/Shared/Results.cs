using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;

namespace PqGen.Benchmarks;

/// <summary>Writes tables to results/&lt;cpu&gt;/*.md beside this project's sources. No table there is edited by hand.</summary>
internal static class Results
{
    private const string ReadmeStart = "<!-- results: ";
    private const string CpuInfo = "/proc/cpuinfo";
    private const string ReadmeEnd = "<!-- end of results -->";

    public static string Folder { get; } = Path.Combine(SourceFolder(), "results", Slug(CpuName()));

    public static string Write(string name, string table)
    {
        Directory.CreateDirectory(Folder);
        var path = Path.Combine(Folder, name + ".md");
        File.WriteAllText(path, $"# {name}\n\n{Environment()}\n\n{table.Replace("\r\n", "\n", StringComparison.Ordinal).Trim()}\n");
        Console.WriteLine($"wrote {Path.GetRelativePath(Directory.GetCurrentDirectory(), path)}");
        return path;
    }

    /// <summary>Puts a results file's text, without its title, between the README's markers; a test holds the README against the file.</summary>
    public static void ShowInReadme(string file)
    {
        var root = Path.Combine(SourceFolder(), "..", "..");
        var readme = Path.Combine(root, "README.md");
        var text = File.ReadAllText(readme);
        var start = text.IndexOf(ReadmeStart, StringComparison.Ordinal);
        var end = text.IndexOf(ReadmeEnd, StringComparison.Ordinal);
        if (start < 0 || end < start)
        {
            throw new InvalidDataException($"README.md has no lines '{ReadmeStart}...' and '{ReadmeEnd}'.");
        }

        var table = File.ReadAllText(file).Split('\n', 2)[1].Trim();
        var shown = $"{ReadmeStart}{Path.GetRelativePath(root, file).Replace('\\', '/')} -->\n{table}\n";
        File.WriteAllText(readme, text[..start] + shown + text[end..]);
        Console.WriteLine("wrote README.md");
    }

    /// <summary>What the figures depend on.</summary>
    public static string Environment()
    {
        var system = $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}, {CpuName()}";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"PqGen {Version()}, {system}, {System.Environment.ProcessorCount} cores, kernels on {GenericIndex.Flat(1).Path}.");
    }

    /// <summary>The version and the commit it was built from: 0.1.0+1a2b3c4.</summary>
    private static string Version()
    {
        var version = typeof(VectorIndex).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
        return version.IndexOf('+', StringComparison.Ordinal) is >= 0 and var plus ? version[..Math.Min(version.Length, plus + 8)] : version;
    }

    private static string CpuName()
    {
        if (!File.Exists(CpuInfo))
        {
            return RuntimeInformation.ProcessArchitecture.ToString();
        }

        var name = File.ReadLines(CpuInfo).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal));
        return name?.Split(':', 2)[1].Trim() + Family();
    }

    /// <summary>Virtual machines often name a processor by its maker alone; family and model tell the generation.</summary>
    private static string Family()
    {
        var fields = File.ReadLines(CpuInfo)
            .TakeWhile(line => line.Length > 0)
            .Select(line => line.Split(':', 2))
            .ToDictionary(pair => pair[0].Trim(), pair => pair[^1].Trim());
        return fields.TryGetValue("cpu family", out var family) && fields.TryGetValue("model", out var model)
            ? $" (family {family}, model {model})"
            : string.Empty;
    }

    private static string Slug(string name)
    {
        var slug = new StringBuilder();
        foreach (var character in name)
        {
            if (char.IsAsciiLetterOrDigit(character))
            {
                slug.Append(char.ToLowerInvariant(character));
            }
            else if (slug.Length > 0 && slug[^1] != '-')
            {
                slug.Append('-');
            }
        }

        return slug.ToString().Trim('-');
    }

    private static string SourceFolder() =>
        typeof(Results).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "SourceFolder").Value!;
}
