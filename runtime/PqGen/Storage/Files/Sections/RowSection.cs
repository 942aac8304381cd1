using System.Runtime.InteropServices;
using PqGen.Common;

namespace PqGen.Storage.Files.Sections;

/// <summary>The rows kept beside codes, in the format that the header names (<see cref="RowCoding"/>), by position.</summary>
internal sealed class RowSection() : SectionKind("ROWS"u8)
{
    public override bool IsNeededIn(IndexHeader header) => false;

    public override bool Allows(IndexShape shape) => shape.HasCodes;

    public override bool IsIn(SavedIndex index) => index.Rows is not null;

    public override void Write(SectionWriter writer, SavedIndex index)
    {
        var (view, count, width) = (index.Rows!.Bytes.View, (int)index.Header.Count, index.Rows.Bytes.Width);
        for (var row = 0; row < count;)
        {
            var run = view.Run(row, count - row);
            writer.Write<byte>(run);
            row += run.Length / width;
        }
    }

    public override long Length(LoadedIndex index) =>
        index.Header.Count * RowCoding.Bytes(index.Header.RowFormat, index.Header.Shape.InputDimension);

    public override void Read(SectionReader reader, LoadedIndex index)
    {
        var (count, dimension) = ((int)index.Header.Count, index.Header.Shape.InputDimension);
        var rows = new KeptRows(index.Header.RowFormat, dimension);
        var reserved = reader.IsThere ? count : 0;
        rows.Reserve(reserved, 0);
        var memory = new float[dimension];

        // What was rounded may be a little larger than what was added.
        var limit = rows.Format == RowFormat.Float32 ? Guard.MaxMagnitude : Guard.MaxResidualMagnitude;
        for (var row = 0; row < count;)
        {
            if (row == reserved)
            {
                reserved = Math.Min(count, row + rows.Bytes.ChunkRows);
                rows.Reserve(reserved, row);
            }

            var run = rows.Bytes.View.Run(row, reserved - row);
            reader.Read(run);
            for (var end = row + (run.Length / rows.Bytes.Width); row < end; row++)
            {
                ref var first = ref rows.View.At(row, ref memory[0]);
                reader.CheckFinite(MemoryMarshal.CreateReadOnlySpan(ref first, dimension), (long)row * dimension, limit);
            }
        }

        reader.CheckChecksum();
        index.Rows = rows;
    }
}
