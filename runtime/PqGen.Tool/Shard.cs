using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;

namespace PqGen.Tool;

/// <summary>One of the parts into which the rows of a file are divided, whose indexes are then merged.</summary>
/// <param name="Number">Its number, from 1.</param>
/// <param name="Count">How many there are.</param>
internal sealed partial record Shard(int Number, int Count)
{
    private const int MaxCount = 999_999;

    /// <summary>--shard.</summary>
    public static Option<Shard?> Option() => new("--shard")
    {
        Description = "Add only the I-th of N parts of the rows, counted from 1, and write it beside --out, as words.1-of-4.pqg; pqtool merge puts "
            + "the parts together",
        HelpName = "I/N",
        CustomParser = result =>
        {
            var words = result.Tokens[0].Value.Split('/');
            if (words.Length == 2
                && int.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var count)
                && number >= 1 && number <= count && count <= MaxCount)
            {
                return new Shard(number, count);
            }

            result.AddError($"--shard is '{result.Tokens[0].Value}'; it needs a part and how many there are, 1/4 to 4/4 for example");
            return null;
        },
    };

    /// <summary>Its rows, of so many in all: parts differ by one row at most.</summary>
    public (long First, long Count) Rows(long all)
    {
        var first = all * (Number - 1) / Count;
        return (first, (all * Number / Count) - first);
    }

    /// <summary>The file of the part of an index that is to be at a path. Names sort as numbers do.</summary>
    public string PathOf(string path)
    {
        var number = Number.ToString(CultureInfo.InvariantCulture).PadLeft(Count.ToString(CultureInfo.InvariantCulture).Length, '0');
        return string.Create(CultureInfo.InvariantCulture, $"{Path.ChangeExtension(path, null)}.{number}-of-{Count}{Path.GetExtension(path)}");
    }

    /// <summary>Refuses parts of which one, by their names, is not among them.</summary>
    public static void CheckComplete(IReadOnlyCollection<string> paths)
    {
        var there = paths.ToHashSet(StringComparer.Ordinal);
        foreach (var (stem, count, extension) in paths.Select(path => PartName().Match(path)).Where(name => name.Success).Select(
            name => (name.Groups["stem"].Value, int.Parse(name.Groups["count"].Value, CultureInfo.InvariantCulture), name.Groups["extension"].Value))
            .Distinct())
        {
            for (var number = 1; number <= count; number++)
            {
                if (new Shard(number, count).PathOf(stem + extension) is var part && !there.Contains(part))
                {
                    throw new ToolException($"{part} is not among the files to merge, and there are {count} parts by their names; name all of them");
                }
            }
        }
    }

    [GeneratedRegex(@"^(?<stem>.*)\.\d+-of-(?<count>\d{1,6})(?<extension>(\.[^./\\]*)?)$")]
    private static partial Regex PartName();
}
