using PqGen.Clustering;
using PqGen.Vectors;

namespace PqGen.Benchmarks;

/// <summary>GloVe's vectors, queries and true neighbours, from a folder that holds base.npy, query.npy and gt.npy.</summary>
internal sealed class GloveSet(string folder)
{
    public const int TrainingCount = 65_536;

    public VectorMatrix Vectors { get; } = VectorFile.ReadFloats(Path.Combine(folder, "base.npy"));

    public VectorMatrix Queries { get; } = VectorFile.ReadFloats(Path.Combine(folder, "query.npy"));

    public IntMatrix Truth { get; } = VectorFile.ReadInts(Path.Combine(folder, "gt.npy"));

    /// <summary>A random sample to train on.</summary>
    public float[] Sample(int seed)
    {
        var sample = new float[TrainingCount * Vectors.Dimension];
        var rows = Sampling.Choose(Vectors.Count, TrainingCount, new Random(seed));
        for (var i = 0; i < TrainingCount; i++)
        {
            Vectors.Row(rows[i]).CopyTo(sample.AsSpan(i * Vectors.Dimension));
        }

        return sample;
    }
}
