using System.CommandLine;
using System.Globalization;
using PqGen.Vectors;

namespace PqGen.Tool;

/// <summary>A file that <c>pqtool convert</c> has written, as its JSON shows it.</summary>
internal sealed record ConvertReport(string In, string Out, long Rows, int Columns, long FileBytes);

/// <summary><c>pqtool convert</c>: files of vectors, of integers and of indexes into other formats.</summary>
internal sealed class ConvertCommand
{
    private const string Own = ".pqg";
    private static readonly string[] s_ints = [".ivecs", ".ibin"], s_faiss = [".faiss", ".index"];
    private readonly Argument<string> _in = ToolOptions.FileArgument("IN", "The file to read");
    private readonly Argument<string> _out = ToolOptions.FileArgument("OUT", "The file to write; its extension says the format");
    private readonly Option<(long First, long Count)?> _rows = new("--rows")
    {
        Description = "Only some of the rows, FIRST:COUNT, counted from 0",
        HelpName = "FIRST:COUNT",
    };

    private readonly Option<bool> _half = ToolOptions.Switch("--half", "Write .npy as float16, at half the size");
    private readonly Option<bool> _json = ToolOptions.Switch("--json", "Print one JSON object instead of text");

    private ConvertCommand() => _rows.CustomParser = result =>
    {
        var parts = result.Tokens[0].Value.Split(':');
        if (parts.Length == 2
            && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            && count > 0)
        {
            return (first, count);
        }

        result.AddError($"--rows is '{result.Tokens[0].Value}'; it needs the first row and how many, such as 0:10000");
        return null;
    };

    /// <summary>The command with its options.</summary>
    public static Command Create()
    {
        var convert = new ConvertCommand();
        var command = new MeasuringCommand(
            "convert",
            "Converts files of vectors, integers or indexes into another format.",
            $"""
            Vectors are read from {ToolOptions.VectorFiles}
            and written to .npy, .fvecs, .bvecs, .fbin, .u8bin or .i8bin; the last ones and .bvecs hold whole numbers only.
            Integers are read from and written to .npy (Int64), .ivecs or .ibin.
            Indexes: files of FAISS (.faiss or .index) into .pqg and back, without training or encoding again: what is found stays the same.
            A file in the place of OUT is replaced once the new one is whole.

            Examples:
              pqtool convert base.fvecs base.npy
              pqtool convert base.npy half.npy --half
              pqtool convert sift1b.bvecs first.u8bin --rows 0:1000000
              pqtool convert gt.ivecs gt.npy
              pqtool convert words.faiss words.pqg
            """)
        {
            convert._in, convert._out, convert._rows, convert._half, convert._json,
        };
        command.SetAction(convert.Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        var (source, target) = (parsed.GetValue(_in)!, parsed.GetValue(_out)!);
        OutputFile.Check(target);
        var progress = new ProgressView(parsed.InvocationConfiguration.Error);
        var (rows, columns) = progress.Run("converting", _ => IsIndex(source, target) ? Index(parsed, source, target)
            : IsInts(source, target) ? Ints(parsed, source, target)
            : Floats(parsed, source, target)).Result;
        var written = new ConvertReport(source, target, rows, columns, new FileInfo(target).Length);
        parsed.InvocationConfiguration.Output.WriteLine(parsed.GetValue(_json)
            ? Text.JsonLine(written)
            : $"{target}: {written.Rows} rows x {written.Columns}, {written.FileBytes} bytes");
        return CommandLine.Success;
    }

    /// <summary>Whether a conversion is one of integers: .npy can be either, and the other file says which.</summary>
    private static bool IsInts(string source, string target) =>
        s_ints.Contains(Path.GetExtension(source).ToLowerInvariant()) || s_ints.Contains(Path.GetExtension(target).ToLowerInvariant());

    /// <summary>Whether a conversion is one of indexes; refuses pairs of which one is something else.</summary>
    private static bool IsIndex(string source, string target)
    {
        bool Is(string path, string[] extensions) => extensions.Contains(Path.GetExtension(path).ToLowerInvariant());
        if (!Is(source, [.. s_faiss, Own]) && !Is(target, [.. s_faiss, Own]))
        {
            return false;
        }

        return (Is(source, s_faiss) && Is(target, [Own])) || (Is(source, [Own]) && Is(target, s_faiss))
            ? true
            : throw new UsageException(
                $"{Path.GetFileName(source)} to {Path.GetFileName(target)} is no conversion of indexes; it needs .faiss (or .index) to .pqg, or "
                + "back");
    }

    private (long Rows, int Columns) Index(ParseResult parsed, string source, string target)
    {
        if (parsed.GetValue(_rows) is not null || parsed.GetValue(_half))
        {
            throw new UsageException("--rows and --half are for vectors; leave them out");
        }

        var isExport = Path.GetExtension(source).Equals(Own, StringComparison.OrdinalIgnoreCase);
        using var index = isExport ? VectorIndex.Open(source) : VectorIndex.ImportFaiss(source);
        if (isExport)
        {
            index.ExportFaiss(target);
        }
        else
        {
            index.Save(target);
        }

        return (index.Count, index.Dimension);
    }

    private (long Rows, int Columns) Ints(ParseResult parsed, string source, string target)
    {
        var rows = Inputs.Ints(source, DataRole.Truth);
        if (parsed.GetValue(_rows) is { } range)
        {
            CheckRange(source, rows.Count, range);
            rows = new IntMatrix(rows.Columns, rows.Values.Slice((int)range.First * rows.Columns, (int)range.Count * rows.Columns).ToArray());
        }

        VectorFile.WriteInts(target, rows);
        return (rows.Count, rows.Columns);
    }

    private static void CheckRange(string source, long count, (long First, long Count) range)
    {
        if (range.Count > count - range.First)
        {
            throw new ToolException($"{source} has {count} rows; --rows can be FIRST:COUNT with a sum of {count} at most");
        }
    }

    private (long Rows, int Columns) Floats(ParseResult parsed, string source, string target)
    {
        var (count, dimension) = Inputs.Shape(source, DataRole.Base);
        var range = parsed.GetValue(_rows) ?? (0, count);
        CheckRange(source, count, range);

        VectorFile.Write(target, range.Count, dimension, Inputs.Chunks(source, DataRole.Base, range.First, range.Count), parsed.GetValue(_half));
        return (range.Count, dimension);
    }
}
