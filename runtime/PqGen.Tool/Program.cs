using PqGen.Tool;

var error = !StandardStreams.IsOpen(StandardStreams.Error) ? TextWriter.Null
    : Console.IsErrorRedirected ? new TolerantWriter(Console.Error)
    : WrappingWriter.Of(Console.Error, isTerminal: true);
if (!StandardStreams.IsOpen(StandardStreams.Output))
{
    error.WriteLine("error: the output is closed; redirect it to a file, or to /dev/null");
    return CommandLine.Failure;
}

using var interruption = new Interruption(Console.Error, isTerminal: !Console.IsErrorRedirected);
using var output = WrappingWriter.Of(Console.Out, isTerminal: !Console.IsOutputRedirected);
return CommandLine.Run(args, output, error);
