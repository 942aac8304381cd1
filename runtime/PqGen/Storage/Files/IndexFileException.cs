namespace PqGen;

/// <summary>An index file does not hold what it must: which file, what was found in it and what is needed.</summary>
public sealed class IndexFileException : IOException
{
    /// <summary>Makes an exception without a file, as the framework's guidelines ask.</summary>
    public IndexFileException()
        : this("", "an unreadable index file", "")
    {
    }

    /// <summary>Makes an exception of a message alone.</summary>
    /// <param name="message">What is wrong.</param>
    public IndexFileException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an exception of a message and its cause.</summary>
    /// <param name="message">What is wrong.</param>
    /// <param name="innerException">What led to it.</param>
    public IndexFileException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Makes an exception that says what was found and what is needed; its message is "file: found; needed".</summary>
    /// <param name="file">The file's path.</param>
    /// <param name="found">What the file holds, with the value and its place.</param>
    /// <param name="needed">What it has to hold.</param>
    public IndexFileException(string file, string found, string needed)
        : base($"{file}: {found}; {needed}")
    {
        File = file;
        Found = found;
        Needed = needed;
    }

    /// <summary>The file's path, as it was given.</summary>
    public string File { get; } = "";

    /// <summary>What was found.</summary>
    public string Found { get; } = "";

    /// <summary>What is needed.</summary>
    public string Needed { get; } = "";
}
