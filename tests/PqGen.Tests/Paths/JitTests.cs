using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using PqGen.Kernels;
using PqGen.Tests.Kernels;
using PqGen.Tests.Reference;

namespace PqGen.Tests.Paths;

/// <summary>
/// Above some sizes the JIT drops to MinOpts, or inlines no more, and says nothing: the code runs many times slower. Here it has to
/// say what it did with the kernels of the extreme shapes.
/// </summary>
[Collection(ChildProcessCollection.Name)]
public partial class JitTests
{
    private static readonly Type[] s_extremes =
    [
        typeof(EmittedIndexes.IvfPq4096_256_256.Kernels), typeof(ReferenceIvfPq25.Kernels), typeof(EmittedIndexes.Pq4096_1_16.Kernels),
        typeof(EmittedIndexes.Pq582_97_33.Kernels), typeof(EmittedIndexes.IvfPqProduct100_20_256.Kernels),
    ];

    /// <summary>The runtime's functions that kernels are written over: a call of one that remains costs more than the function.</summary>
    private static readonly Type[] s_lanes =
    [
        typeof(SquaredDifference), typeof(MinusTwiceProduct), typeof(LaneReduction), typeof(TransposedSquares), typeof(RowFolds), typeof(TableBytes),
        typeof(ScanSurvivors), typeof(ScanLanes128), typeof(ScanLanes256), typeof(ScanLanes512),
        typeof(ByteRows512), typeof(WordRows512), typeof(TableRows256), typeof(CacheLine), typeof(Fused),
    ];

    private sealed record Compiled(string Type, string Method, string Tier);

    [Fact]
    public void Every_kernel_of_the_extreme_shapes_is_compiled_with_full_optimization()
    {
        var summary = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.jit");
        try
        {
            ChildProcess.Test(
                "Jit", "DOTNET_JitDisasmSummary=1", $"DOTNET_JitStdOutFile={summary}", $"{ChildProcess.ExpectedPath}={new GenericKernels(4).Path}");
            var lines = File.ReadAllLines(summary);
            Assert.True(Faults(lines) is [], string.Join('\n', Faults(lines)));

            // What the JIT would say otherwise is noticed.
            const string MinOpts = "[FullOpts switched to MinOpts,";
            Assert.NotEmpty(Faults([.. lines.Select(line => line.Replace("[FullOpts,", MinOpts, StringComparison.Ordinal))]));
            var call = $"JIT compiled {typeof(RowFolds).FullName}:ToFour[{typeof(Least).FullName}](x):y [Tier0, IL size=1, code size=2]";
            Assert.NotEmpty(Faults([.. lines, call]));
            Assert.NotEmpty(Faults([.. lines.Where(line => !line.Contains(":ScanBlocks", StringComparison.Ordinal))]));
        }
        finally
        {
            File.Delete(summary);
        }
    }

    /// <summary>Tier 1 inlines a short leaf into its caller, where nothing is left of the budget for the functions that the leaf calls.</summary>
    [Fact]
    public void No_leaf_is_inlined()
    {
        var leaves = s_extremes.SelectMany(EmittedMethods.Of)
            .Where(method => method.IsPrivate && Has(method, MethodImplAttributes.AggressiveOptimization)).ToArray();
        Assert.NotEmpty(leaves);
        Assert.DoesNotContain(leaves, leaf => !Has(leaf, MethodImplAttributes.NoInlining));
    }

    [Fact]
    [Trait("Category", "Jit")]
    public void A_child_compiles_and_runs_the_kernels()
    {
        if (!ChildProcess.IsChild)
        {
            return;
        }

        foreach (var leaf in s_extremes.SelectMany(Leaves))
        {
            RuntimeHelpers.PrepareMethod(leaf.MethodHandle, [.. leaf.GetGenericArguments().Select(argument => argument.TypeHandle)]);
        }

        Run<EmittedIndexes.IvfPq4096_256_256.Kernels>();
        Run<ReferenceIvfPq25.Kernels>();
        Run<EmittedIndexes.Pq4096_1_16.Kernels>();
        Run<EmittedIndexes.Pq582_97_33.Kernels>();
        Run<EmittedIndexes.IvfPqProduct100_20_256.Kernels>();
        FloatKernelChecks.CheckCentroids(default(EmittedIndexes.IvfPq4096_256_256.Kernels), seed: 3);
        FloatKernelChecks.CheckCentroids(default(ReferenceIvfPq25.Kernels), seed: 3);
        FloatKernelChecks.CheckCentroids(default(EmittedIndexes.IvfPqProduct100_20_256.Kernels), seed: 3);
    }

