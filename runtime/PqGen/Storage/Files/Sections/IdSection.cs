using PqGen.Common;

namespace PqGen.Storage.Files.Sections;

/// <summary>The caller's own ids, Int64 <c>[Count]</c>, by position; without them ids are the positions.</summary>
internal sealed class IdSection() : SectionKind("IDS "u8)
{
    public override bool IsNeededIn(IndexHeader header) => false;

    public override bool IsIn(SavedIndex index) => index.Header.OwnIds;

    public override void Write(SectionWriter writer, SavedIndex index)
    {
        foreach (var part in index.Parts)
        {
            foreach (var (first, count) in part.Runs())
            {
                for (var position = first; position < first + count;)
                {
                    // Where ids are the positions, they lie nowhere.
                    if (part.Ids.IsOwn)
                    {
                        part.Ids.WillNeed(position);
                    }

                    ReadOnlySpan<long> run = part.Ids.IsOwn ? part.Ids.Run(position, first + count - position) : [position];
                    writer.Write(run);
                    position += run.Length;
                }
            }
        }
    }

    protected override long Length(LoadedIndex index) => index.Header.Count * sizeof(long);

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

    public override bool IsModel => false;

    public override bool IsMapped => true;

    /// <inheritdoc/>
    /// <remarks>Goes through the ids as often as it takes to compare them some millions at a time.</remarks>
    public override void Check(SectionReader reader, LoadedIndex index)
    {
        const int IdsAtOnce = 1 << 22;
        var passes = (uint)((index.Header.Count / IdsAtOnce) + 1);
        var (memory, compared) = (new long[1 << 15], new List<long>());
        for (var pass = 0U; pass < passes; pass++)
        {
            if (pass > 0)
            {
                reader.Restart();
            }

            compared.Clear();
            for (var left = index.Header.Count; left > 0;)
            {
                var part = memory.AsSpan(0, (int)Math.Min(memory.Length, left));
                reader.Read(part);
                left -= part.Length;
                foreach (var id in part)
                {
                    if (IdTable.Share(id, passes) == pass)
                    {
                        compared.Add(id);
                    }
                }
            }

            reader.CheckChecksum();
            compared.Sort();
            for (var i = 1; i < compared.Count; i++)
            {
                if (compared[i] == compared[i - 1])
                {
                    throw reader.Damaged(Guard.Text($"id {compared[i]} is there twice"), "every id is there once");
                }
            }
        }
    }

    public override void Map(MappedSection section, LoadedIndex index)
    {
        var (ids, count) = (new Column<long>(1, IdTable.ChunkBytes), (int)index.Header.Count);
        ids.Map(section.File, section.Entry.Offset, count);
        section.File.ReadAtRandom(section.Entry.Offset, section.Entry.Length);
        index.Ids = IdTable.Mapped(
            ids,
            count,
            () => section.Index.CheckChecksum(section.Entry),
            (id, twice) => section.Damaged(Guard.Text($"id {id} is there twice, the second time at {twice}"), "every id is there once"));
    }
}
