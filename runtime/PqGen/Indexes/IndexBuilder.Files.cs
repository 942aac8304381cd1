using PqGen.Storage.Files;

namespace PqGen.Indexes;

/// <content>Opening files.</content>
public abstract partial class IndexBuilder
{
    /// <summary>Opens a file that <see cref="VectorIndex.Save(string, CancellationToken)"/> wrote.</summary>
    /// <param name="path">The file's path.</param>
    /// <param name="type">The class that is declared with these sizes, for messages.</param>
    /// <param name="mapped">Whether the file is mapped, where that can be, or read.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="IndexFileException">The file is damaged, or holds another index than the class is declared to be.</exception>
    public IndexEngine Open(string path, string type, bool mapped, CancellationToken cancellation)
    {
        using var activity = Telemetry.Begin("PqGen.Open", Shape.Kind);
        using var reader = IndexFileReader.Open(path);
        reader.CheckShape(type, Shape);
        return Load(reader, mapped, cancellation);
    }

    /// <summary>Loads an index that <see cref="VectorIndex.Save(Stream, CancellationToken)"/> wrote.</summary>
    /// <inheritdoc cref="Open(string, string, bool, CancellationToken)"/>
    public IndexEngine Load(Stream stream, string type, CancellationToken cancellation)
    {
        using var activity = Telemetry.Begin("PqGen.Load", Shape.Kind);
        using var reader = IndexFileReader.Open(stream);
        reader.CheckShape(type, Shape);
        return Load(reader, mapped: false, cancellation);
    }

    /// <summary>Loads the contents of a file that is being read.</summary>
    internal IndexEngine Load(IndexFileReader reader, bool mapped, CancellationToken cancellation)
    {
        var index = mapped ? reader.Map(cancellation) : reader.Read(cancellation);
        try
        {
            return Load(index, cancellation);
        }
        catch
        {
            index.Mapping?.File.LetGo();
            throw;
        }
    }
}
