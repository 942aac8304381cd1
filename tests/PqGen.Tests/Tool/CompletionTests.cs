using System.Diagnostics;
using PqGen.Tool;
using PqGen.Tool.Completion;

namespace PqGen.Tests.Tool;

/// <summary>Shells complete what the command line has.</summary>
public class CompletionTests
{
    private static CompletedCommand[] Commands { get; } = CompletionTable.Of(CommandLine.Root());

    [Fact]
    public void Every_command_and_option_is_in_the_table()
    {
        Assert.Equal(CommandLine.Root().Subcommands.Select(command => command.Name), Commands.Select(command => command.Name));
        var bench = Commands.Single(command => command.Name == "bench");
        Assert.Equal(CompletedValue.File, Option(bench, "--base").Value);
        Assert.Equal(CompletedValue.Text, Option(bench, "--nprobe").Value);
        Assert.Equal(CompletedValue.None, Option(bench, "--json").Value);
        Assert.Equal(["cosine", "ip", "l2"], Option(bench, "--metric").Words);
        Assert.Contains("--npy", Option(Commands.Single(command => command.Name == "build"), "--base").Names);
        Assert.Contains("--help", Option(bench, "-h").Names);
        Assert.Equal(CompletedValue.File, Commands.Single(command => command.Name == "inspect").Value);
        Assert.Equal(CompletedValue.File, Commands.Single(command => command.Name == "convert").Value);
        Assert.Equal(["bash", "fish", "powershell", "zsh"], Commands.Single(command => command.Name == "completion").Words);
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    [InlineData("powershell")]
    public void A_script_has_every_command_and_every_option(string shell)
    {
        var run = ToolRun.Of($"completion {shell}");
        Assert.Equal(CommandLine.Success, run.ExitCode);
        Assert.DoesNotContain('\r', run.Output);
        foreach (var command in Commands)
        {
            Assert.Contains(command.Name, run.Output, StringComparison.Ordinal);
            Assert.All(command.Options.SelectMany(option => option.Names), name => Assert.Contains(
                shell == "fish" ? $" {(name.StartsWith("--", StringComparison.Ordinal) ? "-l" : "-s")} {name.TrimStart('-')}" : name,
                run.Output,
                StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("completion tcsh", "SHELL is 'tcsh'; it needs to be bash, zsh, fish or powershell")]
    [InlineData("completion", "SHELL")]
    public void Another_shell_is_refused(string commandLine, string error) => ToolRun.Of(commandLine).Failed(CommandLine.Usage, error);

    [UnixTheory("/bin/bash")]
    [InlineData("es", "estimate")]
    [InlineData("bench --quer", "--queries --query")]
    [InlineData("bench --metric ", "cosine ip l2")]
    [InlineData("bench --metric co", "cosine")]
    [InlineData("bench --metric = co", "cosine")]
    [InlineData("bench --metric =", "cosine ip l2")]
    [InlineData("bench --base ", "")]
    [InlineData("bench --m ", "")]
    [InlineData("inspect --js", "--json")]
    [InlineData("inspect ", "")]
    [InlineData("completion z", "zsh")]
    [InlineData("nothing --js", "")]
    public void Bash_completes(string line, string expected)
    {
        // As bash calls it: the words, and which of them is completed. Nothing is left to bash's own completion of files.
        var words = line.Split(' ');
        var script = $"""
            set -u
            {ToolRun.Of("completion bash").Output}
            COMP_WORDS=(pqtool {string.Join(' ', words.Select(word => $"'{word}'"))})
            COMP_CWORD={words.Length}
            _pqtool
            echo ${"{"}COMPREPLY[@]-{"}"}
            """;
        Assert.Equal(expected, Sorted(Run("/bin/bash", script)));
    }

    [UnixTheory("/usr/bin/zsh")]
    [InlineData("es", "estimate:")]
    [InlineData("bench --me", "--metric[What nearest means]:word:(cosine ip l2)")]
    [InlineData("bench --me", "--base[Vectors to index]:file:_files")]
    [InlineData("inspect x", "*:file:_files")]
    [InlineData("completion z", "*:word:(bash fish powershell zsh)")]
    public void Zsh_is_told_what_there_is(string line, string expected)
    {
        // Its own functions are made to print what they are told.
        var words = line.Split(' ');
        var script = $"""
            compdef() {"{"} {"}"}
            _describe() {"{"} print -l -- $commands {"}"}
            _arguments() {"{"} print -l -- "$@" {"}"}
            {ToolRun.Of("completion zsh").Output}
            words=(pqtool {string.Join(' ', words)})
            CURRENT={words.Length + 1}
            _pqtool
            """;
        Assert.Contains(expected, Run("/usr/bin/zsh", script), StringComparison.Ordinal);
    }

    [UnixTheory("/usr/bin/fish")]
    [InlineData("es", "estimate")]
    [InlineData("bench --quer", "--queries --query")]
    [InlineData("bench --metric ", "cosine ip l2")]
    [InlineData("completion z", "zsh")]
    public void Fish_completes(string line, string expected)
    {
        var script = $"{ToolRun.Of("completion fish").Output}\ncomplete -C 'pqtool {line}'";
        var offered = Run("/usr/bin/fish", script).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(word => word.Split('\t')[0]);
        Assert.Equal(expected, string.Join(' ', offered.Order(StringComparer.Ordinal)));
    }

    private static CompletedOption Option(CompletedCommand command, string name) => command.Options.Single(option => option.Names.Contains(name));

    private static string Sorted(string words) =>
        string.Join(' ', words.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));

    private static string Run(string shell, string script)
    {
        using var process = Process.Start(new ProcessStartInfo(shell)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        process.StandardInput.Write(script);
        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEnd());
        process.WaitForExit();
        Assert.True(process.ExitCode == 0 && error.Length == 0, error);
        return output.Result;
    }
}
