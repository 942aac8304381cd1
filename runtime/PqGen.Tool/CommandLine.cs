using System.CommandLine;
using System.CommandLine.Invocation;

namespace PqGen.Tool;

/// <summary>Runs one command line: results to the output, everything else to the error writer.</summary>
internal static class CommandLine
{
    public const int Success = 0;
    public const int Failure = 1;
    public const int Usage = 2;

    /// <summary>Runs a command line and returns the exit code: 0 done, 1 failed, 2 wrong usage.</summary>
    public static int Run(string[] args, TextWriter output, TextWriter error)
    {
        var root = new RootCommand(
            """
            Measures product-quantized nearest-neighbour search on your own vectors: what memory it saves, what recall it keeps, how fast it is.
            Results go to the output, progress and errors to the error output; the exit code is 0 (done), 1 (failed) or 2 (wrong usage).
            """)
        {
            EstimateCommand.Create(),
            BenchCommand.Create(),
        };

        MeasuringCommand.ExtendHelp(root);
        var parsed = root.Parse(args);
        string command = parsed.CommandResult.Command == root ? "" : parsed.CommandResult.Command.Name + " ";
        if (parsed.Action is ParseErrorAction)
            return RefuseUsage(parsed.Errors[0].Message, command, error);

        try
        {
            return parsed.Invoke(new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false });
        }
        catch (UsageException e)
        {
            return RefuseUsage(e.Message, command, error);
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

    private static int RefuseUsage(string message, string command, TextWriter error)
    {
        error.WriteLine($"error: {OneLine(message)}");
        error.WriteLine($"see: pqtool {command}--help");
        return Usage;
    }

    /// <summary>The first line of a message: exceptions of the framework append the parameter's value on further lines.</summary>
    private static string OneLine(string message) => message.Split('\n', 2)[0].TrimEnd();
}
