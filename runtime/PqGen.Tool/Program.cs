using PqGen.Tool;

using var interruption = new Interruption(Console.Error, isTerminal: !Console.IsErrorRedirected);
return CommandLine.Run(args, Console.Out, Console.Error);
