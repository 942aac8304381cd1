using PqGen.Storage.Files.Sections;

namespace PqGen.Storage.Files;

/// <summary>Writes an index as a file of version 2. The same index gives the same bytes.</summary>
internal static class IndexFileWriter
{
    /// <summary>
    /// Writes into a stream from where it is. The directory, which comes first, has the checksums: it is written last where the stream can seek; else
    /// the sections are gone through twice.
    /// </summary>
    public static void Write(Stream stream, SavedIndex index, CancellationToken cancellation)
    {
        IndexFileReader.CheckByteOrder();
        var parts = Parts(index);
        if (!stream.CanSeek)
        {
            stream.Write(WriteParts(Stream.Null, parts, cancellation).ToBytes());
            WriteParts(stream, parts, cancellation);
            return;
        }

        var begin = stream.Position;
        stream.Write(new byte[FileDirectory.Size(parts.Count)]);
        var directory = WriteParts(stream, parts, cancellation);
        var end = stream.Position;
        stream.Position = begin;
        stream.Write(directory.ToBytes());
        stream.Position = end;
    }

    /// <summary>The sections of an index.</summary>
    private static List<Part> Parts(SavedIndex index)
    {
        List<Part> parts =
        [
            new(ShapeSection.Name, SectionFlags.Required, SectionEntry.LeastAlignment, writer => ShapeSection.Write(writer, index.Header)),
        ];
        foreach (var kind in SectionKind.All.Where(kind => kind.IsIn(index)))
        {
            parts.Add(new(kind.Name, SectionFlags.Required, SectionEntry.LeastAlignment, writer => kind.Write(writer, index)));
        }

        foreach (var carried in index.Carried.Sections)
        {
            parts.Add(new(carried.Entry.Name, carried.Entry.Flags, carried.Entry.Alignment, carried.Write));
        }

        return parts;
    }

    private static FileDirectory WriteParts(Stream stream, List<Part> parts, CancellationToken cancellation)
    {
        using var writer = new SectionWriter(stream, FileDirectory.Size(parts.Count), cancellation);
        var directory = FileDirectory.Of(
            [.. parts.Select(part => writer.WriteSection(part.Name, part.Flags, part.Alignment, part.Write))]);
        writer.Pad(SectionEntry.LeastAlignment);
        return directory;
    }

    private sealed record Part(SectionName Name, SectionFlags Flags, int Alignment, Action<SectionWriter> Write);
}
