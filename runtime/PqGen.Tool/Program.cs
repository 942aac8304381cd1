using PqGen.Tool;

// A bar is drawn on the console's own writer alone.
var error = Console.IsErrorRedirected ? new TolerantWriter(Console.Error) : Console.Error;
using var interruption = new Interruption(error, isTerminal: !Console.IsErrorRedirected);
using var output = WrappingWriter.Of(Console.Out, isTerminal: !Console.IsOutputRedirected);
return CommandLine.Run(args, output, error);
