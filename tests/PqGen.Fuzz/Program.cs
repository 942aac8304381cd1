using PqGen.Tests.Storage;
using SharpFuzz;

namespace PqGen.Fuzz;

/// <summary>What tests/fuzz.sh starts.</summary>
internal static class Program
{
    /// <summary>
    /// "instrument DLL" lets a copy of the library tell afl++ which branches it takes; "seeds FOLDER DATA" writes inputs to begin with, DATA being
    /// the files that tests keep; "fuzz TARGET" is what afl-fuzz starts; "replay TARGET FILE..." runs inputs on a library that is not instrumented.
    /// </summary>
    public static int Main(string[] args)
    {
        switch (args)
        {
            case ["instrument", var library]:
                Console.WriteLine($"{Fuzzer.Instrument(library, IsInstrumented, Options.Value).Count()} classes instrumented");
                return 0;
            case ["seeds", var folder, var data]:
                Seeds.Write(folder, data);
                return 0;
            case ["fuzz", var target]:
                Fuzz(target);
                return 0;
            case ["replay", var target, .. var files]:
                return Replay(target, files);
            default:
                Console.Error.WriteLine(
                    $"instrument DLL | seeds FOLDER DATA | fuzz TARGET | replay TARGET FILE..., TARGET {string.Join(", ", FuzzTargets.Names)}");
                return 2;
        }
    }

    /// <summary>All classes but those whose branches follow from vectors and not from a file's structure, and which take the time.</summary>
    private static bool IsInstrumented(string type) => !(type.StartsWith("PqGen.Kernels.", StringComparison.Ordinal)
        || type.StartsWith("PqGen.Clustering.", StringComparison.Ordinal)
        || type.StartsWith("PqGen.TopK.", StringComparison.Ordinal));

    /// <summary>Serves afl-fuzz from a process of its own, so that one that ends is noticed and replaced.</summary>
    private static void Fuzz(string target)
    {
        using var folder = new TempFolder();
        Fuzzer.OutOfProcess.Run(stream =>
        {
            using var input = new MemoryStream();
            stream.CopyTo(input);
            FuzzTargets.Run(target, folder, input.ToArray());
        });
    }

    private static int Replay(string target, string[] files)
    {
        using var folder = new TempFolder();
        var faults = 0;
        foreach (var file in files)
        {
            try
            {
                FuzzTargets.Run(target, folder, File.ReadAllBytes(file));
                Console.WriteLine($"{file}: no fault");
            }
#pragma warning disable CA1031 // Whatever it is, it is what is looked for.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                faults++;
                Console.WriteLine($"{file}: {exception}");
            }
        }

        return faults == 0 ? 0 : 1;
    }
}
