using System.Globalization;
using System.Reflection;
using System.Text;
using BenchmarkDotNet.Attributes;
using PqGen.Kernels;

namespace PqGen.Benchmarks;

/// <summary>
/// What specializing gains, kernel by kernel: each generated kernel, its run-time-sized twin, and what the machine takes for less, in turn, slice by slice. BenchmarkDotNet
/// runs one after the other, and where memory is the limit the machine's other guests change more in between than the kernels differ.
/// </summary>
internal static class Pairs
{
    private const int Passes = 4, Rounds = 25, WarmUpRounds = 8;
    private const double Slice = 0.004;
    private const string Specialized = "Specialized";

    private static readonly Type[] s_suites =
        [typeof(Distance<>), typeof(Table<>), typeof(QuantizeTable<>), typeof(Encode<>), typeof(Assignment<>), typeof(Coarse<>), typeof(Scan<>), typeof(TermScan<>), typeof(Survivor<>)];

    /// <summary>The benchmarks that only read what the kernels of their suite read, or only look up what they look up.</summary>
    private static readonly string[] s_references = [nameof(Scan<>.ReadOnly), nameof(Scan<>.LookUpOnly)];

    /// <summary>The name of a benchmark's run-time-sized twin.</summary>
    public static string Twin(string specialized) => specialized.Replace(Specialized, "Generic", StringComparison.Ordinal);

    /// <param name="part">Only rows that contain this are measured, and shown, not written; null for all.</param>
    public static int Run(string? part)
    {
        // Each pass has buffers of its own, and some time lies between two looks at a row: a slow spell of the machine, or pages that lie badly, spoil one at most.
        var rows = new Dictionary<(string Kernel, string Shape), PairRow>();
        for (var pass = 0; pass <= Passes; pass++)
        {
            if (pass == 1)
            {
                // The one before is not counted: the JIT was still at work.
                rows.Clear();
            }

            ScanMemory.Renew();

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
            Each generated kernel, its run-time-sized twin, and what the machine takes for less, in turn: {Passes} passes over all rows, {Rounds} rounds of slices of about {1000 * Slice} ms each, one
            thread. Nanoseconds for one vector, query or table are medians; *generic / specialized* is the median of the ratios of the rounds, with its 95 % interval by order statistics,
            were the rounds independent. *Read* is a plain read of the same bytes, *look up* looks 8-bit codes up in the query's table, tile by tile, and adds nothing; *bound* is the
            longer of the two over the generated kernel's time. At about 1 the kernel takes as long as that loop does, and there is nothing left to specialize.

            The generated kernel is faster in {faster} of {rows.Count} rows and slower in {slower}; in {rows.Count - faster - slower} the interval holds 1.

            | kernel | shape | specialized | generic | read | look up | bound | generic / specialized | interval |
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

                var twin = suite.GetMethod(Twin(specialized.Name))!;
                var looksUp = Workload.LooksUp(kernels.Ksub) && specialized.Name != nameof(Scan<>.AdcSpecialized);
                var references = s_references.Select(suite.GetMethod).OfType<MethodInfo>().Where(reference => looksUp || reference.Name != nameof(Scan<>.LookUpOnly));
                var works = references.Prepend(twin).Prepend(specialized).Select(method => Work(method, instance)).ToArray();
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

    /// <summary>What was measured of one kernel: seconds of the generated kernel, of the twin, and of each reference, round by round.</summary>
    private sealed record PairRow(string Kernel, string Shape, int Operations)
    {
        public List<double[]> Rounds { get; } = [];

        /// <summary>The interval of the median ratio by order statistics, which misses the true median with a probability of 5 % at most.</summary>
        public (double Low, double High) Interval
        {
            get
            {
                var ratios = Ratios;
                var low = (int)(((ratios.Length - 1) / 2.0) - (0.98 * Math.Sqrt(ratios.Length)));
                return (ratios[low], ratios[^(low + 1)]);
            }
        }

        private double[] Ratios => [.. Rounds.Select(times => times[1] / times[0]).Order()];

        public override string ToString()
        {
            var cells = Enumerable.Range(0, 4).Select(work => Nanoseconds(work) is { } time ? time.ToString(time < 100 ? "F2" : "N0", CultureInfo.InvariantCulture) : string.Empty);
            var bound = Math.Max(Nanoseconds(2) ?? 0, Nanoseconds(3) ?? 0) / Nanoseconds(0)!.Value;
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{Kernel} | {Shape} | {string.Join(" | ", cells)} | {(bound > 0 ? bound : null):F2} | {Median(Ratios):F2} | {Interval.Low:F2} to {Interval.High:F2}");
        }

        private double? Nanoseconds(int work) => work < Rounds[0].Length ? 1e9 * Median([.. Rounds.Select(times => times[work]).Order()]) / Operations : null;

        private static double Median(double[] sorted) => sorted[sorted.Length / 2];
    }
}
