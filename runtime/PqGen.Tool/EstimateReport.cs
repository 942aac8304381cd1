namespace PqGen.Tool;

/// <summary>What <c>pqtool estimate</c> measured.</summary>
internal sealed record EstimateReport(
    int N,
    int Dimension,
    int M,
    int Ksub,
    int Nlist,
    int Nprobe,
    int K,
    int Queries,
    int Rerank,
    double RecallRaw,
    double RecallRerank,
    long Float32Bytes,
    long CodeBytes,
    double TrainSeconds,
    double AddSeconds,
    double QueriesPerSecond,
    long ResidentBytes,
    string Metric,
    string Isa,
    string Transform,
    int PaddedDimension)
{
    private double Compression => (double)Float32Bytes / CodeBytes;

    private double CellsScannedPercent => 100.0 * Nprobe / Nlist;

    public string Json() => Tool.Text.JsonLine(new
    {
        N,
        Dimension,
        M,
        Ksub,
        Nlist,
        Nprobe,
        K,
        Queries,
        Rerank,
        RecallRaw = Tool.Text.Rounded(RecallRaw, 6),
        RecallRerank = Tool.Text.Rounded(RecallRerank, 6),
        Float32Bytes,
        CodeBytes,
        Compression = Tool.Text.Rounded(Compression, 4),
        CellsScannedPercent = Tool.Text.Rounded(CellsScannedPercent, 4),
        TrainSeconds = Tool.Text.Rounded(TrainSeconds, 4),
        AddSeconds = Tool.Text.Rounded(AddSeconds, 4),
        QueriesPerSecond = Tool.Text.Rounded(QueriesPerSecond, 1),
        ResidentBytes,
        Metric,
        Isa,
        Transform,
        PaddedDimension,
        QpsOnline = Tool.Text.Rounded(QueriesPerSecond, 1),
    }) + Environment.NewLine;

    public string Text(string declaration)
    {
        var lines = new List<string>
        {
            "",
            "--- results ---",
            $"  recall@{K} (raw)         : {Tool.Text.Fixed(RecallRaw, 3)}",
        };
        if (Rerank > 0)
        {
            lines.Add($"  recall@{K} (+rerank {Rerank}): {Tool.Text.Fixed(RecallRerank, 3)}");
        }

        lines.Add($"  memory (float32 vectors) : {Tool.Text.Megabytes(Float32Bytes, 1)}");
        lines.Add($"  memory (PQ codes)        : {Tool.Text.Megabytes(CodeBytes, 2)} ({Tool.Text.Fixed(Compression, 0)}x smaller)");
        lines.Add($"  per query, IVF scans ~{Tool.Text.Fixed(CellsScannedPercent, 1)}% of cells");
        lines.Add($"  speed (one thread)       : {Tool.Text.Fixed(QueriesPerSecond, 0)} queries/s");
        lines.Add($"  declare it               : {declaration}");
        if (Enum.Parse<TransformKind>(Transform, ignoreCase: true) is var transform and not TransformKind.None)
        {
            lines.Add($"  train it with            : new TrainingOptions {{ Transform = TransformKind.{transform} }}");
        }

        lines.Add("");
        return string.Join(Environment.NewLine, lines);
    }
}
