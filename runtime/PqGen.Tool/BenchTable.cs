using System.Globalization;

namespace PqGen.Tool;

/// <summary>One measurement of <c>pqtool bench</c>, as its JSON shows it.</summary>
internal sealed record BenchRow(
    int N,
    int Dimension,
    string Metric,
    int M,
    int Ksub,
    int Nlist,
    int Train,
    int Seed,
    int Threads,
    int K,
    int Nprobe,
    int Rerank,
    double Recall,
    double QpsOnline,
    double QpsBatch,
    double LatencyP50Us,
    double LatencyP99Us,
    double TrainSeconds,
    double AddSeconds,
    int BytesPerVector,
    double ResidentBytesPerVector,
    long IndexBytes,
    string Kernels,
    string Isa,
    string Transform,
    int PaddedDimension);

/// <summary>Prints measurements as they come, as JSON lines or as an aligned table.</summary>
internal sealed class BenchTable(TextWriter output, bool json)
{
    /// <summary>Widths of the columns; numbers end at the right, words (negative) start at the left.</summary>
    private static readonly int[] s_widths = [6, 6, 7, 11, 11, 9, 9, 6, 13, -11, -10];

    private readonly List<BenchRow> _rows = [];

    /// <summary>The measurements so far.</summary>
    public IReadOnlyList<BenchRow> Rows => _rows;

    public void Begin(string heading)
    {
        if (json)
        {
            return;
        }

        output.WriteLine(heading);
        Write("nprobe", "rerank", "recall", "qps_online", "qps_batch", "train_s", "add_s", "B/vec", "index_bytes", "kernels", "isa");
    }

    public void Add(BenchRow row)
    {
        _rows.Add(row);
        if (json)
        {
            output.WriteLine(Text.JsonLine(row));
        }
        else
        {
            Write(
                row.Nprobe,
                row.Rerank,
                Text.Fixed(row.Recall, 4),
                Text.Fixed(row.QpsOnline, 0),
                Text.Fixed(row.QpsBatch, 0),
                Text.Fixed(row.TrainSeconds, 2),
                Text.Fixed(row.AddSeconds, 2),
                row.BytesPerVector,
                row.IndexBytes,
                row.Kernels,
                row.Isa);
        }

        output.Flush();
    }

    private void Write(params object[] cells) => output.WriteLine(string.Join("  ", cells.Zip(s_widths, Pad)).TrimEnd());

    private static string Pad(object cell, int width)
    {
        var text = Convert.ToString(cell, CultureInfo.InvariantCulture)!;
        return width < 0 ? text.PadRight(-width) : text.PadLeft(width);
    }
}
