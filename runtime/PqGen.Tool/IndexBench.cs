using PqGen.Vectors;

namespace PqGen.Tool;

/// <summary>What is measured, and what making it took; zeros where it was opened.</summary>
/// <param name="Path">The file of the vectors, or of the index.</param>
/// <param name="TrainingVectors">Vectors trained on.</param>
/// <param name="Seed">Their seed.</param>
/// <param name="TrainSeconds">Seconds of training.</param>
/// <param name="AddSeconds">Seconds of adding.</param>
internal sealed record MadeIndex(string Path, int TrainingVectors, int Seed, double TrainSeconds, double AddSeconds);

/// <summary>Measures an index at one setting after the other.</summary>
internal sealed class IndexBench(VectorIndex index, MadeIndex made, VectorMatrix queries, int k, int threads, string kernels)
{
    /// <summary>What is measured, for a person to read.</summary>
    public string Heading
    {
        get
        {
            var sizes = $"{index.Count} vectors x {index.Dimension} dims, {queries.Count} queries, k = {k}";
            return $"{Path.GetFileName(made.Path)}: {sizes}, {index.Shape}, nlist = {index.NList}"
                + (Text.Word(index.Transform) is var word and not "none" ? $", {word}" : "");
        }
    }

    /// <summary>The speed of a setting whose recall is known.</summary>
    public BenchRow Measure(SearchOptions search, double recall)
    {
        var (shape, rerank) = (index.Shape, search.Rerank);
        var latency = Tool.Measure.Latency(index, queries, k, search);
        var online = Tool.Measure.Online(index, queries, k, search);
        var batch = Tool.Measure.Batch(index, queries, k, search, threads);
        var memory = index.Memory;
        var bytes = memory.Model + memory.Codes + memory.Ids + (rerank > 0 || !shape.HasCodes ? memory.Vectors : 0);
        return new BenchRow(
            (int)index.Count,
            index.Dimension,
            MetricWords.Of(index.Metric),
            shape.M,
            shape.Ksub,
            index.NList,
            made.TrainingVectors,
            made.Seed,
            threads == 0 ? Environment.ProcessorCount : threads,
            k,
            search.NProbe,
            rerank,
            Text.Rounded(recall, 6),
            Text.Rounded(online, 1),
            Text.Rounded(batch, 1),
            Text.Rounded(latency.P50, 2),
            Text.Rounded(latency.P99, 2),
            Text.Rounded(made.TrainSeconds, 4),
            Text.Rounded(made.AddSeconds, 4),
            index.CodeSize,
            Text.Rounded((double)(bytes + memory.Scratch) / index.Count, 2),
            bytes,
            kernels,
            index.Path.ToString(),
            Text.Word(index.Transform),
            shape.Dimension,
            search.ProbeBudget);
    }
}
