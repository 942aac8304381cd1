using System.CommandLine;

namespace PqGen.Tool;

/// <summary><c>pqtool inspect</c>: what an index file says of itself.</summary>
internal sealed class InspectCommand
{
    private readonly Argument<string> _file = ToolOptions.FileArgument("FILE", "The index file");
    private readonly Option<bool> _json = ToolOptions.Switch("--json", "Print one JSON object instead of text");

    private InspectCommand()
    {
    }

    /// <summary>The command with its options.</summary>
    public static Command Create()
    {
        var inspect = new InspectCommand();
        var command = new MeasuringCommand(
            "inspect",
            "Prints what an index file says of itself: kind, sizes, metric and sections. Reads some kilobytes of it.",
            """
            Examples:
              pqtool inspect words.pqg
              pqtool inspect words.pqg --json
            """)
        {
            inspect._file, inspect._json,
        };
        command.SetAction(inspect.Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        var path = parsed.GetValue(_file)!;
        var info = VectorIndex.Inspect(path);
        FileReport.Of(path, info).Write(parsed.InvocationConfiguration.Output, parsed.GetValue(_json));
        return CommandLine.Success;
    }
}
