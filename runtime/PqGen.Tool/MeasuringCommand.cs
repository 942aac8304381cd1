using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace PqGen.Tool;

/// <summary>A command whose help ends with what its figures mean and with examples.</summary>
internal sealed class MeasuringCommand(string name, string summary, string details) : Command(name, summary)
{
    /// <summary>Makes the help of a root command, and of the commands below it, show the details.</summary>
    public static void ExtendHelp(RootCommand root)
    {
        foreach (var help in root.Options.OfType<HelpOption>())
        {
            help.Action = new DetailedHelp((HelpAction)help.Action!);
        }
    }

    private string Details => details;

    private sealed class DetailedHelp(HelpAction standard) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            standard.MaxWidth = WrappingWriter.WidthOf(parseResult.InvocationConfiguration.Output);
            var exitCode = standard.Invoke(parseResult);
            if (parseResult.CommandResult.Command is MeasuringCommand command)
            {
                parseResult.InvocationConfiguration.Output.WriteLine(command.Details);
            }

            return exitCode;
        }
    }
}
