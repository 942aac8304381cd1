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
    protected override long Length(LoadedIndex index) => (long)index.Header.NList * sizeof(int);

    public override void CheckLength(SectionEntry entry, LoadedIndex index, Func<string, string, IndexFileException> damaged)
    {
        if (entry.Length < Length(index) || entry.Length % sizeof(int) != 0 || entry.Length / sizeof(int) > Array.MaxLength)
        {
            throw damaged(
                Guard.Text($"it has {entry.Length} bytes"),
                Guard.Text($"a multiple of {sizeof(int)}, {Length(index)} at least, for {index.Header.NList} lists"));
        }
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
