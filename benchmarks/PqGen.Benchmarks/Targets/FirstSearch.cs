using System.Diagnostics;
using System.Runtime;

namespace PqGen.Benchmarks;

/// <summary>What the first search of a fresh process costs after opening an index: nearly all of it is the JIT.</summary>
internal sealed record FirstSearch(double OpenMilliseconds, double SearchMilliseconds, double JitMilliseconds, long Methods)
{
    /// <summary>Opens the file and searches once.</summary>
    public static FirstSearch Measure(string file)
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
        return new FirstSearch(
            opened.TotalMilliseconds,
            searched.TotalMilliseconds,
            (JitInfo.GetCompilationTime(currentThread: true) - jit).TotalMilliseconds,
            JitInfo.GetCompiledMethodCount(currentThread: true) - methods);
    }
}
