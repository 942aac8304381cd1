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
    int PaddedDimension,
    double ProbeBudget);

/// <summary>Prints measurements as they come, as JSON lines or as an aligned table.</summary>
internal sealed class BenchTable(TextWriter output, bool json)
{
    private readonly Columns _columns = new(
        WrappingWriter.WidthOf(output),
        new("nprobe", 6),
        new("rerank", 6),
        new("recall", 7),
        new("qps_online", 11),
        new("qps_batch", 11, Rank: 1),
        new("train_s", 9, Rank: 4),
        new("add_s", 9, Rank: 3),
        new("B/vec", 6, Rank: 2),
        new("index_bytes", 13, Rank: 5),
        new("kernels", 11, IsWord: true, Rank: 7),
        new("isa", 10, IsWord: true, Rank: 6));

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
        if (_columns.Note is { } note)
        {
            output.WriteLine(note);
        }

        output.WriteLine(_columns.Heading);
    }

    public void Add(BenchRow row)
    {
        _rows.Add(row);
        output.WriteLine(json ? Text.JsonLine(row) : _columns.Line(
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
            row.Isa));
        output.Flush();
    }
}
