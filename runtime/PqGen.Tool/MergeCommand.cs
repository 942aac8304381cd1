using System.CommandLine;

namespace PqGen.Tool;

/// <summary>A file that <c>pqtool merge</c> has written, as its JSON shows it.</summary>
internal sealed record MergeReport(string Out, int Parts, long N, bool OwnIds, long FileBytes);

/// <summary><c>pqtool merge</c>: the parts of an index to one file.</summary>
internal sealed class MergeCommand
{
    private readonly Argument<string[]> _parts = new("PART")
    {
        Description = "The index files, all of one model, in the order that their vectors are to have",
        HelpName = "PART...",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string?> _out = ToolOptions.File(
        "--out", "The index file to write, such as words.pqg; a file in its place is replaced once the new one is whole", required: true);

    private readonly Option<bool> _json = ToolOptions.Switch("--json", "Print one JSON object instead of text");

    private MergeCommand()
    {
    }

    /// <summary>The command with its options.</summary>
    public static Command Create()
    {
        var merge = new MergeCommand();
        var command = new MeasuringCommand(
            "merge",
            "Puts index files of one model together, list by list, in memory that does not grow with them.",
            """
            Every part is checked whole first. Parts of different models, an id that is in more than one, and a part that is missing of
            those that "pqtool build --shard" numbers are refused by name, with exit code 1, and nothing is written. The same parts give
            the same file, so that it can be run again. What --calibrate measured on a part is not kept: measure the whole.

            Examples:
              pqtool merge words.1-of-4.pqg words.2-of-4.pqg words.3-of-4.pqg words.4-of-4.pqg --out words.pqg
              pqtool merge words.*-of-16.pqg --out words.pqg
            """)
        {
            merge._parts, merge._out, merge._json,
        };
        command.SetAction(merge.Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        var (parts, target) = (parsed.GetValue(_parts)!, parsed.GetValue(_out)!);
        OutputFile.Check(target);
        Shard.CheckComplete(parts);
        CheckModels(parts);
        var progress = new ProgressView(parsed.InvocationConfiguration.Error);
        var info = progress.Run("merging", _ =>
        {
            Merge(target, parts);
            return VectorIndex.Inspect(target);
        }).Result;
        var written = new MergeReport(target, parts.Length, info.Count, info.OwnIds, info.FileLength);
        parsed.InvocationConfiguration.Output.WriteLine(parsed.GetValue(_json)
            ? Text.JsonLine(written)
            : $"{target}: {info.Count} vectors of {parts.Length} parts, {info.Shape}, {Text.Megabytes(info.FileLength, 1)}");
        return CommandLine.Success;
    }

    /// <summary>Refuses parts of different models before any is read whole.</summary>
    private static void CheckModels(string[] parts)
    {
        var first = VectorIndex.Inspect(parts[0]).Model;
        foreach (var part in parts[1..])
        {
            if (VectorIndex.Inspect(part).Model is var model && model != first)
            {
                throw new ToolException(
                    $"{part} has the model {Short(model)}, {parts[0]} {Short(first)}; parts of one model are needed: build all with one --model");
            }
        }
    }

    private static string Short(string model) => model.Length > 16 ? model[..16] : "of a file of version 1";

    private static void Merge(string target, string[] parts)
    {
        try
        {
            VectorIndex.Merge(target, parts);
        }
        catch (ArgumentException e) when (e.ParamName == "sources")
        {
            // The library names its argument; here it is the files.
            throw new ToolException(e.Message.Replace("sources: ", "", StringComparison.Ordinal).Split(" (Parameter ")[0]);
        }
    }
}
