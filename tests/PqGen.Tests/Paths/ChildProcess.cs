using System.Globalization;
using System.Text.RegularExpressions;
using PqGen.Kernels;

namespace PqGen.Tests.Paths;

/// <summary>Runs tests of this assembly in a process of their own, which the runtime starts with other settings.</summary>
internal static partial class ChildProcess
{
    /// <summary>The path that a child's kernels should take.</summary>
    public const string ExpectedPath = "PQGEN_EXPECTED_PATH";

    /// <summary>What a child's searches should find: <see cref="SearchDigest"/> of its parent.</summary>
    public const string ExpectedDigest = "PQGEN_EXPECTED_DIGEST";

    /// <summary>Whether this is such a process.</summary>
    public static bool IsChild => Environment.GetEnvironmentVariable(ExpectedPath) is not null;

    /// <summary>
    /// Whether this is one without wide vectors, where even a fused multiply-add may be a call, or on an emulated processor: a part of the rounds has
    /// to do.
    /// </summary>
    public static bool IsSlow => Environment.GetEnvironmentVariable(ExpectedPath) is nameof(KernelPath.Vector128) or nameof(KernelPath.AdvSimd);

    /// <summary>Runs the tests of a category and asserts that there were some, and that they passed.</summary>
    /// <param name="category">The trait of the tests.</param>
    /// <param name="variables">NAME=value each, set for the process of the tests alone.</param>
    public static void Test(string category, params string[] variables)
    {
        var assembly = typeof(ChildProcess).Assembly.Location;
        var run = Dotnet.Run(
            Path.GetDirectoryName(assembly)!,
            ["vstest", assembly, $"--TestCaseFilter:Category={category}", .. variables.Select(variable => $"--Environment:{variable}")]).Succeeded();
        var total = TotalTests().Match(run.Output);
        Assert.True(total.Success && int.Parse(total.Groups[1].Value, CultureInfo.InvariantCulture) > 0, $"no tests were run; {run.All}");
    }

    [GeneratedRegex("""Total(?: tests)?:\s*(\d+)""")]
    private static partial Regex TotalTests();
}
