namespace PqGen.Tool;

/// <summary>What the user asked for cannot be done with what was given; the message says why and what would work.</summary>
internal sealed class ToolException(string message) : Exception(message);
