using System.CommandLine;

namespace PqGen.Tool;

/// <summary><c>pqtool verify</c>: whether an index file is whole.</summary>
internal sealed class VerifyCommand
{
    private readonly Argument<string> _file = ToolOptions.FileArgument("FILE", "The index file");
    private readonly Option<bool> _json = ToolOptions.Switch("--json", "Print one JSON object instead of text");

    private VerifyCommand()
    {
    }

    /// <summary>The command with its options.</summary>
    public static Command Create()
    {
        var verify = new VerifyCommand();
        var command = new MeasuringCommand(
            "verify",
            "Checks an index file: every checksum, and that its contents are those of an index.",
            """
            Exit code 0: the file is whole. 1: it is not; the error names the section and what was found in it.

            Examples:
              pqtool verify words.pqg
              pqtool verify words.pqg --json
            """)
        {
            verify._file, verify._json,
        };
        command.SetAction(verify.Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        var (output, path) = (parsed.InvocationConfiguration.Output, parsed.GetValue(_file)!);
        var progress = new ProgressView(parsed.InvocationConfiguration.Error);
        var info = progress.Run("verifying", _ => VectorIndex.Verify(path)).Result;
        if (parsed.GetValue(_json))
        {
            FileReport.Of(path, info).Write(output, json: true);
        }
        else
        {
            output.WriteLine($"{path}: whole; {info.Count} vectors, {info.Shape}, {info.Sections.Count} sections, {info.FileLength} bytes");
        }

        return CommandLine.Success;
    }
}
