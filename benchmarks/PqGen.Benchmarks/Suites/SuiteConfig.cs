using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Toolchains.InProcess.NoEmit;
using Perfolizer.Horology;

namespace PqGen.Benchmarks;

/// <summary>
/// Short in-process runs: every suite together ends within half an hour. Passes are minutes apart, so that a spell in which the machine is slow
/// spoils one of them at most.
/// </summary>
internal sealed class SuiteConfig : ManualConfig
{
    /// <summary>Times that all suites are run, one after the other.</summary>
    public const int Passes = 3;

    private const int Iterations = 7, Milliseconds = 60;

    /// <summary>
    /// Which of the iterations a table shows, and how many there are. Other programs on a machine only ever slow an iteration down, so the
    /// shortest says most about the code.
    /// </summary>
    public static readonly string Estimate = string.Create(
        CultureInfo.InvariantCulture,
        $"the shortest of {Passes * Iterations} iterations of about {Milliseconds} ms in {Passes} passes over all suites");

    public SuiteConfig()
    {
        AddJob(Job.Default
            .WithToolchain(InProcessNoEmitToolchain.Instance)
            .WithWarmupCount(3)
            .WithIterationCount(Iterations)
            .WithIterationTime(TimeInterval.FromMilliseconds(Milliseconds)));
        AddColumnProvider(DefaultColumnProviders.Instance);
        AddLogger(ConsoleLogger.Default);
        AddExporter(MarkdownExporter.GitHub);
        HideColumns(Column.Error, Column.StdDev, Column.RatioSD, Column.Job, Column.Toolchain);
        WithOptions(ConfigOptions.JoinSummary | ConfigOptions.DisableOptimizationsValidator);
    }
}
