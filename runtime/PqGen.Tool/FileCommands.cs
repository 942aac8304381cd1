using System.CommandLine;

namespace PqGen.Tool;

/// <summary>
/// The commands about one index file: <c>pqtool inspect</c>, what it says of itself, and <c>pqtool verify</c>, whether it is whole.
/// </summary>
internal static class FileCommands
{
    /// <summary><c>pqtool inspect</c>.</summary>
    public static Command Inspect() => Create(
        "inspect",
        "Prints what an index file says of itself: kind, sizes, metric and sections. Reads some kilobytes of it.",
        "",
        (path, json, output, _) => FileReport.Of(path, VectorIndex.Inspect(path)).Write(output, json));

    /// <summary><c>pqtool verify</c>.</summary>
    public static Command Verify() => Create(
        "verify",
        "Checks an index file: every checksum, and that its contents are those of an index.",
        """
        Exit code 0: the file is whole. 1: it is not; the error names the section and what was found in it.


        """,
        (path, json, output, error) =>
        {
            var info = new ProgressView(error).Run("verifying", _ => VectorIndex.Verify(path)).Result;
            if (json)
            {
                FileReport.Of(path, info).Write(output, json: true);
            }
            else
            {
                output.WriteLine($"{path}: whole; {info.Count} vectors, {info.Shape}, {info.Sections.Count} sections, {info.FileLength} bytes");
            }
        });

    private static MeasuringCommand Create(string name, string summary, string details, Action<string, bool, TextWriter, TextWriter> run)
    {
        var file = ToolOptions.FileArgument("FILE", "The index file");
        var json = ToolOptions.Switch("--json", "Print one JSON object instead of text");
        var command = new MeasuringCommand(
            name,
            summary,
            $"""
            {details}Examples:
              pqtool {name} words.pqg
              pqtool {name} words.pqg --json
            """)
        {
            file, json,
        };
        command.SetAction(parsed =>
        {
            run(
                parsed.GetValue(file)!,
                parsed.GetValue(json),
                parsed.InvocationConfiguration.Output,
                parsed.InvocationConfiguration.Error);
            return CommandLine.Success;
        });
        return command;
    }
}
