using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace PqGen.Tool;

/// <summary>Makes options whose wrong values are answered with the range they have.</summary>
internal static class ToolOptions
{
    /// <summary>A whole number.</summary>
    public static Option<int> Int(string name, int standard, int min, string description, int max = int.MaxValue) => new(name)
    {
        Description = description,
        HelpName = "N",
        DefaultValueFactory = _ => standard,
        CustomParser = result => Number(result, name, result.Tokens[0].Value, min, max),
    };

    /// <summary>Whole numbers, separated by commas.</summary>
    public static Option<int[]> IntList(string name, int[] standard, int min, string description) => new(name)
    {
        Description = description,
        HelpName = "N,N,...",
        Arity = ArgumentArity.ExactlyOne,
        DefaultValueFactory = _ => standard,
        CustomParser = result => [.. result.Tokens[0].Value.Split(',').Select(part => Number(result, name, part, min, int.MaxValue))],
    };

    /// <summary>A file.</summary>
    public static Option<string?> File(string name, string description, bool required = false) => new(name)
    {
        Description = description,
        HelpName = "FILE",
        Required = required,
    };

    /// <summary>One of several words, the first by default.</summary>
    public static Option<string> Choice(string name, string description, params string[] words)
    {
        return new Option<string>(name)
        {
            Description = description,
            HelpName = string.Join('|', words),
            DefaultValueFactory = _ => words[0],
            CustomParser = result =>
            {
                string word = result.Tokens[0].Value;
                if (!words.Contains(word))
                    result.AddError($"{name} is '{word}'; it needs to be {string.Join(" or ", words)}");
                return word;
            },
        };
    }

    /// <summary>A switch.</summary>
    public static Option<bool> Switch(string name, string description) => new(name) { Description = description };

    /// <summary>Whether the user wrote the option.</summary>
    public static bool IsGiven(this ParseResult parsed, Option option) => parsed.GetResult(option) is { Implicit: false };

    /// <summary>Refuses probing more lists than there are.</summary>
    public static void CheckProbes(int nlist, params ReadOnlySpan<int> nprobes)
    {
        foreach (int nprobe in nprobes)
        {
            if (nprobe > nlist)
                throw new UsageException($"--nprobe is {nprobe}, but there are {nlist} lists; it needs 1 to {nlist}, or a larger --nlist");
        }
    }

    private static int Number(ArgumentResult result, string name, string text, int min, int max)
    {
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) && value >= min && value <= max)
            return value;
        string range = max == int.MaxValue ? $"{min} or more" : $"{min} to {max}";
        result.AddError($"{name} is '{text}'; it needs a whole number, {range}");
        return min;
    }
}
