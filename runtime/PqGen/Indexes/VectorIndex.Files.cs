using PqGen.Indexes;
using PqGen.Storage.Files;

namespace PqGen;

/// <content>Saving, opening, and looking at files.</content>
public abstract partial class VectorIndex
{
    /// <summary>Opens a file of an index of any kind and sizes, on the run-time-sized twin of the generated kernels.</summary>
    /// <param name="path">The file's path.</param>
    /// <param name="mapped">
    /// Whether lists, ids and kept rows stay in the file, mapped into memory, and come in as they are searched; else all of it is read.
    /// </param>
    /// <param name="cancellation">Ends it early.</param>
    /// <remarks>
    /// <para>Mapped, an index of any size opens in the time that its model takes; its pages are the system's, shared by all processes that map the
    /// file, and not in the way of others when memory is short (<see cref="IndexMemory.Mapped"/>). Opening checks every length, and the checksums of
    /// the model. A list is checked when it is first searched: where it is damaged, the search throws. All checksums are checked before the contents
    /// are saved or compacted, and by <see cref="Verify"/>. What is added, replaced or removed is kept in memory beside the file, which never
    /// changes.</para>
    /// <para>Replace a file that is open, as Save does, and do not write to it. Where it became shorter, whatever begins to read it throws; outside
    /// Windows a process that is reading what another cuts off at that moment ends. Files of version 1, and on file systems that cannot map them, are
    /// read.</para>
    /// <para>Read, every checksum is verified, and all contents that kernels do not check; every length before memory is taken. Files of every
    /// version of the format that there was can be opened.</para>
    /// </remarks>
    /// <exception cref="IndexFileException">The file is damaged, or no index.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static VectorIndex Open(string path, bool mapped, CancellationToken cancellation = default) =>
        GenericIndex.Open(path, mapped, cancellation);

    /// <summary>Opens a file of an index of any kind and sizes, mapped into memory where that can be.</summary>
    /// <inheritdoc cref="Open(string, bool, CancellationToken)"/>
    public static VectorIndex Open(string path, CancellationToken cancellation) => GenericIndex.Open(path, mapped: true, cancellation);

    /// <inheritdoc cref="Open(string, CancellationToken)"/>
    public static VectorIndex Open(string path) => GenericIndex.Open(path, mapped: true);

    /// <summary>Loads an index of any kind and sizes from a stream, on the run-time-sized twin of the generated kernels.</summary>
    /// <param name="stream">The stream, at the file's beginning; left where the file ends. It need not be able to seek.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <remarks>
    /// Reads all of it, and checks what <see cref="Open(string, bool, CancellationToken)"/> checks that is not mapped. Memory is taken as the bytes
    /// come in where the stream does not know how long it is.
    /// </remarks>
    /// <exception cref="ArgumentException">The stream cannot be read.</exception>
    /// <exception cref="IndexFileException">
    /// The stream holds a damaged file, or no index; or one of version 1, which the library no longer writes, and cannot seek.
    /// </exception>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public static VectorIndex Load(Stream stream, CancellationToken cancellation = default) => GenericIndex.Load(stream, cancellation);

    /// <summary>Reads what an index file says of itself, its header and its directory: some kilobytes, however large it is.</summary>
    /// <param name="path">The file's path.</param>
    /// <exception cref="IndexFileException">The header or the directory is damaged, or the file is no index.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IndexFileInfo Inspect(string path)
    {
        using var reader = IndexFileReader.Open(path);
        return reader.Info;
    }

    /// <inheritdoc cref="Inspect(string)"/>
    /// <param name="stream">The stream, at the file's beginning; left somewhere behind the header.</param>
    /// <exception cref="ArgumentException">The stream cannot be read.</exception>
    public static IndexFileInfo Inspect(Stream stream)
    {
        using var reader = IndexFileReader.Open(stream);
        return reader.Info;
    }

    /// <summary>Checks a whole file: every checksum, and that its contents are those of an index.</summary>
    /// <param name="path">The file's path.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <returns>What the file says of itself.</returns>
    /// <remarks>
    /// Goes through the file from its beginning to its end, in memory for the model and some 64 megabytes, and an eighth of a byte for each vector. A
    /// file of version 1 is read whole.
    /// </remarks>
    /// <exception cref="IndexFileException">The file is damaged, or no index; the message names the section and what was found in it.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IndexFileInfo Verify(string path, CancellationToken cancellation = default)
    {
        using var reader = IndexFileReader.Open(path);
        reader.Check(cancellation);
        return reader.Info;
    }

    /// <summary>Saves the index to a file, from which Open makes the same index again.</summary>
    /// <param name="path">The file's path. A file that is there is replaced once the new one is whole, and stays if saving fails.</param>
    /// <param name="cancellation">Ends it early; the file is then what it was.</param>
    /// <remarks>
    /// <para>Saves the index as it is when it is called; searches and writers go on meanwhile. Writes beside the path, in the same folder,
    /// flushes to the disk and renames. The same index gives the same bytes.</para>
    /// <para>The format is little-endian, versioned, and has a SHA-256 of each of its sections: runtime/PqGen/Storage/FORMAT.md describes it.
    /// Sections of an opened file that this library does not know are saved with it, where they are true of the index still.</para>
    /// <para>An index that has a file mapped is saved to the path of that file as to any other, and goes on with what it has mapped. Its contents are
    /// checked before they are saved for the first time.</para>
    /// </remarks>
    /// <exception cref="IndexFileException">The file that the index has mapped is damaged; nothing was saved.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder or the file may not be written to.</exception>
    public void Save(string path, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var activity = Telemetry.Begin("PqGen.Save", Shape.Kind);
        using var lease = Acquire();
        var snapshot = lease.Snapshot;
        ReplacedFile.Write(path, stream => _engine.Save(snapshot, stream, cancellation));
    }

