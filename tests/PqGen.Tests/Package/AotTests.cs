using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using System.Text.RegularExpressions;
using PqGen.Testing;
using PqGen.Tests.Paths;
using Xunit.Abstractions;

namespace PqGen.Tests.Package;

/// <summary>
/// Programs on the package, compiled ahead of time: told once to name an instruction set, and what they find, to the bit, is what the JIT's kernels
/// find. The compiler and its linker come from outside: where there is none, the test says so and checks no more.
/// </summary>
[Collection(ChildProcessCollection.Name)]
public partial class AotTests(PackedLibrary package, ITestOutputHelper output) : IClassFixture<PackedLibrary>
{
    private const string Project = """
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <OutputType>Exe</OutputType>
            <TargetFramework>net10.0</TargetFramework>
            <Nullable>enable</Nullable>
            <ImplicitUsings>enable</ImplicitUsings>
            <PublishAot>true</PublishAot>
            <InvariantGlobalization>true</InvariantGlobalization>
            <NuGetAudit>false</NuGetAudit>
            <RestorePackagesPath>$(MSBuildProjectDirectory)/restored</RestorePackagesPath>
          </PropertyGroup>
          <ItemGroup>
            <PackageReference Include="PqGen" Version="*" />
            <None Include="data/words.*" CopyToOutputDirectory="PreserveNewest" />
          </ItemGroup>
        </Project>
        """;

    /// <summary>
    /// What to compile for this processor. <c>native</c> ends the compiler (10.0.12, "NotSupportedException: Vector256") where the JIT prefers 256 of
    /// 512 bits, as on Intel's servers from Skylake to Cooper Lake; the level that they have does not.
    /// </summary>
    private static string ThisProcessor => Avx512BW.IsSupported && !Vector512.IsHardwareAccelerated ? "x86-64-v4" : "native";

    private static bool HasLinker =>
        OperatingSystem.IsLinux() && new[] { "clang", "gcc" }.Any(linker => File.Exists(Path.Combine("/usr/bin", linker)));

    [Fact]
    public void A_program_is_told_to_name_an_instruction_set_and_finds_what_the_JIT_finds()
    {
        var folder = Consumer("digest", "tests/PqGen.Digest");
        if (Publish(folder, "") is not { } plain)
        {
            return;
        }

        Assert.Equal(RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 1 : 0, Warnings().Count(plain));
        var expected = Without(Jit(folder));
        Assert.Equal(6, expected.Count(line => line.Contains(" found ", StringComparison.Ordinal)));
        Assert.Equal(expected, Without(Native(folder, "")));
        if (Avx2.IsSupported && Fma.IsSupported)
        {
            Assert.DoesNotContain("PQG020", Publish(folder, "x86-64-v3")!, StringComparison.Ordinal);
            var found = Native(folder, "x86-64-v3");
            Assert.Contains("Path Avx2", found, StringComparison.Ordinal);
            Assert.Equal(expected, Without(found));
        }
    }

    [Fact]
    public void The_sample_compiled_for_this_processor_prints_what_the_JIT_prints()
    {
        var folder = Consumer("sample", "samples/QuickStart");
        if (Publish(folder, ThisProcessor) is not { } log)
        {
            return;
        }

        Assert.DoesNotContain("PQG020", log, StringComparison.Ordinal);
        Assert.Equal(Without(Jit(folder)), Without(Native(folder, ThisProcessor)));
    }

    /// <summary>The lines that name no path and no time.</summary>
    private static string[] Without(string text) =>
        [.. text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Where(line => !Varying().IsMatch(line))];

    private static string Jit(string folder) =>
        Dotnet.Run(folder, Directory.GetFiles(Path.Combine(folder, "bin"), "Consumer.dll", SearchOption.AllDirectories).Single()).Succeeded().Output;

    private static string Native(string folder, string instructionSet)
    {
        var program = Path.Combine(folder, $"out{instructionSet}", "Consumer");
        using var process = Process.Start(new ProcessStartInfo(program) { RedirectStandardOutput = true })!;
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return text;
    }

    /// <summary>What publishing printed; null, and a line that says so, where nothing can be compiled ahead of time.</summary>
    private string? Publish(string folder, string instructionSet)
    {
        if (!HasLinker)
        {
            output.WriteLine("neither clang nor gcc is here to link with: nothing was compiled ahead of time");
            return null;
        }

        string[] set = instructionSet == "" ? [] : [$"-p:IlcInstructionSet={instructionSet}"];
        var publish = Dotnet.Run(
            folder,
            ["publish", "-c", "Release", "-o", $"out{instructionSet}", $"-p:NativeIntermediateOutputPath=native{instructionSet}/",
                $"-p:NativeOutputPath=linked{instructionSet}/", .. set]);
        if (publish.ExitCode != 0 && Unreachable().IsMatch(publish.Output))
        {
            output.WriteLine($"the compiler's package is not to be had: nothing was compiled ahead of time; {publish.All}");
            return null;
        }

        return publish.Succeeded().Output;
    }

    private string Consumer(string name, string sources)
    {
        var folder = package.NewFolder(name);
        foreach (var file in Directory.GetFiles(Path.Combine(Repository.Root, sources), "*.cs"))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        var data = Path.Combine(Repository.Root, sources, "data");
        if (Directory.Exists(data))
        {
            Directory.CreateDirectory(Path.Combine(folder, "data"));
            foreach (var file in Directory.GetFiles(data, "words.*"))
            {
                File.Copy(file, Path.Combine(folder, "data", Path.GetFileName(file)));
            }
        }

        File.WriteAllText(Path.Combine(folder, "Consumer.csproj"), Project);
        File.WriteAllText(Path.Combine(folder, "nuget.config"), $"""
            <configuration>
              <packageSources>
                <add key="packed" value="{package.Folder}" />
              </packageSources>
              <packageSourceMapping>
                <clear />
              </packageSourceMapping>
            </configuration>
            """);
        return folder;
    }

    [GeneratedRegex("warning PQG020: .*")]
    private static partial Regex Warnings();

    /// <summary>A line with a path's name, or a time.</summary>
    [GeneratedRegex(@"^Path |kernels on |\d us ")]
    private static partial Regex Varying();

    [GeneratedRegex("error (NU1101|NU1102|NU1301|NU1100)")]
    private static partial Regex Unreachable();
}
