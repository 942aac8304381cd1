using System.CommandLine;

namespace PqGen.Tool.Completion;

/// <summary><c>pqtool completion</c>: a script that makes a shell complete commands, options, their words and files.</summary>
internal static class CompletionCommand
{
    /// <summary>The command, which completes those of a root command.</summary>
    public static Command Create(RootCommand root)
    {
        string[] shells = [.. CompletionScript.Shells.Keys];
        var shell = new Argument<string>("SHELL")
        {
            Description = "The shell: bash, zsh, fish or powershell",
            CustomParser = result =>
            {
                var word = result.Tokens[0].Value;
                if (!shells.Contains(word))
                {
                    result.AddError($"SHELL is '{word}'; it needs to be {string.Join(", ", shells[..^1])} or {shells[^1]}");
                }

                return word;
            },
        };
        shell.CompletionSources.Add(shells);
        var command = new MeasuringCommand(
            "completion",
            "Prints a script that makes a shell complete pqtool's commands, options, their words, and files.",
            """
            Examples:
              source <(pqtool completion bash)                  in ~/.bashrc
              source <(pqtool completion zsh)                   in ~/.zshrc, behind compinit
              pqtool completion fish | source                   in ~/.config/fish/config.fish
              pqtool completion powershell | Out-String | Invoke-Expression
                                                                in $PROFILE
            """)
        {
            shell,
        };
        command.SetAction(parsed =>
        {
            var script = CompletionScript.Shells[parsed.GetValue(shell)!](CompletionTable.Of(root));
            WrappingWriter.Whole(parsed.InvocationConfiguration.Output).Write(script);
            return CommandLine.Success;
        });
        return command;
    }
}
