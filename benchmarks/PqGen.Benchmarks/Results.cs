using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;

namespace PqGen.Benchmarks;

/// <summary>Writes tables to results/&lt;cpu&gt;/*.md beside this project's sources. No table there is edited by hand.</summary>
internal static class Results
{
    public static string Folder { get; } = Path.Combine(SourceFolder(), "results", Slug(CpuName()));

    public static void WriteSuites(IEnumerable<Summary> summaries)
    {
        foreach (var summary in summaries)
        {
            using var text = new StringWriter(CultureInfo.InvariantCulture);
            MarkdownExporter.GitHub.ExportToLog(summary, new TextLogger(text));
            var names = summary.BenchmarksCases.Select(benchmark => benchmark.Descriptor.Type.Name.Split('`')[0]).Distinct().ToArray();
            Write(names.Length == 1 ? names[0] : "Suites", text.ToString());
        }
    }

    public static string Write(string name, string table)
    {
        Directory.CreateDirectory(Folder);
        var path = Path.Combine(Folder, name + ".md");
        File.WriteAllText(path, $"# {name}\n\n{Environment()}\n\n{table.Replace("\r\n", "\n", StringComparison.Ordinal).Trim()}\n");
        Console.WriteLine($"wrote {Path.GetRelativePath(Directory.GetCurrentDirectory(), path)}");
        return path;
    }

    /// <summary>What the figures depend on.</summary>
    public static string Environment() => string.Create(CultureInfo.InvariantCulture,
        $"PqGen {typeof(VectorIndex).Assembly.GetName().Version?.ToString(3)}, {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}, {CpuName()}, {System.Environment.ProcessorCount} cores, kernels on {new GenericFlatIndex(1).Path}.");

    private static string CpuName() =>
        File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim() + Family()
            : RuntimeInformation.ProcessArchitecture.ToString();

    /// <summary>Virtual machines often name a processor by its maker alone; family and model tell the generation.</summary>
    private static string Family()
    {
        var fields = File.ReadLines("/proc/cpuinfo").TakeWhile(line => line.Length > 0).Select(line => line.Split(':', 2)).ToDictionary(pair => pair[0].Trim(), pair => pair[^1].Trim());
        return fields.TryGetValue("cpu family", out var family) && fields.TryGetValue("model", out var model) ? $" (family {family}, model {model})" : string.Empty;
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

    private sealed class TextLogger(TextWriter writer) : ILogger
    {
        public string Id => "text";

        public int Priority => 0;

        public void Write(LogKind logKind, string text) => writer.Write(text);

        public void WriteLine() => writer.WriteLine();

        public void WriteLine(LogKind logKind, string text) => writer.WriteLine(text);

        public void Flush() => writer.Flush();
    }
}
