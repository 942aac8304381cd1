namespace PqGen.Tool.Completion;

/// <summary>Writes what a shell evaluates to complete pqtool's words: everything is in the script, nothing is asked of pqtool later.</summary>
internal static class CompletionScript
{
    /// <summary>The shells, by the words of <c>pqtool completion</c>.</summary>
    public static IReadOnlyDictionary<string, Func<CompletedCommand[], string>> Shells { get; } =
        new Dictionary<string, Func<CompletedCommand[], string>> { ["bash"] = Bash, ["zsh"] = Zsh, ["fish"] = Fish, ["powershell"] = PowerShell };

    /// <summary>bash 4 and later. Where nothing is offered, bash itself completes the names of files.</summary>
    private static string Bash(CompletedCommand[] commands) => $$"""
        # ~/.bashrc: source <(pqtool completion bash)
        _pqtool() {
            local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} options= words=
            COMPREPLY=()
            if [ "$COMP_CWORD" -eq 1 ]; then
                COMPREPLY=($(compgen -W "{{Join(commands.Select(command => command.Name))}} --help --version" -- "$current"))
                return
            fi
            # --name=value comes as three words.
            if [ "$current" = = ]; then
                current=
            elif [ "$before" = = ]; then
                before=${COMP_WORDS[COMP_CWORD - 2]}
            fi
            case "${COMP_WORDS[1]}" in
        {{Lines(commands.Select(BashCommand))}}
                *) return ;;
            esac
            if [ -z "$words" ]; then
                case "$current" in
                    -*) words=$options ;;
                    *) return ;;
                esac
            fi
            COMPREPLY=($(compgen -W "$words" -- "$current"))
        }
        complete -o default -F _pqtool pqtool

        """;

    private static string BashCommand(CompletedCommand command)
    {
        var lines = new List<string>
        {
            $"        {command.Name})",
            $"            options=\"{Join(command.Options.SelectMany(option => option.Names))}\"",
        };
        if (command.Value != CompletedValue.File)
        {
            lines.Add($"            words=\"{(command.Value == CompletedValue.Words ? Join(command.Words) : "$options")}\"");
        }

        lines.Add("            case \"$before\" in");
        var files = command.Options.Where(option => option.Value == CompletedValue.File).SelectMany(option => option.Names).ToArray();
        if (files.Length > 0)
        {
            lines.Add($"                {string.Join('|', files)}) return ;;");
        }

        var texts = command.Options.Where(option => option.Value == CompletedValue.Text).SelectMany(option => option.Names).ToArray();
        if (texts.Length > 0)
        {
            lines.Add($"                {string.Join('|', texts)}) compopt +o default 2>/dev/null; return ;;");
        }

        lines.AddRange(command.Options.Where(option => option.Value == CompletedValue.Words).Select(
            option => $"                {string.Join('|', option.Names)}) words=\"{Join(option.Words)}\" ;;"));
        lines.Add("            esac ;;");
        return Lines(lines);
    }

    /// <summary>zsh, evaluated or as a file _pqtool of the fpath.</summary>
    private static string Zsh(CompletedCommand[] commands) => $$"""
        #compdef pqtool
        # ~/.zshrc, behind compinit: source <(pqtool completion zsh)
        _pqtool() {
            if (( CURRENT == 2 )); then
                local -a commands=(
        {{Lines(commands.Select(command => $"            '{command.Name}:{command.Description}'"))}}
                )
                _describe command commands
                return
            fi
            local command=$words[2]
            shift words
            (( CURRENT-- ))
            case $command in
        {{Lines(commands.Select(ZshCommand))}}
            esac
        }
        if [ "$funcstack[1]" = _pqtool ]; then
            _pqtool "$@"
        else
            compdef _pqtool pqtool
        fi

        """;

