using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;
using BenchmarkDotNet.Attributes;

namespace PqGen.Benchmarks;

/// <summary>
/// What specializing gains, kernel by kernel: each generated kernel, its run-time-sized twin, and what the machine takes for less, in turn, slice by
/// slice. BenchmarkDotNet runs one after the other, and where memory is the limit the machine's other guests change more in between than the kernels
/// differ.
/// </summary>
internal static class Pairs
{
    private const int Passes = 4, Rounds = 25, WarmUpRounds = 8;
    private const double Slice = 0.004;
    private const string Specialized = "Specialized";
    private const string JsonOption = "--json";

    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private static readonly Type[] s_suites =
    [
        typeof(Distance<>), typeof(Table<>), typeof(QuantizeTable<>), typeof(Encode<>), typeof(Assignment<>), typeof(Coarse<>),
        typeof(Scan<>), typeof(TermScan<>), typeof(Survivor<>),
    ];

    /// <summary>The benchmarks that only read what the kernels of their suite read, or only look up what they look up.</summary>
    private static readonly string[] s_references = [nameof(Scan<>.ReadOnly), nameof(Scan<>.LookUpOnly)];

    /// <summary>The name of a benchmark's run-time-sized twin.</summary>
    public static string Twin(string specialized) => specialized.Replace(Specialized, "Generic", StringComparison.Ordinal);

    /// <param name="arguments">
    /// [PART] [--json FILE]: only rows that contain PART are measured, and shown, not written to the results; FILE gets a line of JSON for each row.
    /// </param>
    public static int Run(string[] arguments)
    {
        var option = Array.IndexOf(arguments, JsonOption);
        if (option >= 0 && option + 1 == arguments.Length)
        {
            Console.Error.WriteLine($"{JsonOption} needs a file.");
            return 2;
        }

        var file = option < 0 ? null : arguments[option + 1];
        var part = arguments.Where((_, i) => option < 0 || (i != option && i != option + 1)).FirstOrDefault();
        var rows = Measure(part);
        Console.WriteLine(string.Join('\n', rows));
        if (file is not null)
        {
            File.WriteAllLines(file, rows.Select(row => JsonSerializer.Serialize(row.Figures(), s_json)));
        }

        if (part is null)
        {
            Results.Write(nameof(Pairs), Text(rows));
        }

        return 0;
    }

    /// <summary>
    /// The rows that contain a part, or all. Each pass has buffers of its own, and some time lies between two visits to a row: a slow spell of the
    /// machine, or pages that lie badly, spoil one at most.
    /// </summary>
    private static List<PairRow> Measure(string? part)
    {
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
                foreach (var shape in Shapes(suite))
                {
                    Measure(suite.MakeGenericType(shape), part, pass == 0 ? WarmUpRounds : Rounds, rows);
                }
            }

            Console.WriteLine($"pass {pass} of {Passes}");
        }

        return [.. rows.Values];
    }

    private static string Text(List<PairRow> rows)
    {
        var (faster, slower) = (rows.Count(row => row.Interval.Low > 1), rows.Count(row => row.Interval.High < 1));
        var text = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"""
            Each generated kernel, its run-time-sized twin, and what the machine takes for less, in turn: {Passes} passes over all rows, {Rounds}
            rounds of slices of about {1000 * Slice} ms each, one thread. Nanoseconds for one vector, query or table are medians;
            *generic / specialized* is the median of the ratios of the rounds, with its 95 % interval by order statistics, were the rounds
            independent. *Read* is a plain read of the same bytes, *look up* looks 8-bit codes up in the query's table, tile by tile, and adds
            nothing; *bound* is the longer of the two over the generated kernel's time. At about 1 the kernel takes as long as that loop does, and
            there is nothing left to specialize.

            The generated kernel is faster in {faster} of {rows.Count} rows and slower in {slower};
            in {rows.Count - faster - slower} the interval holds 1.

            | kernel | shape | specialized | generic | read | look up | bound | generic / specialized | interval |
            |---|---|---:|---:|---:|---:|---:|---:|---:|

            """));
        rows.ForEach(row => text.Append(CultureInfo.InvariantCulture, $"| {row} |\n"));
        return text.ToString();
    }

    /// <summary>The shapes that a suite runs with, in the order of their sizes.</summary>
    private static IEnumerable<Type> Shapes(Type suite) =>
        suite.GetCustomAttributes<GenericTypeArgumentsAttribute>().Select(attribute => attribute.GenericTypeArguments.Single()).OrderBy(Order);

    private static (int, int, int) Order(Type shape) =>
        ShapeKernels.Of(shape) is var kernels ? (kernels.Dimension, kernels.M, kernels.Ksub) : default;

    /// <summary>A pass over the rows of one suite and shape: one for each level of memory and each kernel that has a twin.</summary>
    private static void Measure(Type suite, string? part, int rounds, Dictionary<(string Kernel, string Shape), PairRow> rows)
    {
        var level = suite.GetProperty(nameof(Scan<>.Level));
        var levels = level?.GetCustomAttribute<ParamsAttribute>()!.Values ?? [null];
        var kernels = ShapeKernels.Of(suite.GetGenericArguments().Single());
        foreach (var value in levels)
        {
            var instance = (ISuite)Activator.CreateInstance(suite)!;
            var work = instance.Work;
            level?.SetValue(instance, value);
            Array.Find(suite.GetMethods(), method => method.GetCustomAttribute<GlobalSetupAttribute>() is not null)?.Invoke(instance, null);
            foreach (var specialized in suite.GetMethods().Where(method => method.Name.EndsWith(Specialized, StringComparison.Ordinal)))
            {
                var name = suite.Name.Split('`')[0] + specialized.Name.Replace(Specialized, string.Empty, StringComparison.Ordinal);
                var codes = value is null ? "" : $", codes in {value}";
                var shape = string.Create(CultureInfo.InvariantCulture, $"Dimension {kernels.Dimension}, M {kernels.M}, Ksub {kernels.Ksub}{codes}");
                if (part is not null && !$"{name} | {shape}".Contains(part, StringComparison.Ordinal))
                {
                    continue;
                }

                var twin = suite.GetMethod(Twin(specialized.Name))!;
                var looksUp = Workload.LooksUp(kernels.Ksub) && specialized.Name != nameof(Scan<>.AdcSpecialized);
                var references = s_references
                    .Select(suite.GetMethod)
                    .OfType<MethodInfo>()
                    .Where(reference => looksUp || reference.Name != nameof(Scan<>.LookUpOnly));
                var works = references.Prepend(twin).Prepend(specialized).Select(method => ShapeKernels.Call(work, method.Name)).ToArray();
                if (!rows.TryGetValue((name, shape), out var row))
                {
                    var operations = specialized.GetCustomAttribute<BenchmarkAttribute>()!.OperationsPerInvoke;
                    row = rows[(name, shape)] = new PairRow(name, shape, operations);
                }

                row.Rounds.AddRange(Stopwatches.InTurn(rounds, Slice, works));
            }
        }
    }
}
