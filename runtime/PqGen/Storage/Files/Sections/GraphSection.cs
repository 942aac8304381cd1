using PqGen.Common;
using PqGen.Ivf;

namespace PqGen.Storage.Files.Sections;

/// <summary>
/// The links of the graph over the centroids, Int32 as <see cref="HnswGraph"/> has them. They follow from the centroids, but making them takes
/// seconds where there are many.
/// </summary>
internal sealed class GraphSection() : SectionKind("HNSW"u8)
{
    public override bool Allows(IndexHeader header) => header.CoarseSearch == CoarseSearch.Hnsw;

    public override void Write(SectionWriter writer, SavedIndex index) => writer.Write(index.Graph!.Words);

    /// <inheritdoc/>
    /// <remarks>At least this: how many links there are is told by the section itself.</remarks>
    public override long Length(LoadedIndex index) => (long)index.Header.NList * sizeof(int);

    public override void ReadChecked(SectionReader reader, LoadedIndex index)
    {
        if (reader.Length < Length(index) || reader.Length % sizeof(int) != 0 || reader.Length / sizeof(int) > Array.MaxLength)
        {
            throw reader.Damaged(
                Guard.Text($"it has {reader.Length} bytes"),
                Guard.Text($"a multiple of {sizeof(int)}, {Length(index)} at least, for {index.Header.NList} lists"));
        }

        Read(reader, index);
    }

    public override void Read(SectionReader reader, LoadedIndex index)
    {
        var words = reader.ReadArray<int>();
        reader.CheckChecksum();
        if (HnswGraph.Fault(words, index.Header.NList) is var (found, needed))
        {
            throw reader.Damaged(found, needed);
        }

        index.Graph = new HnswGraph(words, index.Header.NList);
    }
}
