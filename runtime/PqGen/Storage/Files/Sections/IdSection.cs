using PqGen.Common;

namespace PqGen.Storage.Files.Sections;

/// <summary>The caller's own ids, Int64 <c>[Count]</c>, by position; without them ids are the positions.</summary>
internal sealed class IdSection() : SectionKind("IDS "u8)
{
    public override bool IsNeededIn(IndexHeader header) => false;

    public override bool IsIn(SavedIndex index) => index.Ids.IsOwn;

    public override void Write(SectionWriter writer, SavedIndex index)
    {
        var count = (int)index.Header.Count;
        for (var position = 0; position < count;)
        {
            var run = index.Ids.Run(position, count - position);
            writer.Write(run);
            position += run.Length;
        }
    }

    public override long Length(LoadedIndex index) => index.Header.Count * sizeof(long);

    public override void Read(SectionReader reader, LoadedIndex index)
    {
        var ids = reader.ReadArray<long>();
        reader.CheckChecksum();
        index.Ids = IdTable.Of(ids, out var twice);
        if (twice >= 0)
        {
            throw reader.Damaged(Guard.Text($"id {ids[twice]} is there twice, the second time at {twice}"), "every id is there once");
        }
    }
}
