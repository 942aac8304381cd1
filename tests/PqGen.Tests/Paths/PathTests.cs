using PqGen.Kernels;
using PqGen.Tests.Reference;

namespace PqGen.Tests.Paths;

/// <summary>
/// The differential tests on every path: this process runs them on the best one of the machine, child processes with instruction
/// sets turned off on the others. All agree bit for bit on training and on what searches find.
/// </summary>
[Collection(ChildProcessCollection.Name)]
public class PathTests
{
    /// <summary>What the processor has, and this process was not denied.</summary>
    private static KernelPath Best => new GenericKernels(4).Path;

    [Theory]
    [InlineData("DOTNET_EnableAVX512v2=0", KernelPath.Avx512)]
    // What the JIT prefers on Intel's servers from Skylake to Cooper Lake: it stops nobody from using what the processor has.
    [InlineData("DOTNET_PreferredVectorBitWidth=256", KernelPath.Avx512Vbmi)]
    [InlineData("DOTNET_EnableAVX512=0", KernelPath.Avx2)]
    [InlineData("DOTNET_EnableAVX2=0", KernelPath.Vector128)]
    [InlineData("DOTNET_EnableHWIntrinsic=0", KernelPath.Vector128)]
    public void Kernels_hold_with_instruction_sets_off(string setting, KernelPath most)
    {
        // x64's settings mean nothing to Arm64.
        var applies = Best != KernelPath.AdvSimd || setting == "DOTNET_EnableHWIntrinsic=0";
        var expected = applies ? (KernelPath)Math.Min((int)Best, (int)most) : Best;

        // On the path that this process takes, its own tests hold the kernels: it remains to be seen that a child takes it, and finds the same.
        // Without any hardware vectors all takes many times as long: what builds indexes runs with AVX2 off, on the same path. Kernels, and what
        // searches find, are held here too.
        var tests = setting == "DOTNET_EnableHWIntrinsic=0" ? "Kernels&FullyQualifiedName!~PqGen.Tests.Indexes"
            : expected == Best ? $"Kernels&FullyQualifiedName~{nameof(PathTests)}"
            : "Kernels|FullyQualifiedName~AllocationTests";
        ChildProcess.Test(
            tests, setting, $"{ChildProcess.ExpectedPath}={expected}", $"{ChildProcess.ExpectedDigest}={SearchDigest.OfGenerated()}");
    }

    [Fact]
    [Trait("Category", "Kernels")]
    public void A_process_takes_the_path_it_should()
    {
        var expected = Environment.GetEnvironmentVariable(ChildProcess.ExpectedPath) is { } path ? Enum.Parse<KernelPath>(path) : Best;
        Assert.Equal(expected, new GenericKernels(100, 20, 256).Path);
        Assert.Equal(expected, default(ReferenceIvfPq20.Kernels).Path);
        using var index = new ReferenceFlat();
        Assert.Equal(expected, index.Path);
    }

    [Fact]
    [Trait("Category", "Kernels")]
    public void Searches_find_the_same_on_every_path()
    {
        var found = SearchDigest.OfGenerated();
        Assert.Equal(Environment.GetEnvironmentVariable(ChildProcess.ExpectedDigest) ?? found, found);
        Assert.Equal(SearchDigest.OfTwins(), found);
    }
}
