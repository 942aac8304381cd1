using System.Diagnostics;
using System.Runtime;
using System.Text.Json;

namespace PqGen.Benchmarks;

/// <summary>What the first search of a fresh process costs after opening an index: nearly all of it is the JIT.</summary>
internal sealed record FirstSearch(double OpenMilliseconds, double SearchMilliseconds, double JitMilliseconds, long Methods)
{
    /// <summary>The child: opens the file, searches once, prints one line of JSON.</summary>
    public static int Run(string file)
    {
        var start = Stopwatch.GetTimestamp();
        using var index = Shape100.Open(file);
        var opened = Stopwatch.GetElapsedTime(start);
        var found = new Neighbor[10];
        var query = new float[100];
        var (jit, methods) = (JitInfo.GetCompilationTime(currentThread: true), JitInfo.GetCompiledMethodCount(currentThread: true));
        start = Stopwatch.GetTimestamp();
        index.Search(query, found, new SearchOptions { NProbe = 16 });
        var searched = Stopwatch.GetElapsedTime(start);
        Console.WriteLine(JsonSerializer.Serialize(new FirstSearch(
            opened.TotalMilliseconds,
            searched.TotalMilliseconds,
            (JitInfo.GetCompilationTime(currentThread: true) - jit).TotalMilliseconds,
            JitInfo.GetCompiledMethodCount(currentThread: true) - methods)));
        return 0;
    }
}
