extern alias runtime;

using System.Diagnostics;

namespace PqGen.Generator.Tests.Helpers;

/// <summary>A project of the user's, built by the SDK in a process and a folder of its own.</summary>
internal static class UserProject
{
    /// <summary>Builds a library with every analyzer on and its generated files kept; gives the log and the files' names.</summary>
    public static (string Log, string[] Files) Build(string source)
    {
        var folder = Directory.CreateTempSubdirectory("pqgen-");
        try
        {
            File.WriteAllText(Path.Combine(folder.FullName, "User.csproj"), Project());
            File.WriteAllText(Path.Combine(folder.FullName, "User.cs"), source);
            File.WriteAllText(Path.Combine(folder.FullName, ".editorconfig"), "root = true\n[*.cs]\ndotnet_analyzer_diagnostic.severity = warning\n");
            var log = Run(folder.FullName);
            var files = folder.EnumerateFiles("*.g.cs", SearchOption.AllDirectories).Select(static file => file.Name).ToArray();
            return (log, files);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Project() => $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <TargetFramework>net10.0</TargetFramework>
            <Nullable>enable</Nullable>
            <WarningLevel>9999</WarningLevel>
            <Features>strict</Features>
            <AnalysisLevel>latest</AnalysisLevel>
            <AnalysisMode>All</AnalysisMode>
            <EnforceCodeStyleInBuild>true</EnforceCodeStyleInBuild>
            <GenerateDocumentationFile>true</GenerateDocumentationFile>
            <EmitCompilerGeneratedFiles>true</EmitCompilerGeneratedFiles>
            <UseSharedCompilation>false</UseSharedCompilation>
          </PropertyGroup>
          <ItemGroup>
            <Reference Include="{typeof(runtime::PqGen.Neighbor).Assembly.Location}" />
            <Analyzer Include="{typeof(PqIndexGenerator).Assembly.Location}" />
          </ItemGroup>
        </Project>
        """;

    private static string Run(string folder)
    {
        var start = new ProcessStartInfo("dotnet", ["build", "--nologo", "-c", "Release", "-nodeReuse:false"])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
        };

        // The build that runs the tests leaves its own paths there.
        foreach (var name in start.Environment.Keys.Where(static name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray())
        {
            start.Environment.Remove(name);
        }

        using var process = Process.Start(start)!;
        var log = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, log);
        return log;
    }
}