    /// <summary>Makes an index of any kind and sizes of a file that FAISS's <c>write_index</c> wrote, on the run-time-sized twin.</summary>
    /// <param name="path">The file's path.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <remarks>
    /// <para>Takes IndexFlat, IndexIVFFlat, IndexPQ and IndexIVFPQ of 1 to 8 bits, with residuals or without, and the fast-scan forms of the last
    /// two, under L2 and inner product; coarse quantizers that are flat or HNSW, of which the centroids are kept; in IDMap, in IndexRefine, whose
    /// vectors are kept for <see cref="SearchOptions.Rerank"/> (of a scalar quantizer as decoded), and in IndexPreTransform. What it does not take
    /// is refused by name.</para>
    /// <para>Of transforms, a normalization is cosine. Linear ones (OPQ, PCA, random rotations, means, components that are chosen or added), also
    /// some in a row, are the <see cref="Transform"/> in front of codes; where they lead to fewer components, or stretch, distances by codes are
    /// those behind them, as FAISS has them, and vectors of a refine stage around them are compared as they are. In front of rows a rotation, or a
    /// mean under L2, is undone; any other map stays the <see cref="Transform"/>, and rows and distances are those behind it. Under cosine, they have
    /// to leave lengths as they are.</para>
    /// <para>Codes, lists and ids are the file's own: the index finds what FAISS finds with as many lists. The file's nprobe, if it is not 1, is the
    /// <see cref="DefaultNProbe"/>. Nothing in the file is trusted: every length is checked before memory is reserved, and all contents are.
    /// Reading takes up to twice the memory of the index.</para>
    /// </remarks>
    /// <exception cref="IndexFileException">The file is damaged, or holds what is not supported; the message names it.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static VectorIndex ImportFaiss(string path, CancellationToken cancellation = default) => GenericIndex.ImportFaiss(path, cancellation);

    /// <summary>Writes the index as FAISS's <c>read_index</c> reads it (versions 1.7 and later).</summary>
    /// <param name="path">The file's path. A file that is there is replaced once the new one is whole, and stays if writing fails.</param>
    /// <param name="cancellation">Ends it early; the file is then what it was.</param>
    /// <remarks>
    /// <para>Codes, centroids, codebooks, ids and rows are the index's own: FAISS finds the same with them, within the rounding of its sums. Where
    /// vectors are kept beside codes it is an IndexRefineFlat; under cosine an IndexPreTransform of a NormalizationTransform, whose distances are,
    /// where there are codes, the squared L2 of vectors of length 1: 2 - 2 cosine. A <see cref="Transform"/> is an IndexPreTransform of a
    /// LinearTransform, or of a RemapDimensionsTransform and a CenteringTransform. A Ksub that is no power of two is filled up to one.</para>
    /// <para>Writes the index as it is when it is called, as <see cref="Save(string, CancellationToken)"/> does.</para>
    /// </remarks>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder or the file may not be written to.</exception>
    public void ExportFaiss(string path, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var activity = Telemetry.Begin("PqGen.ExportFaiss", Shape.Kind);
        using var lease = Acquire();
        var snapshot = lease.Snapshot;
        ReplacedFile.Write(path, stream => _engine.Export(snapshot, stream, cancellation));
    }

    /// <summary>Writes the index into a stream, as FAISS reads it.</summary>
    /// <param name="stream">Written from where it is on; need not be able to seek.</param>
    /// <param name="cancellation">Ends it early; part of the file has then been written.</param>
    /// <inheritdoc cref="ExportFaiss(string, CancellationToken)" path="/remarks"/>
    /// <exception cref="ArgumentException">The stream cannot be written to.</exception>
    /// <exception cref="IOException">The stream cannot be written to now; part of the file may have been written.</exception>
    public void ExportFaiss(Stream stream, CancellationToken cancellation = default)
    {
        CheckWritable(stream);
        using var activity = Telemetry.Begin("PqGen.ExportFaiss", Shape.Kind);
        using var lease = Acquire();
        _engine.Export(lease.Snapshot, stream, cancellation);
    }

    /// <summary>Saves the index into a stream, from which Load makes the same index again: the bytes of the file.</summary>
    /// <param name="stream">Written from where it is on. One that can seek is gone through once and is left behind the last byte written.</param>
    /// <param name="cancellation">Ends it early; part of the file has then been written.</param>
    /// <remarks>
    /// Saves the index as it is when it is called; searches and writers go on meanwhile. The file begins with the checksums of all that follows: for
    /// a stream that cannot seek the index is gone through twice. Flushes nothing.
    /// </remarks>
    /// <exception cref="ArgumentException">The stream cannot be written to.</exception>
    /// <exception cref="IOException">The stream cannot be written to now; part of the file may have been written.</exception>
    public void Save(Stream stream, CancellationToken cancellation = default)
    {
        CheckWritable(stream);
        using var activity = Telemetry.Begin("PqGen.Save", Shape.Kind);
        using var lease = Acquire();
        _engine.Save(lease.Snapshot, stream, cancellation);
    }

    private static void CheckWritable(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanWrite)
        {
            throw new ArgumentException("stream cannot be written to; a stream that can is needed.", nameof(stream));
        }
    }
}
