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
    private const int Passes = 4, Rounds = 25, WarmUpRounds = 8;
    private const double Slice = 0.004;
    private const string Twin = "Generic", Specialized = "Specialized";

    private static readonly Type[] s_suites =
        [typeof(Distance<>), typeof(Table<>), typeof(QuantizeTable<>), typeof(Encode<>), typeof(Assignment<>), typeof(Coarse<>), typeof(Scan<>), typeof(TermScan<>), typeof(Survivor<>)];

    /// <summary>The benchmarks that do less than any kernel of their suite must: read what it reads, look up what it looks up.</summary>
    private static readonly string[] s_limits = [nameof(Scan<>.ReadOnly), nameof(Scan<>.LookUpOnly)];

    /// <param name="part">Only rows that contain this are measured, and shown, not written; null for all.</param>
    public static int Run(string? part)
    {
        // Passes are minutes apart and have buffers of their own: a spell in which the machine is slow, or pages that lie badly, spoil one of them at most.
        var rows = new Dictionary<(string Kernel, string Shape), PairRow>();
        for (var pass = 0; pass <= Passes; pass++)
        {
            if (pass == 1)
            {
                // The one before is not counted: the JIT was still at work.
                rows.Clear();
            }

            foreach (var suite in s_suites)
            {
                foreach (var shape in suite.GetCustomAttributes<GenericTypeArgumentsAttribute>().Select(attribute => attribute.GenericTypeArguments.Single()).OrderBy(Order))
                {
                    Measure(suite.MakeGenericType(shape), part, pass == 0 ? WarmUpRounds : Rounds, rows);
                }
            }

            Console.WriteLine($"pass {pass} of {Passes}");
        }

        Console.WriteLine(string.Join('\n', rows.Values));
        if (part is null)
        {
            Results.Write(nameof(Pairs), Text([.. rows.Values]));
        }

        return 0;
    }

    private static string Text(List<PairRow> rows)
    {
        var (faster, slower) = (rows.Count(row => row.Interval.Low > 1), rows.Count(row => row.Interval.High < 1));
        var text = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"""
            Each generated kernel, its run-time-sized twin, and the machine's limits in turn: {Passes} passes over all rows, {Rounds} rounds of slices of about {1000 * Slice} ms each, one thread.
            Nanoseconds for one vector, query or table are medians; *generic / specialized* is the median of the ratios of the rounds, and the interval holds the true
            median with 95 % probability. *Read* is a plain read of the same bytes, *look up* looks 8-bit codes up, tile by tile, and adds nothing; *limit* is the longer
            of the two over the generated kernel's time. A kernel whose limit is 1 does nothing but wait for the machine, and no other can be faster.

            The generated kernel is faster in {faster} of {rows.Count} rows, slower in {slower}, and as fast in {rows.Count - faster - slower}, where the interval holds 1.

            | kernel | shape | specialized | generic | read | look up | limit | generic / specialized | interval |
            |---|---|---:|---:|---:|---:|---:|---:|---:|

            """));
        rows.ForEach(row => text.Append(CultureInfo.InvariantCulture, $"| {row} |\n"));
        return text.ToString();
    }

    private static (int, int, int) Order(Type shape) => Kernels(shape) is var kernels ? (kernels.Dimension, kernels.M, kernels.Ksub) : default;

    private static IPqKernels Kernels(Type shape) => (IPqKernels)Activator.CreateInstance(shape)!;

    /// <summary>A pass over the rows of one suite and shape: one for each level of memory and each kernel that has a twin.</summary>
    private static void Measure(Type suite, string? part, int rounds, Dictionary<(string Kernel, string Shape), PairRow> rows)
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
                var works = limits.Prepend(twin).Prepend(specialized).Select(method => Work(method, instance)).ToArray();
                if (!rows.TryGetValue((name, shape), out var row))
                {
                    row = rows[(name, shape)] = new PairRow(name, shape, specialized.GetCustomAttribute<BenchmarkAttribute>()!.OperationsPerInvoke);
                }

                row.Rounds.AddRange(Stopwatches.InTurn(rounds, Slice, works));
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

    /// <summary>What was measured of one kernel: seconds of the generated kernel, of the twin, and of each limit, round by round.</summary>
    private sealed record PairRow(string Kernel, string Shape, int Operations)
    {
        public List<double[]> Rounds { get; } = [];

        /// <summary>The interval of the median ratio, by order statistics: on either side the true median lies outside with a probability of 2.5 %.</summary>
        public (double Low, double High) Interval
        {
            get
            {
                var (ratios, margin) = (Ratios, 0.98 * Math.Sqrt(Rounds.Count));
                return (ratios[(int)((Rounds.Count / 2.0) - margin)], ratios[(int)Math.Ceiling((Rounds.Count / 2.0) + margin)]);
            }
        }

        private double[] Ratios => [.. Rounds.Select(times => times[1] / times[0]).Order()];

        public override string ToString()
        {
            var cells = Enumerable.Range(0, 4).Select(work => Nanoseconds(work) is { } time ? time.ToString(time < 100 ? "F2" : "N0", CultureInfo.InvariantCulture) : string.Empty);
            var limit = Math.Max(Nanoseconds(2) ?? 0, Nanoseconds(3) ?? 0) / Nanoseconds(0)!.Value;
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{Kernel} | {Shape} | {string.Join(" | ", cells)} | {(limit > 0 ? limit : null):F2} | {Median(Ratios):F2} | {Interval.Low:F2} to {Interval.High:F2}");
        }

        private double? Nanoseconds(int work) => work < Rounds[0].Length ? 1e9 * Median([.. Rounds.Select(times => times[work]).Order()]) / Operations : null;

        private static double Median(double[] sorted) => sorted[sorted.Length / 2];
    }
}
