using System.Diagnostics;
using System.Text.Json;

namespace PqGen.Benchmarks;

/// <summary>
/// Measurements in a process of their own, fresh or with instruction sets turned off: <c>child NAME ARGUMENTS</c> is this program run by itself, and
/// ends with one line of JSON.
/// </summary>
internal static class Child
{
    /// <summary>The first word of a child's command line.</summary>
    public const string Verb = "child";

    /// <summary>Turns AVX-512 off.</summary>
    public static readonly (string Name, string Value) NoAvx512 = ("DOTNET_EnableAVX512", "0");

    /// <summary>What a child does, by its name.</summary>
    private static readonly Dictionary<string, Func<string[], object>> s_works = new()
    {
        [nameof(ChildScans)] = _ => ChildScans.Measure(),
        [nameof(FlatTimes)] = arguments => FlatTimes.Measure(arguments[0], arguments[1]),
        [nameof(FirstSearch)] = arguments => FirstSearch.Measure(arguments[0]),
        [nameof(ProcessorTimes)] = arguments => ProcessorTimes.Measure(arguments[0], arguments[1]),
        [nameof(FirstQueries)] = arguments => FirstQueries.Measure(arguments[0], arguments[1]),
    };

    /// <summary>The child's side.</summary>
    /// <param name="arguments">Its name, and what it is given.</param>
    public static int Run(string[] arguments)
    {
        if (arguments.Length == 0 || !s_works.TryGetValue(arguments[0], out var work))
        {
            Console.Error.WriteLine($"{Verb} needs one of {string.Join(", ", s_works.Keys)}.");
            return 2;
        }

        Console.WriteLine(JsonSerializer.Serialize(work(arguments[1..])));
        return 0;
    }

    /// <summary>The parent's side: runs a child and reads the line that it ends with.</summary>
    /// <typeparam name="T">What the child measures; its name is the child's.</typeparam>
    public static T Measure<T>(string[] arguments, params ReadOnlySpan<(string Name, string Value)> environment)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(Child).Assembly.Location);
        }

        Array.ForEach([Verb, typeof(T).Name, .. arguments], start.ArgumentList.Add);
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var child = Process.Start(start)!;
        var output = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        return child.ExitCode == 0
            ? JsonSerializer.Deserialize<T>(output.Trim().Split('\n')[^1])!
            : throw new InvalidOperationException($"{Verb} {typeof(T).Name} ended with exit code {child.ExitCode}.");
    }
}
