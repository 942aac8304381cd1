using PqGen.Common;
using PqGen.Storage.Files;
using PqGen.Storage.Files.Faiss;

namespace PqGen.Indexes;

/// <content>Indexes of other programs.</content>
public abstract partial class IndexBuilder
{
    /// <summary>Makes an index of a file that FAISS wrote.</summary>
    /// <param name="path">The file's path.</param>
    /// <param name="type">The class that is declared with these sizes, for messages.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="IndexFileException">The file is damaged, not supported, or holds another index than the class is declared to be.</exception>
    public IndexEngine ImportFaiss(string path, string type, CancellationToken cancellation)
    {
        var index = ReadFaiss(path, cancellation);
        return index.Shape == Shape
            ? Import(index, path, cancellation)
            : throw new IndexFileException(path, $"the file holds {index.Shape}", $"{type} is declared with {Shape}");
    }

    /// <summary>The same of any kind and sizes, on the run-time-sized twin.</summary>
    internal static IndexEngine ImportFaiss(string path, CancellationToken cancellation)
    {
        var index = ReadFaiss(path, cancellation);
        return Generic(index.Shape).Import(index, path, cancellation);
    }

    private static ForeignIndex ReadFaiss(string path, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
        return FaissReader.Read(stream, path, cancellation);
    }

    private IndexEngine Import(ForeignIndex index, string path, CancellationToken cancellation)
    {
        using var activity = Telemetry.Begin("PqGen.ImportFaiss", Shape.Kind);
        var model = TrainedModel.FromGiven(Shape, index.Centroids, index.Codebooks, index.Rows is not null, index.Transform);
        if ((model.Exponent is null || Shape.Kind == IndexKind.Flat)
            && index.Lists.FirstOrDefault(list => list.Rows.AsSpan().ContainsAnyExcept(0f)) is { } first)
        {
            // Of rows alone a transform's bias may be by far the smaller.
            var exponent = Math.Min(model.Exponent ?? int.MaxValue, PowerOfTwoScale.ExponentFor(first.Rows));
            model = model with { Exponent = exponent, Transform = index.Transform?.Scaled(exponent) };
        }

        var engine = Make(model with { RowFormat = index.RowFormat, DefaultNProbe = index.DefaultNProbe }, threads: 1, cancellation);
        engine.Import(index, (found, needed) => new IndexFileException(path, found, needed), cancellation);
        return engine;
    }
}
