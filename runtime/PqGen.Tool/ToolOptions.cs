using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace PqGen.Tool;

/// <summary>Makes options whose wrong values are answered with the range they have.</summary>
internal static class ToolOptions
{
    /// <summary>The files that vectors are read from.</summary>
    public const string VectorFiles =
        ".npy (two axes; floats of 16, 32 or 64 bits, or bytes), .fvecs, .bvecs, .fbin, .u8bin or .i8bin, " + Formats.NamedData.Help;

    /// <summary>The files that integers are read from.</summary>
    public const string IntFiles = ".npy of integers, .ivecs or .ibin, a row per query, nearest first, at least k";

    /// <summary>More than any machine has: a larger number was mistyped.</summary>
    private const int MaxThreads = 4096;

    /// <summary>A whole number.</summary>
    public static Option<int> Int(string name, int standard, int min, string description, int max = int.MaxValue) => new(name)
    {
        Description = description,
        HelpName = "N",
        DefaultValueFactory = _ => standard,
        CustomParser = result => Number(result, name, result.Tokens[0].Value, min, max),
    };

    /// <summary>-k.</summary>
    public static Option<int> K() => Int("-k", 10, 1, "Neighbours of each query");

    /// <summary>--m.</summary>
    public static Option<int> M() => Int("--m", 16, 1, "Sub-quantizers: a code has m parts; m divides the dimension", IndexLimits.MaxM);

    /// <summary>--ksub.</summary>
    public static Option<int> Ksub() => Int(
        "--ksub", 256, IndexLimits.MinKsub, "Centroids of each sub-quantizer; up to 16, two parts of a code share a byte", IndexLimits.MaxKsub);

    /// <summary>--nlist.</summary>
    public static Option<int> NList() => Int("--nlist", 128, 1, "Lists (cells) of the inverted file");

    /// <summary>--seed.</summary>
    public static Option<int> Seed() => Int("--seed", 1234, int.MinValue, "Seed of every random choice");

    /// <summary>--kernels.</summary>
    public static Option<string> Kernels() => Choice(
        "--kernels",
        "specialized compiles the declaration for these sizes and runs it, as your own program will; generic runs the twin sized at run time",
        IndexFactory.KernelWords);

    /// <summary>--metric.</summary>
    public static Option<string> Metric() => Choice(
        "--metric",
        "What nearest means: the smallest Euclidean distance (l2), the largest inner product (ip) or the largest cosine, which a vector of zeros " +
        "has 0 of with every other",
        MetricWords.All);

    /// <summary>--keep.</summary>
    public static Option<string> Keep() => Choice(
        "--keep",
        "How vectors are kept for re-ranking: 4, 2 or 1 byte a component, or 1 and 2 for a second look at the best; none where nothing is re-ranked",
        [.. Enum.GetNames<RowFormat>().Select(static name => name.ToLowerInvariant()), "none"]);

    /// <summary>--refine.</summary>
    public static Option<string?> Refine() => File(
        "--refine",
        $"The vectors of the index, {VectorFiles}, row i of id i, mapped: with --rerank, candidates that are nearest by kept rows of fewer bytes, " +
        "or all where none are kept, are compared with these");

    /// <summary>--coarse.</summary>
    public static Option<string> Coarse() => Choice(
        "--coarse",
        "How lists are found: by comparing all centroids (flat), a few that their codes leave (codes), or those on a walk through a graph of them " +
        "(hnsw); automatic takes codes from 1,024 lists and a megabyte of centroids on",
        [.. Enum.GetNames<CoarseSearch>().Select(static name => name.ToLowerInvariant())]);