    private static string ZshCommand(CompletedCommand command)
    {
        var specs = command.Options.SelectMany(
                option => option.Names.Select(name => $"'{name}[{option.Description}]{ZshValue(option.Value, option.Words)}'"));
        if (command.Value != CompletedValue.None)
        {
            specs = specs.Append($"'*{ZshValue(command.Value, command.Words)}'");
        }

        return $"        {command.Name})\n            _arguments -S \\\n{string.Join(" \\\n", specs.Select(spec => "                " + spec))} ;;";
    }

    private static string ZshValue(CompletedValue value, string[] words) => value switch
    {
        CompletedValue.None => "",
        CompletedValue.Words => $":word:({Join(words)})",
        CompletedValue.File => ":file:_files",
        _ => ":value: ",
    };

    private static string Fish(CompletedCommand[] commands)
    {
        var lines = new List<string>
        {
            "# ~/.config/fish/config.fish: pqtool completion fish | source",
            "complete -c pqtool -f",
            "complete -c pqtool -n __fish_use_subcommand -l help -d 'Show help'",
            "complete -c pqtool -n __fish_use_subcommand -l version -d 'Show the version'",
        };
        foreach (var command in commands)
        {
            lines.Add($"complete -c pqtool -n __fish_use_subcommand -a {command.Name} -d '{command.Description}'");
            var behind = $"complete -c pqtool -n '__fish_seen_subcommand_from {command.Name}'";
            if (command.Value != CompletedValue.None)
            {
                lines.Add($"{behind} {(command.Value == CompletedValue.File ? "-F" : $"-a '{Join(command.Words)}'")}");
            }

            foreach (var option in command.Options)
            {
                var names = Join(option.Names.Select(
                        name => name.StartsWith("--", StringComparison.Ordinal) ? $"-l {name[2..]}" : $"-s {name[1..]}"));
                var value = option.Value switch
                {
                    CompletedValue.None => "",
                    CompletedValue.Words => $" -x -a '{Join(option.Words)}'",
                    CompletedValue.File => " -r -F",
                    _ => " -x",
                };
                lines.Add($"{behind} {names}{value} -d '{option.Description}'");
            }
        }

        return Lines(lines) + "\n";
    }

    private static string PowerShell(CompletedCommand[] commands) => $$"""
        # $PROFILE: pqtool completion powershell | Out-String | Invoke-Expression
        Register-ArgumentCompleter -Native -CommandName pqtool -ScriptBlock {
            param($wordToComplete, $commandAst, $cursorPosition)
            $commands = [ordered]@{
        {{Lines(commands.Select(PowerShellCommand))}}
            }
            $before = @($commandAst.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { $_.ToString() })
            $found = @($commands.Keys) + '--help' + '--version'
            if ($before.Count -gt 1) {
                $command = $commands[$before[1]]
                if ($null -eq $command) { return }
                $values = $command[$before[-1]]
                if ($before.Count -gt 2 -and $null -ne $values) {
                    $found = $values
                } elseif ($wordToComplete.StartsWith('-') -or $null -eq $command['']) {
                    $found = @($command.Keys | Where-Object { $_ -ne '' })
                } else {
                    $found = $command['']
                }
            }
            # Where nothing is offered, PowerShell itself completes the names of files.
            $found | Where-Object { $_ -like "$wordToComplete*" } | ForEach-Object {
                [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
            }
        }

        """;

    /// <summary>An option without a value has none, one with words has these; '' is what stands without an option.</summary>
    private static string PowerShellCommand(CompletedCommand command)
    {
        var entries = command.Options.SelectMany(option => option.Names.Select(name => $"'{name}' = {Values(option.Value, option.Words)}"));
        if (command.Value != CompletedValue.None)
        {
            entries = entries.Append($"'' = {Values(command.Value, command.Words)}");
        }

        return $"        '{command.Name}' = [ordered]@{{ {string.Join("; ", entries)} }}";

        static string Values(CompletedValue value, string[] words) => value == CompletedValue.None
            ? "$null"
            : $"@({string.Join(", ", words.Select(word => $"'{word}'"))})";
    }

    private static string Join(IEnumerable<string> words) => string.Join(' ', words);

    private static string Lines(IEnumerable<string> lines) => string.Join('\n', lines);
}
