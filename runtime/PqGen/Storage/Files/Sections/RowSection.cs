using PqGen.Common;

namespace PqGen.Storage.Files.Sections;

/// <summary>The rows kept beside codes, float <c>[Count][Dimension]</c>, by position.</summary>
internal sealed class RowSection() : SectionKind("ROWS"u8)
{
    public override bool IsNeeded => false;

    public override bool Allows(IndexShape shape) => shape.HasCodes;

    public override bool IsIn(SavedIndex index) => index.Rows is not null;

    public override void Write(SectionWriter writer, SavedIndex index)
    {
        var (view, count, width) = (index.Rows!.View, (int)index.Header.Count, index.Rows.Width);
        for (var row = 0; row < count;)
        {
            var run = view.Run(row, count - row);
            writer.Write<float>(run);
            row += run.Length / width;
        }
    }

    public override long Length(LoadedIndex index) => index.Header.Count * index.Header.Shape.Dimension * sizeof(float);

    public override void Read(SectionReader reader, LoadedIndex index)
    {
        var (count, dimension) = ((int)index.Header.Count, index.Header.Shape.Dimension);
        var rows = new Column<float>(dimension);
        var reserved = reader.IsThere ? count : 0;
        rows.Reserve(reserved, 0);
        for (var row = 0; row < count;)
        {
            if (row == reserved)
            {
                reserved = Math.Min(count, row + rows.ChunkRows);
                rows.Reserve(reserved, row);
            }

            var run = rows.View.Run(row, reserved - row);
            reader.Read(run);
            reader.CheckFinite(run, (long)row * dimension, Guard.MaxMagnitude);
            row += run.Length / dimension;
        }

        reader.CheckChecksum();
        index.Rows = rows;
    }
}
