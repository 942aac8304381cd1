using System.CommandLine;
using System.Diagnostics;
using PqGen.Kernels;

namespace PqGen.Tool;

/// <summary>--isa: the same command in a process of its own in which newer instructions are switched off, as on a processor that lacks
/// them.</summary>
internal static class OtherProcessor
{
    /// <summary>Tells the process that it is the other one, and what it is to run on.</summary>
    private const string Variable = "PQTOOL_ISA";

    private static readonly Dictionary<string, (KernelPath Path, string Switch)> s_sets = new()
    {
        ["vbmi"] = (KernelPath.Avx512Vbmi, ""),
        ["avx512"] = (KernelPath.Avx512, "DOTNET_EnableAVX512v2"),
        ["avx2"] = (KernelPath.Avx2, "DOTNET_EnableAVX512"),
        ["vector128"] = (KernelPath.Vector128, "DOTNET_EnableAVX2"),
    };

    /// <summary>The option.</summary>
    public static Option<string> Option() => ToolOptions.Choice(
        "--isa",
        "Instructions to use: best is all that the processor has; vbmi, avx512, avx2 and vector128 run as a processor does that ends there",
        ["best", .. s_sets.Keys]);

    /// <summary>Runs the command elsewhere, if it has to be, and returns its exit code; null to run it here.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="isa">The value of the option.</param>
    public static int? Run(ParseResult parsed, string isa)
    {
        if (!s_sets.TryGetValue(isa, out var set))
        {
            return null;
        }

        if (Environment.GetEnvironmentVariable(Variable) != isa)
        {
            return Start(parsed, isa, set.Switch);
        }

        using var probe = GenericIndex.FromModel(IndexShape.Flat(1), default, default);
        return probe.Path == set.Path ? null : throw new ToolException(
            $"--isa {isa} needs {set.Path}, but on this processor the kernels run on {probe.Path} with what is newer switched off");
    }

    private static int Start(ParseResult parsed, string isa, string off)
    {
        var name = typeof(OtherProcessor).Assembly.GetName().Name!;
        var (program, host) = (Environment.ProcessPath!, "dotnet");
        var start = new ProcessStartInfo(program) { UseShellExecute = false, RedirectStandardOutput = true };
        if (!IsNamed(program, name))
        {
            // A host runs the assembly: this one, or another where it is a test's.
            start.FileName = IsNamed(program, host) ? program : host;
            start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, name + ".dll"));
        }

        foreach (var token in parsed.Tokens)
        {
            start.ArgumentList.Add(token.Value);
        }

        start.Environment[Variable] = isa;
        if (off.Length > 0)
        {
            start.Environment[off] = "0";
        }

        using var child = Process.Start(start)!;
        void End(object? sender, EventArgs e) => child.Kill();
        AppDomain.CurrentDomain.ProcessExit += End;
        while (child.StandardOutput.ReadLine() is { } line)
        {
            parsed.InvocationConfiguration.Output.WriteLine(line);
        }

        child.WaitForExit();
        AppDomain.CurrentDomain.ProcessExit -= End;
        return child.ExitCode;
    }

    private static bool IsNamed(string path, string name) => Path.GetFileNameWithoutExtension(path).Equals(name, StringComparison.OrdinalIgnoreCase);
}
