using PqGen.Indexes;
using PqGen.Kernels;
using PqGen.Tests.Indexes;

namespace PqGen.Tests.Kernels;

/// <summary>Kernels that were generated for another version of the runtime are refused before they read anything.</summary>
public class ContractVersionTests
{
    [Fact]
    public void Kernels_of_another_version_are_refused_by_both_numbers() =>
        Refusals.Expect<InvalidOperationException>(
            () => IndexBuilder.Flat(default(Old)),
            typeof(Old).FullName!,
            "version -1",
            $"version {KernelLayout.ContractVersion}",
            "PqGen.Tests");

    [Fact]
    public void Generated_kernels_state_the_version_of_this_runtime() =>
        Assert.Equal(KernelLayout.ContractVersion, VersionOf<EmittedIndexes.Flat8.Kernels>());

    private static int VersionOf<TKernels>()
        where TKernels : struct, IVectorKernels => TKernels.ContractVersion;

    private readonly struct Old : IVectorKernels
    {
        public static int ContractVersion => -1;

        public int Dimension => throw new NotSupportedException();

        public Metric Metric => throw new NotSupportedException();

        public KernelPath Path => throw new NotSupportedException();

        public float Score(ref float x, ref float y) => throw new NotSupportedException();

        public void Scores(ref float query, ref float rows, int count, ref float scores) => throw new NotSupportedException();
    }
}
