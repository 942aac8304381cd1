using PqGen.Common;

namespace PqGen.Vectors;

/// <summary>A file of vectors does not hold what it must: which file, what was found in it and what is needed.</summary>
public sealed class VectorFileException : DataFileException
{
    /// <summary>Makes an exception that says no more than what kind of file it is about.</summary>
    public VectorFileException()
        : base("The file of vectors cannot be read.")
    {
    }

    /// <summary>Makes an exception of a message alone.</summary>
    /// <param name="message">What is wrong.</param>
    public VectorFileException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an exception of a message and its cause.</summary>
    /// <param name="message">What is wrong.</param>
    /// <param name="innerException">What led to it.</param>
    public VectorFileException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Makes an exception that says what was found and what is needed; its message is "file: found; needed".</summary>
    /// <param name="file">The file's path.</param>
    /// <param name="found">What the file holds, with the value and its place.</param>
    /// <param name="needed">What is needed, or how to make it so.</param>
    public VectorFileException(string file, string found, string needed)
        : base(file, found, needed)
    {
    }
}
