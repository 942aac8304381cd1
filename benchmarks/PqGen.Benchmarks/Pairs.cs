using System.Globalization;
using System.Reflection;
using System.Text;
using BenchmarkDotNet.Attributes;
using PqGen.Kernels;

namespace PqGen.Benchmarks;

/// <summary>
/// What specializing gains, kernel by kernel: each generated kernel, its run-time-sized twin, and the machine's limits in turn, slice by slice. BenchmarkDotNet
/// runs one after the other, and where memory is the limit the machine's other guests change more in between than the kernels differ.
/// </summary>
internal static class Pairs
{
    private const int Rounds = 100;
    private const double Slice = 0.004;
    private const string Twin = "Generic", Specialized = "Specialized";

    /// <summary>The benchmarks that do less than any kernel of their suite must: read what it reads, look up what it looks up.</summary>
    private static readonly string[] s_limits = [nameof(Scan<>.ReadOnly), nameof(Scan<>.LookUpOnly)];

    /// <param name="part">Only rows that contain this are measured, and shown, not written; null for all.</param>
    public static int Run(string? part)
    {
        var rows = Rows(part).ToList();
        if (part is null)
        {
            Results.Write(nameof(Pairs), Text(rows));
        }

        return 0;
    }

    private static string Text(List<PairRow> rows)
    {
        var (faster, even, slower) = (rows.Count(row => row.Times.Low > 1), rows.Count(row => row.Times is { Low: <= 1, High: >= 1 }), rows.Count(row => row.Times.High < 1));
        var text = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"""
            Each generated kernel, its run-time-sized twin, and the machine's limits in turn, {Rounds} slices of about {1000 * Slice} ms each, one thread. Nanoseconds for one vector, query or table are
            medians over the slices; *generic / specialized* is the median ratio of the slices of a round, and the interval holds the true median with 95 % probability. *Read* is a plain
            read of the same bytes, *look up* looks 8-bit codes up in registers and adds nothing; *limit* is the longer of the two over the generated kernel's time. A kernel at 1 does nothing
            but wait for the machine, and no other can be faster.

            The generated kernel is faster in {faster} of {rows.Count} rows, even in {even} (the interval holds 1), slower in {slower}.

            | kernel | shape | specialized | generic | read | look up | limit | generic / specialized | interval |
            |---|---|---:|---:|---:|---:|---:|---:|---:|

            """));
        rows.ForEach(row => text.Append(CultureInfo.InvariantCulture, $"| {row} |\n"));
        return text.ToString();
    }

    private static IEnumerable<PairRow> Rows(string? part)
    {
        foreach (var suite in new[] { typeof(Distance<>), typeof(Table<>), typeof(QuantizeTable<>), typeof(Encode<>), typeof(Assignment<>), typeof(Coarse<>), typeof(Scan<>), typeof(TermScan<>), typeof(Survivor<>) })
        {
            foreach (var shape in suite.GetCustomAttributes<GenericTypeArgumentsAttribute>().Select(attribute => attribute.GenericTypeArguments.Single()).OrderBy(Order))
            {
                foreach (var row in Rows(suite.MakeGenericType(shape), part))
                {
                    Console.WriteLine(row);
                    yield return row;
                }
            }
        }
    }

    private static (int, int, int) Order(Type shape) => Kernels(shape) is var kernels ? (kernels.Dimension, kernels.M, kernels.Ksub) : default;

    private static IPqKernels Kernels(Type shape) => (IPqKernels)Activator.CreateInstance(shape)!;

    /// <summary>The rows of one suite and shape: one for each level of memory and each kernel that has a twin.</summary>
    private static IEnumerable<PairRow> Rows(Type suite, string? part)
    {
        var level = suite.GetProperty(nameof(Scan<>.Level));
        var levels = level?.GetCustomAttribute<ParamsAttribute>()!.Values ?? [null];
        var kernels = Kernels(suite.GetGenericArguments().Single());
        foreach (var value in levels)
        {
            var instance = Activator.CreateInstance(suite)!;
            level?.SetValue(instance, value);
            Array.Find(suite.GetMethods(), method => method.GetCustomAttribute<GlobalSetupAttribute>() is not null)?.Invoke(instance, null);
            foreach (var specialized in suite.GetMethods().Where(method => method.Name.EndsWith(Specialized, StringComparison.Ordinal)))
            {
                var name = suite.Name.Split('`')[0] + specialized.Name.Replace(Specialized, string.Empty, StringComparison.Ordinal);
                var shape = string.Create(CultureInfo.InvariantCulture, $"Dimension {kernels.Dimension}, M {kernels.M}, Ksub {kernels.Ksub}{(value is null ? "" : $", codes in {value}")}");
                if (part is not null && !$"{name} | {shape}".Contains(part, StringComparison.Ordinal))
                {
                    continue;
                }

                var twin = suite.GetMethod(specialized.Name.Replace(Specialized, Twin, StringComparison.Ordinal))!;
                var limits = s_limits.Select(suite.GetMethod).OfType<MethodInfo>().Where(limit => kernels.Ksub > KernelLayout.MaxPackedKsub || limit.Name != nameof(Scan<>.LookUpOnly));
                var works = limits.Select(limit => Work(limit, instance)).ToArray();
                var times = Stopwatches.Compare(Rounds, Slice, Work(specialized, instance), Work(twin, instance), works);
                yield return new PairRow(name, shape, specialized.GetCustomAttribute<BenchmarkAttribute>()!.OperationsPerInvoke, times);
            }
        }
    }

    /// <summary>A benchmark as something to do, its result left alone.</summary>
    private static Action Work(MethodInfo benchmark, object suite)
    {
        if (benchmark.ReturnType == typeof(void))
        {
            return benchmark.CreateDelegate<Action>(suite);
        }

        if (benchmark.ReturnType == typeof(float))
        {
            var sum = benchmark.CreateDelegate<Func<float>>(suite);
            return () => sum();
        }

        var bits = benchmark.CreateDelegate<Func<ulong>>(suite);
        return () => bits();
    }

    private sealed record PairRow(string Kernel, string Shape, int Operations, Comparison Times)
    {
        public override string ToString()
        {
            var limit = Times.Seconds.Length > 2 ? (Times.Seconds[2..].Max() / Times.Seconds[0]).ToString("F2", CultureInfo.InvariantCulture) : string.Empty;
            var interval = string.Create(CultureInfo.InvariantCulture, $"{Times.Low:F2} to {Times.High:F2}");
            return string.Create(CultureInfo.InvariantCulture, $"{Kernel} | {Shape} | {Time(0)} | {Time(1)} | {Time(2)} | {Time(3)} | {limit} | {Times.Ratio:F2} | {interval}");
        }

        /// <summary>Nanoseconds of an operation, or nothing where none was measured.</summary>
        private string Time(int work)
        {
            var nanoseconds = work < Times.Seconds.Length ? 1e9 * Times.Seconds[work] / Operations : double.NaN;
            return double.IsNaN(nanoseconds) ? string.Empty : nanoseconds.ToString(nanoseconds < 100 ? "F2" : "N0", CultureInfo.InvariantCulture);
        }
    }
}
