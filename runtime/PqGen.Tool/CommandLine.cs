using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using PqGen.Tool.Completion;

namespace PqGen.Tool;

/// <summary>Runs one command line: results to the output, everything else to the error writer.</summary>
internal static class CommandLine
{
    public const int Success = 0;
    public const int Failure = 1;
    public const int Usage = 2;
    private const string Name = "pqtool";

    /// <summary>Runs a command line and returns the exit code: 0 done, 1 failed, 2 wrong usage.</summary>
    public static int Run(string[] args, TextWriter output, TextWriter error)
    {
        var root = Root();

        // A file may be named @vectors.npy: no word stands for a file of further words.
        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        var command = parsed.CommandResult.Command == root ? "" : parsed.CommandResult.Command.Name + " ";
        if (Refusal(parsed, root) is { } refusal)
        {
            return RefuseUsage(refusal, command, error);
        }

        try
        {
            return parsed.Invoke(new InvocationConfiguration
            {
                Output = output,
                Error = error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            });
        }
        catch (UsageException e)
        {
            return RefuseUsage(e.Message, command, error);
        }
        catch (UnauthorizedAccessException) when (parsed.Tokens.FirstOrDefault(token => Directory.Exists(token.Value)) is { } folder)
        {
            error.WriteLine($"error: {folder.Value} is a folder; the path of a file is needed");
        }
        catch (OutOfMemoryException)
        {
            error.WriteLine("error: not enough memory for these vectors: take fewer (--n), or a machine with more");
        }
#pragma warning disable CA1031 // The last resort of a command-line tool: one line, never a stack trace.
        catch (Exception e)
#pragma warning restore CA1031
        {
            error.WriteLine($"error: {OneLine(e.Message)}");
        }

        return Failure;
    }

    /// <summary>All commands with their options.</summary>
    public static RootCommand Root()
    {
        var root = new RootCommand(
            """
            Measures product-quantized nearest-neighbour search on your own vectors: what memory it saves, what recall it keeps, how fast it is.
            Builds, searches and checks index files, and converts files of other programs.
            Results go to the output, progress and errors to the error output; the exit code is 0 (done), 1 (failed) or 2 (wrong usage).
            """)
        {
            EstimateCommand.Create(),
            BenchCommand.Create(),
            TuneCommand.Create(),
            BuildCommand.Create(),
            MergeCommand.Create(),
            SearchCommand.Create(),
            FileCommands.Inspect(),
            FileCommands.Verify(),
            ConvertCommand.Create(),
        };
        root.Add(CompletionCommand.Create(root));
        MeasuringCommand.ExtendHelp(root);
        return root;
    }

    /// <summary>Why a command line cannot be run; null when it can.</summary>
    private static string? Refusal(ParseResult parsed, RootCommand root)
    {
        var command = parsed.CommandResult.Command;
        if (MissingValue(parsed, root) is { } missing)
        {
            return missing;
        }

        // A file's place is taken by whatever is there; a file named so is written ./--name.
        if (parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(result => result.Tokens).FirstOrDefault(IsOption) is { } option)
        {
            return Unknown(option.Value, command, root);
        }

        if (parsed.UnmatchedTokens.Count > 0)
        {
            return Unknown(parsed.UnmatchedTokens[0], command, root);
        }

        if (parsed.Action is not ParseErrorAction)
        {
            return null;
        }

        return command == root ? $"a command is needed: {Commands(root)}" : parsed.Errors[0].Message;
    }

    private static bool IsOption(Token token) => token.Value.Length > 1 && token.Value.StartsWith('-');

    /// <summary>What an option lacks whose value would be the name of another; null where every option has a value of its own.</summary>
    private static string? MissingValue(ParseResult parsed, RootCommand root)
    {
        var names = parsed.CommandResult.Command.Options.Concat(root.Options).SelectMany(option => option.Aliases.Append(option.Name)).ToHashSet();
        foreach (var result in parsed.CommandResult.Children.OfType<OptionResult>())
        {
            if (result.Tokens.FirstOrDefault(token => names.Contains(token.Value)) is { } name)
            {
                return $"{result.Option.Name} needs a value, but {name.Value} follows it";
            }
        }

        return null;
    }

    /// <summary>Answers a word that is no command or option here with the nearest that is.</summary>
    private static string Unknown(string word, Command command, RootCommand root)
    {
        if (command == root && !word.StartsWith('-'))
        {
            return Spelling.Nearest(word, root.Subcommands.Select(sub => sub.Name)) is { } meant
                ? $"'{word}' is no command; did you mean {meant}?"
                : $"'{word}' is no command; the commands are {Commands(root)}";
        }

        var name = command == root ? Name : command.Name;
        var option = word.Split('=')[0];
        string[] options = [.. command.Options.Where(known => !known.Hidden).SelectMany(known => known.Aliases.Prepend(known.Name))];
        if (options.Contains(option))
        {
            // Before the command, or after "--".
            return $"{option} belongs behind the command: {Name} {name} {option}";
        }

        return Spelling.Nearest(option, options) is { } near
            ? $"{option} is no option of {name}; did you mean {near}?"
            : $"'{word}' is no option of {name}, and belongs to none";
    }

    private static string Commands(RootCommand root)
    {
        string[] names = [.. root.Subcommands.Select(command => command.Name)];
        return $"{string.Join(", ", names[..^1])} or {names[^1]}";
    }

    private static int RefuseUsage(string message, string command, TextWriter error)
    {
        error.WriteLine($"error: {OneLine(message)}");
        error.WriteLine($"see: {Name} {command}--help");
        return Usage;
    }

    /// <summary>The first line of a message: exceptions of the framework append the parameter's value on further lines.</summary>
    private static string OneLine(string message) => message.Split('\n', 2)[0].TrimEnd();
}
