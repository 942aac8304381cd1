using System.Diagnostics;
using PqGen.Tool;

namespace PqGen.Tests.Tool;

/// <summary>The tool in a process of its own, which signals can end.</summary>
internal static class ToolProcess
{
    /// <summary>The dotnet command.</summary>
    public static string Host { get; } = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    /// <summary>What it runs.</summary>
    public static string Assembly { get; } = typeof(CommandLine).Assembly.Location;

    /// <summary>
    /// The words before a command that let signals end it. Whoever runs the tests in a shell's background, or under nohup, has some ignored, and
    /// processes inherit that.
    /// </summary>
    public static string[] WithSignals { get; } = TakesSignals() ? ["env", "--default-signal=INT"] : [];

    /// <summary>Starts it; its words are separated by single spaces.</summary>
    public static Process Start(string commandLine)
    {
        string[] words = [.. WithSignals, Host, Assembly, .. commandLine.Split(' ')];
        return Process.Start(new ProcessStartInfo(words[0], words[1..]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
    }

    /// <summary>Sends it a signal.</summary>
    public static void Kill(Process tool, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{tool.Id}"]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }

    /// <summary>Whether there is an env that resets signals: that of GNU since 8.31 does.</summary>
    private static bool TakesSignals()
    {
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        using var env = Process.Start(new ProcessStartInfo("env", ["--default-signal=INT", "true"]) { RedirectStandardError = true })!;
        env.WaitForExit();
        return env.ExitCode == 0;
    }
}

/// <summary>A test that needs Unix, and perhaps one of its programs; skipped elsewhere.</summary>
internal sealed class UnixFactAttribute : FactAttribute
{
    /// <param name="program">The program's path.</param>
    public UnixFactAttribute(string program)
    {
        if (OperatingSystem.IsWindows() || !File.Exists(program))
        {
            Skip = $"{program} is needed";
        }
    }
}

/// <summary>A theory that needs Unix, and perhaps one of its programs; skipped elsewhere.</summary>
internal sealed class UnixTheoryAttribute : TheoryAttribute
{
    /// <param name="program">The path of a program that is needed; none by default.</param>
    public UnixTheoryAttribute(string? program = null)
    {
        if (OperatingSystem.IsWindows() || (program is not null && !File.Exists(program)))
        {
            Skip = $"{program ?? "Unix"} is needed";
        }
    }
}
