using PqGen.Common;

namespace PqGen.Storage.Files.Sections;

/// <summary>The vectors of each list, Int32 <c>[NList]</c>: from them follows where each list lies.</summary>
internal sealed class ListCountSection() : SectionKind("CNTS"u8)
{
    public override bool IsModel => false;

    public override bool Allows(IndexShape shape) => shape.HasLists;

    public override void Write(SectionWriter writer, SavedIndex index)
    {
        writer.Write<int>(index.Counts);
    }

    protected override long Length(LoadedIndex index) => (long)index.Header.NList * sizeof(int);

    public override void Read(SectionReader reader, LoadedIndex index)
    {
        var counts = reader.ReadArray<int>();
        reader.CheckChecksum();
        long sum = 0;
        foreach (var count in counts)
        {
            sum += count;
            if (count < 0 || sum > index.Header.Count)
            {
                sum = -1;
                break;
            }
        }

        if (sum != index.Header.Count)
        {
            throw reader.Damaged("the lists' counts do not add up", Guard.Text($"counts of 0 or more with a sum of {index.Header.Count}"));
        }

        index.Counts = counts;
    }
}
