using System.Globalization;
using System.Reflection;
using System.Text;
using BenchmarkDotNet.Attributes;
using PqGen.Kernels;

namespace PqGen.Benchmarks;

/// <summary>
/// What specializing gains, kernel by kernel: each generated kernel and its run-time-sized twin in turn, slice by slice. BenchmarkDotNet runs
/// one after the other, and where memory is the limit the machine's other guests change more in between than the kernels differ.
/// </summary>
internal static class Pairs
{
    private const int Rounds = 60;
    private const double Slice = 0.004;

    /// <param name="part">Only rows that contain this are measured, and shown, not written; null for all.</param>
    public static int Run(string? part)
    {
        var text = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"""
            Time of the run-time-sized twin over time of the generated kernel: the median ratio of {Rounds} pairs of slices, one after the other, one thread. Near 1 both wait for memory, or for the same unit of the processor.

            | kernel | shape | generic / specialized |
            |---|---|---:|

            """));
        foreach (var suite in new[] { typeof(Distance<>), typeof(Table<>), typeof(QuantizeTable<>), typeof(Encode<>), typeof(Assignment<>), typeof(Coarse<>), typeof(Scan<>), typeof(TermScan<>), typeof(Survivor<>) })
        {
            foreach (var shape in suite.GetCustomAttributes<GenericTypeArgumentsAttribute>().Select(attribute => attribute.GenericTypeArguments.Single()).OrderBy(Order))
            {
                foreach (var row in Rows(suite.MakeGenericType(shape), part))
                {
                    text.Append(CultureInfo.InvariantCulture, $"| {row} |\n");
                    Console.WriteLine(row);
                }
            }
        }

        if (part is null)
        {
            Results.Write(nameof(Pairs), text.ToString());
        }

        return 0;
    }

    private static (int, int, int) Order(Type shape) => Kernels(shape) is var kernels ? (kernels.Dimension, kernels.M, kernels.Ksub) : default;

    private static IPqKernels Kernels(Type shape) => (IPqKernels)Activator.CreateInstance(shape)!;

    /// <summary>The rows of one suite and shape: one for each level of memory and each kernel that has a twin.</summary>
    private static IEnumerable<string> Rows(Type suite, string? part)
    {
        var level = suite.GetProperty(nameof(Scan<>.Level));
        var levels = level?.GetCustomAttribute<ParamsAttribute>()!.Values ?? [null];
        var kernels = Kernels(suite.GetGenericArguments().Single());
        foreach (var value in levels)
        {
            var instance = Activator.CreateInstance(suite)!;
            level?.SetValue(instance, value);
            Array.Find(suite.GetMethods(), method => method.GetCustomAttribute<GlobalSetupAttribute>() is not null)?.Invoke(instance, null);
            foreach (var specialized in suite.GetMethods().Where(method => method.Name.EndsWith("Specialized", StringComparison.Ordinal)))
            {
                var name = suite.Name.Split('`')[0] + specialized.Name.Replace("Specialized", string.Empty, StringComparison.Ordinal);
                var row = string.Create(CultureInfo.InvariantCulture, $"{name} | Dimension {kernels.Dimension}, M {kernels.M}, Ksub {kernels.Ksub}{(value is null ? "" : $", codes in {value}")}");
                if (part is not null && !row.Contains(part, StringComparison.Ordinal))
                {
                    continue;
                }

                var twin = suite.GetMethod(SuiteTables.Twin(specialized.Name))!;
                var ratio = Stopwatches.Ratio(Rounds, Slice, Work(twin, instance), Work(specialized, instance));
                yield return string.Create(CultureInfo.InvariantCulture, $"{row} | {ratio:F2}");
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

        var work = benchmark.CreateDelegate<Func<float>>(suite);
        return () => work();
    }
}
