using Xunit.Abstractions;

namespace PqGen.Tests.Paths;

/// <summary>
/// Arm64's .NET under an emulator: what its kernels find and save is what this processor's do, and those that Arm64 has to itself agree with the
/// scalar reference. The script's "--all" runs the other tests of the kernels too, which takes longer.
/// </summary>
[Collection(ScriptCollection.Name)]
public class Arm64Tests(ITestOutputHelper output)
{
    [Fact]
    public Task Arm64_finds_and_saves_what_this_processor_does() => LinuxScript.Check("arm64.sh", @"\n\d+ passed, 0 failed\n", output);
}
