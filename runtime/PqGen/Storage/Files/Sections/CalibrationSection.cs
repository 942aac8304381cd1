using PqGen.Common;

namespace PqGen.Storage.Files.Sections;

/// <summary>What searches reach: k and queries, Int32, then for each point recall and codes, float32, NProbe and Rerank, Int32.</summary>
internal sealed class CalibrationSection() : SectionKind("CALI"u8)
{
    /// <summary>Words before the points, words of a point, and the most points.</summary>
    private const int Head = 2, PointWords = 4, MostPoints = 1 << 16;

    public override bool IsModel => false;

    public override bool IsNeededIn(IndexHeader header) => false;

    public override bool IsIn(SavedIndex index) => index.Calibration is not null;

    public override void Write(SectionWriter writer, SavedIndex index)
    {
        var calibration = index.Calibration!;
        writer.Write<int>([calibration.K, calibration.Queries]);
        foreach (var point in calibration.Points)
        {
            writer.Write<float>([point.Recall, point.Codes]);
            writer.Write<int>([point.NProbe, point.Rerank]);
        }
    }

    /// <inheritdoc/>
    /// <remarks>At least this; a whole number of points may follow the first.</remarks>
    protected override long Length(LoadedIndex index) => (Head + PointWords) * sizeof(int);

    public override void CheckLength(SectionEntry entry, LoadedIndex index, Func<string, string, IndexFileException> damaged)
    {
        var words = entry.Length / sizeof(int);
        if (entry.Length < Length(index) || entry.Length % sizeof(int) != 0 || (words - Head) % PointWords != 0 || words > MostPoints * PointWords)
        {
            throw damaged(
                Guard.Text($"it has {entry.Length} bytes"),
                Guard.Text($"{Head * sizeof(int)} bytes and {PointWords * sizeof(int)} for each of 1 to {MostPoints - 1} points"));
        }
    }

    public override void Read(SectionReader reader, LoadedIndex index)
    {
        var head = new int[Head];
        reader.Read<int>(head);
        var points = new OperatingPoint[((reader.Length / sizeof(int)) - Head) / PointWords];
        Span<float> measured = stackalloc float[2];
        Span<int> setting = stackalloc int[2];
        for (var p = 0; p < points.Length; p++)
        {
            reader.Read(measured);
            reader.Read(setting);
            points[p] = new OperatingPoint(measured[0], setting[0], setting[1], measured[1]);
            if (!(points[p] is { Recall: >= 0 and <= 1, Codes: >= 0 and < float.PositiveInfinity, NProbe: >= 0, Rerank: >= 0 })
                || (p > 0 && points[p].Recall <= points[p - 1].Recall))
            {
                throw reader.Damaged(Guard.Text($"point {p} is {points[p]}"), "rising recalls up to 1 and numbers that a search may have");
            }
        }

        reader.CheckChecksum();
        if (head[0] < 1 || head[1] < 1)
        {
            throw reader.Damaged(Guard.Text($"k is {head[0]}, of {head[1]} queries"), "1 or more");
        }

        index.Calibration = new Calibration(head[0], head[1], points);
    }
}
