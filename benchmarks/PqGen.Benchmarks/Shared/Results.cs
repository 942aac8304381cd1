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
        var path = Path.Combine(Folder, name + ".md");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, $"# {Path.GetFileName(name)}\n\n{Environment()}\n\n{table.Replace("\r\n", "\n", StringComparison.Ordinal).Trim()}\n");
        Console.WriteLine($"wrote {Path.GetRelativePath(Directory.GetCurrentDirectory(), path)}");
        return path;
    }

    /// <summary>
    /// Puts results files' texts, without their titles, between the README's markers that name a file of the same name, of whichever processor; a
    /// test holds the README against the files.
    /// </summary>
    public static void ShowInReadme(IEnumerable<string> files)
    {
        var root = Path.Combine(SourceFolder(), "..", "..");
        var readme = Path.Combine(root, "README.md");
        var text = File.ReadAllText(readme);
        foreach (var file in files)
        {
            var name = Path.Combine(Path.GetFileName(Path.GetDirectoryName(file))!, Path.GetFileName(file)).Replace('\\', '/');
            for (var at = 0; (at = text.IndexOf(ReadmeStart, at, StringComparison.Ordinal)) >= 0; at += ReadmeStart.Length)
            {
                var line = text[at..text.IndexOf('\n', at)];
                if (line.EndsWith($"/{name} -->", StringComparison.Ordinal))
                {
                    var end = text.IndexOf(ReadmeEnd, at, StringComparison.Ordinal);
                    var table = File.ReadAllText(file).Split('\n', 2)[1].Trim();
                    text = $"{text[..at]}{ReadmeStart}{Path.GetRelativePath(root, file).Replace('\\', '/')} -->\n{table}\n{text[end..]}";
                }
            }
        }

        File.WriteAllText(readme, text);
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
