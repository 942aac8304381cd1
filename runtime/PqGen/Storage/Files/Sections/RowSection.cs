using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using PqGen.Common;

namespace PqGen.Storage.Files.Sections;

/// <summary>
/// The rows kept beside codes, in the format that the header names (<see cref="RowCoding"/>), by position; where it names two, those of the second
/// are a section of their own.
/// </summary>
/// <param name="isSecond">Whether it is that.</param>
internal sealed class RowSection(bool isSecond) : SectionKind(isSecond ? "ROW2"u8 : "ROWS"u8)
{
    public override bool IsNeededIn(IndexHeader header) => isSecond && Allows(header);

    public override bool Allows(IndexShape shape) => shape.HasCodes;

    public override bool Allows(IndexHeader header) =>
        Allows(header.Shape) && (!isSecond || (header.KeepsVectors && RowCoding.Second(header.RowFormat) is not null));

    public override bool IsIn(SavedIndex index) => Allows(index.Header) && index.Header.KeepsVectors;

    public override void Write(SectionWriter writer, SavedIndex index)
    {
        foreach (var part in index.Parts)
        {
            var rows = isSecond ? part.Rows!.Second! : part.Rows!;
            var (view, width) = (rows.Bytes.View, rows.RowBytes);
            foreach (var (first, count) in part.Runs())
            {
                for (var row = first; row < first + count;)
                {
                    var run = view.Run(row, first + count - row);
                    view.WillNeed(row);
                    writer.Write<byte>(run);
                    row += run.Length / width;
                }
            }
        }
    }

    protected override long Length(LoadedIndex index) =>
        index.Header.Count * RowCoding.Bytes(FormatIn(index.Header), index.Header.Shape.InputDimension);

    public override bool IsModel => false;

    public override bool IsMapped => true;

    /// <inheritdoc/>
    /// <remarks>Some rows at a time, about a megabyte.</remarks>
    public override void Check(SectionReader reader, LoadedIndex index)
    {
        var (left, rows) = ((int)index.Header.Count, new KeptRows(SchemeOf(index, FormatIn(index.Header))));
        var (memory, first) = (new float[rows.Dimension], 0L);
        rows.Reserve(Math.Min(left, rows.Bytes.ChunkRows), 0);
        ExceptionDispatchInfo? damage = null;
        for (; left > 0;)
        {
            var run = rows.Bytes.View.Run(0, left);
            reader.Read(run);
            try
            {
                CheckFinite(reader, rows, 0, run.Length / rows.RowBytes, first, memory);
            }
            catch (IndexFileException e)
            {
                // Where the checksum is wrong too, it says more.
                damage ??= ExceptionDispatchInfo.Capture(e);
            }

            first += run.Length / rows.RowBytes;
            left -= run.Length / rows.RowBytes;
        }

        reader.CheckChecksum();
        damage?.Throw();
    }

    /// <inheritdoc/>
    /// <remarks>No row is looked at: whatever its bytes stand for, a row that is not of numbers is never near enough to be found.</remarks>
    public override void Map(MappedSection section, LoadedIndex index)
    {
        RowsOf(index).Bytes.Map(section.File, section.Entry.Offset, (int)index.Header.Count);
        section.File.ReadAtRandom(section.Entry.Offset, section.Entry.Length);
    }

    public override void Read(SectionReader reader, LoadedIndex index)
    {
        var (count, dimension) = ((int)index.Header.Count, index.Header.Shape.InputDimension);
        var rows = RowsOf(index);
        var reserved = reader.IsThere ? count : 0;
        rows.Bytes.Reserve(reserved, 0);
        var memory = new float[dimension];
        for (var row = 0; row < count;)
        {
            if (row == reserved)
            {
                reserved = Math.Min(count, row + rows.Bytes.ChunkRows);
                rows.Bytes.Reserve(reserved, row);
            }

            var run = rows.Bytes.View.Run(row, reserved - row);
            reader.Read(run);
            var end = row + (run.Length / rows.RowBytes);
            CheckFinite(reader, rows, row, end, row, memory);
            row = end;
        }

        reader.CheckChecksum();
    }

    /// <summary>The rows into which the section is read; those of the first come before the second.</summary>
    private KeptRows RowsOf(LoadedIndex index) =>
        isSecond ? index.Rows!.Second! : index.Rows = new KeptRows(SchemeOf(index, index.Header.RowFormat));

    private static RowScheme SchemeOf(LoadedIndex index, RowFormat format) =>
        new(format, index.Header.Shape.InputDimension, index.Header.Shape.Metric, index.RowOrigin);

    private RowFormat FormatIn(IndexHeader header) =>
        isSecond ? RowCoding.Second(header.RowFormat)!.Value : RowCoding.First(header.RowFormat);

    /// <summary>Checks rows from one to another, whose numbers in the file begin with the first.</summary>
    private static void CheckFinite(SectionReader reader, KeptRows rows, int from, int to, long first, float[] memory)
    {
        // What was rounded may be a little larger than what was added.
        var limit = rows.Format == RowFormat.Float32 ? Guard.MaxMagnitude : Guard.MaxResidualMagnitude;
        var view = rows.View;
        for (var row = from; row < to; row++)
        {
            reader.CheckFinite(
                MemoryMarshal.CreateReadOnlySpan(ref view.At(row, ref memory[0]), rows.Dimension), (first + row - from) * rows.Dimension, limit);
        }
    }
}
