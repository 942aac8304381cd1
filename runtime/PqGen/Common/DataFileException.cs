namespace PqGen;

/// <summary>A file does not hold what it must: which file, what was found in it and what is needed.</summary>
public abstract class DataFileException : IOException
{
    /// <summary>Makes an exception of a message alone.</summary>
    /// <param name="message">What is wrong.</param>
    private protected DataFileException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an exception of a message and its cause.</summary>
    /// <param name="message">What is wrong.</param>
    /// <param name="innerException">What led to it.</param>
    private protected DataFileException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Makes an exception whose message is "file: found; needed".</summary>
    /// <param name="file">The file's path.</param>
    /// <param name="found">What the file holds, with the value and its place.</param>
    /// <param name="needed">What is needed, or how to make it so.</param>
    private protected DataFileException(string file, string found, string needed)
        : base($"{file}: {found}; {needed}")
    {
        File = file;
        Found = found;
        Needed = needed;
    }

    /// <summary>The file's path, as it was given; empty where the exception was made of a message.</summary>
    public string File { get; } = "";

    /// <summary>What was found; empty where the exception was made of a message.</summary>
    public string Found { get; } = "";

    /// <summary>What is needed, or how to make it so; empty where the exception was made of a message.</summary>
    public string Needed { get; } = "";
}
