using System.CommandLine;
using System.CommandLine.Completions;

namespace PqGen.Tool.Completion;

/// <summary>What may stand behind an option, or in the place of a file.</summary>
internal enum CompletedValue
{
    /// <summary>Nothing: a switch.</summary>
    None,

    /// <summary>A number or another text that nobody can guess.</summary>
    Text,

    /// <summary>One of some words.</summary>
    Words,

    /// <summary>A file.</summary>
    File,
}

/// <summary>One option.</summary>
/// <param name="Names">--npy, or all of its names.</param>
/// <param name="Description">A few words.</param>
/// <param name="Value">What stands behind it.</param>
/// <param name="Words">The words, where it is one of them.</param>
internal sealed record CompletedOption(string[] Names, string Description, CompletedValue Value, string[] Words);

/// <summary>One command.</summary>
/// <param name="Name">The command.</param>
/// <param name="Description">A few words.</param>
/// <param name="Options">Its options.</param>
/// <param name="Value">What stands in it without an option's name before it.</param>
/// <param name="Words">The words, where it is one of them.</param>
internal sealed record CompletedCommand(string Name, string Description, CompletedOption[] Options, CompletedValue Value, string[] Words);

/// <summary>The commands and options that there are, as the command line itself has them.</summary>
internal static class CompletionTable
{
    private const int MostWords = 60;

    /// <summary>All commands.</summary>
    public static CompletedCommand[] Of(RootCommand root) =>
    [
        .. root.Subcommands.Where(command => !command.Hidden).Select(command =>
        {
            var options = command.Options.Concat(root.Options.Where(option => option.Recursive)).Where(option => !option.Hidden).Select(Of);
            var (value, words) = command.Arguments.Count == 0
                    ? (CompletedValue.None, [])
                    : ValueOf(command.Arguments[0], command.Arguments[0].ValueType);
            return new CompletedCommand(command.Name, Brief(command.Description), [.. options], value, words);
        }),
    ];

    private static CompletedOption Of(Option option)
    {
        // -? and /h are names of --help that shells would take for patterns and paths.
        string[] names =
        [
            .. option.Aliases.Prepend(option.Name).Where(
                name => name.StartsWith('-') && name.All(c => c == '-' || char.IsAsciiLetterOrDigit(c))),
        ];
        var (value, words) = option.Arity.MaximumNumberOfValues == 0 || option.ValueType == typeof(bool)
            ? (CompletedValue.None, [])
            : ValueOf(option, option.ValueType);
        return new CompletedOption(names, Brief(option.Description), value, words);
    }

    private static (CompletedValue Value, string[] Words) ValueOf(Symbol symbol, Type type)
    {
        string[] words = [.. symbol.GetCompletions(CompletionContext.Empty).Select(item => item.Label)];
        return words.Length > 0 ? (CompletedValue.Words, words)
            : type == typeof(string) || type == typeof(string[]) ? (CompletedValue.File, words)
            : (CompletedValue.Text, words);
    }

    /// <summary>How a description begins, in letters that no shell takes for its own.</summary>
    private static string Brief(string? description)
    {
        var text = (description ?? "").Split(['.', ';', ':', '('], 2)[0];
        text = string.Concat(text.Where(c => char.IsAsciiLetterOrDigit(c) || c is ' ' or ',' or '-')).Trim();
        if (text.Length <= MostWords)
        {
            return text;
        }

        return text[..text.LastIndexOf(' ', MostWords)].TrimEnd(',') + " ...";
    }
}
