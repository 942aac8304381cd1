namespace PqGen.Tool;

/// <summary>What the user asked for cannot be done with what was given; the message says why and what would work.</summary>
internal sealed class ToolException(string message) : Exception(message);

/// <summary>The options contradict each other, whatever the vectors are.</summary>
internal sealed class UsageException(string message) : Exception(message);