    private static void Run<TKernels>()
        where TKernels : struct, IPqKernels
    {
        var kernels = default(TKernels);
        var data = new ScanCase(kernels.Dimension, kernels.M, kernels.Ksub, blockCount: 5, seed: 1);
        ScanKernelChecks.CheckAdc(kernels, data);
        ScanKernelChecks.CheckScan(kernels, data);
        FloatKernelChecks.CheckRows(kernels, seed: 2);
        FloatKernelChecks.CheckCodebooks(kernels, seed: 2);
    }

    private static List<string> Faults(string[] summary)
    {
        var compiled = summary.Select(Parse).OfType<Compiled>().ToLookup(method => (method.Type, method.Method));
        var faults = new List<string>();
        foreach (var type in s_extremes)
        {
            foreach (var leaves in Leaves(type).GroupBy(leaf => (leaf.DeclaringType!.FullName!, leaf.Name)))
            {
                var found = compiled[leaves.Key].ToArray();
                if (found.Length < leaves.Count() || found.Any(method => method.Tier != "FullOpts"))
                {
                    faults.Add($"{leaves.Key}: [{string.Join(", ", found.Select(method => method.Tier))}], FullOpts expected");
                }
            }

            foreach (var helper in EmittedMethods.Of(type).Where(method => method.IsPrivate && Has(method, MethodImplAttributes.AggressiveInlining)))
            {
                if (helper.Name.StartsWith("Range", StringComparison.Ordinal) && compiled[(helper.DeclaringType!.FullName!, helper.Name)].Any())
                {
                    faults.Add($"{helper.DeclaringType}:{helper.Name} is called, not inlined");
                }
            }
        }

        faults.AddRange(compiled.Where(group => s_lanes.Any(lane => group.Key.Type == lane.FullName))
            .Select(group => $"{group.Key} is called, not inlined"));
        faults.AddRange(compiled.SelectMany(group => group)
            .Where(method => method.Type.StartsWith("PqGen.Generated.", StringComparison.Ordinal))
            .Where(method => method.Tier.Contains("MinOpts", StringComparison.Ordinal))
            .Select(method => $"{method.Type}:{method.Method}: {method.Tier}"));
        return faults;
    }

    /// <summary>The methods that run hot, of the paths that this processor has.</summary>
    private static IEnumerable<MethodInfo> Leaves(Type kernels) =>
        EmittedMethods.Of(kernels)
            .Where(method => Has(method, MethodImplAttributes.AggressiveOptimization) && IsOn(PathOf(method.Name), new GenericKernels(4).Path));

    /// <summary>Whether a processor whose best path is this has the other: of the paths below it Arm64's is none of x64's.</summary>
    private static bool IsOn(KernelPath path, KernelPath best) => path == best || (path < best && path != KernelPath.AdvSimd);

    private static KernelPath PathOf(string leaf) =>
        leaf.EndsWith("Avx512Vbmi", StringComparison.Ordinal) ? KernelPath.Avx512Vbmi
        : leaf.EndsWith("512", StringComparison.Ordinal) ? KernelPath.Avx512
        : leaf.EndsWith("Avx2", StringComparison.Ordinal) || leaf.EndsWith("256", StringComparison.Ordinal) ? KernelPath.Avx2
        : leaf.EndsWith("AdvSimd", StringComparison.Ordinal) ? KernelPath.AdvSimd
        : KernelPath.Vector128;

    private static bool Has(MethodInfo method, MethodImplAttributes flag) => (method.MethodImplementationFlags & flag) != 0;

    private static Compiled? Parse(string line) =>
        Line().Match(line) is { Success: true } match ? new Compiled(match.Groups[1].Value, match.Groups[2].Value, match.Groups[3].Value) : null;

    /// <summary>"  12: JIT compiled Space.Outer+Kernels:Method(byref,int) [FullOpts, IL size=1, code size=2]".</summary>
    [GeneratedRegex("""JIT compiled ([^:\s]+):(\w+)(?:\[[^\]]*\])?\(.*\[([^,\]]+), [^\[]*\]$""")]
    private static partial Regex Line();
}