    /// <summary>--anisotropic.</summary>
    public static Option<float> Anisotropic() => new("--anisotropic")
    {
        Description = "The threshold T of score-aware codes under ip and cosine, above 0 and below 1, .2 for example; 0 for plain ones",
        HelpName = "T",
        DefaultValueFactory = _ => 0,
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var threshold) && threshold is >= 0 and < 1)
            {
                return threshold;
            }

            result.AddError($"--anisotropic is '{text}'; it needs a number of 0 or more, below 1");
            return 0;
        },
    };

    /// <summary>--probe-budget.</summary>
    public static Option<double> ProbeBudget() => Number(
        "--probe-budget",
        0,
        0,
        1e9,
        "Lists of mean size that a query's lists may weigh, by their vectors and distance, before its probing ends short of --nprobe; 0 for no " +
        "limit. tune names one");

    /// <summary>--report.</summary>
    public static Option<string?> Report() => File("--report", "Writes charts and every figure to a page of HTML, which needs nothing but itself");

    /// <summary>Refuses files that cannot be written, before the work whose results they are to hold.</summary>
    public static void CheckFiles(ParseResult parsed, params ReadOnlySpan<Option<string?>> files)
    {
        foreach (var file in files)
        {
            if (parsed.GetValue(file) is { } path)
            {
                OutputFile.Check(path);
            }
        }
    }

    /// <summary>What --coarse says.</summary>
    public static CoarseSearch CoarseOf(string word) => Enum.Parse<CoarseSearch>(word, ignoreCase: true);

    /// <summary>--threads; results do not depend on them.</summary>
    public static Option<int> Threads(int standard, string description) => Int("--threads", standard, 0, description, MaxThreads);

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
        CustomParser = result =>
        {
            var path = result.Tokens[0].Value;
            if (path.Length == 0)
            {
                result.AddError($"{name} is ''; it needs a file");
            }

            return path;
        },
    };

    /// <summary>One of several words, the first by default.</summary>
    public static Option<string> Choice(string name, string description, params string[] words)
    {
        var option = new Option<string>(name)
        {
            Description = description,
            HelpName = string.Join('|', words),
            DefaultValueFactory = _ => words[0],
            CustomParser = result =>
            {
                var word = result.Tokens[0].Value;
                if (!words.Contains(word))
                {
                    result.AddError($"{name} is '{word}'; it needs to be {string.Join(", ", words[..^1])} or {words[^1]}");
                }

                return word;
            },
        };
        option.CompletionSources.Add(words);
        return option;
    }

    /// <summary>A file that a command is about, without a name before it.</summary>
    public static Argument<string> FileArgument(string name, string description) => new(name) { Description = description, HelpName = name };

    /// <summary>A number.</summary>
    public static Option<double> Number(string name, double standard, double min, double max, string description) => new(name)
    {
        Description = description,
        HelpName = "X",
        DefaultValueFactory = _ => standard,
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max)
            {
                return value;
            }

            var range = double.IsInfinity(max) ? $"{Text.Shortest(min)} or more" : $"{Text.Shortest(min)} to {Text.Shortest(max)}";
            result.AddError($"{name} is '{text}'; it needs a number, {range}");
            return standard;
        },
    };

    /// <summary>A time: 90s, 5m or 1h.</summary>
    public static Option<TimeSpan> Duration(string name, TimeSpan standard, string description) => new(name)
    {
        Description = description,
        HelpName = "TIME",
        DefaultValueFactory = _ => standard,
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            var unit = text.Length < 2 ? 0 : text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, _ => 0 };
            if (unit > 0 && int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is > 0 and <= 100_000)
            {
                return TimeSpan.FromSeconds((double)count * unit);
            }

            result.AddError($"{name} is '{text}'; it needs a time such as 90s, 5m or 1h");
            return standard;
        },
    };

    /// <summary>A switch.</summary>
    public static Option<bool> Switch(string name, string description) => new(name) { Description = description };

    /// <summary>Whether the user wrote the option.</summary>
    public static bool IsGiven(this ParseResult parsed, Option option) => parsed.GetResult(option) is { Implicit: false };

    /// <summary>Refuses probing more lists than there are.</summary>
    public static void CheckProbes(int nlist, params ReadOnlySpan<int> nprobes)
    {
        foreach (var nprobe in nprobes)
        {
            if (nprobe > nlist)
            {
                throw new UsageException($"--nprobe is {nprobe}, but there are {nlist} lists; it needs 1 to {nlist}, or a larger --nlist");
            }
        }
    }

    private static int Number(ArgumentResult result, string name, string text, int min, int max)
    {
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max)
        {
            return value;
        }

        var range = max == int.MaxValue ? $"{min} or more" : $"{min} to {max}";
        result.AddError($"{name} is '{text}'; it needs a whole number, {range}");
        return min;
    }
}
