using System.Globalization;
using PqGen.Tests.Indexes;

namespace PqGen.Tests.Storage;

/// <summary>Index files of every version that there was, each with the answers that its index gave when it was saved.</summary>
internal static class KeptFiles
{
    public const int Dimension = 6;
    public const int N = 70;

    /// <summary>Every kind and metric; with own ids, without kept rows, with very small vectors, with removed ones and a default NProbe.</summary>
    public static string[] Names =>
    [
        "flat", "ivfflat", "pq", "ivfpq", "ivfpq-packed", "flat-cosine", "flat-small", "ivfflat-product", "ivfflat-removed", "pq-cosine",
        "pq-product", "ivfpq-cosine", "ivfpq-product",
    ];

    public static string Path(string name, int version) =>
        System.IO.Path.Combine(AppContext.BaseDirectory, "Storage", "Data", $"{name}.v{version}.pqg");

    /// <summary>The file of version 2 of an index whose terms are taken from zeros, as all were before the section `ORIG`.</summary>
    public static string WithoutOrigin(string name) =>
        System.IO.Path.Combine(AppContext.BaseDirectory, "Storage", "Data", $"{name}.v2-without-origin.pqg") is var path && File.Exists(path)
            ? path
            : Path(name, version: 2);

    /// <summary>The answers as they were when the first version of the file was saved: lines of an id and a distance's bits.</summary>
    public static Neighbor[] Answers(string name) =>
        [.. File.ReadLines(System.IO.Path.Combine(AppContext.BaseDirectory, "Storage", "Data", $"{name}.answers.txt")).Select(line =>
        {
            var parts = line.Split(' ');
            return new Neighbor(
                long.Parse(parts[0], CultureInfo.InvariantCulture),
                BitConverter.UInt32BitsToSingle(uint.Parse(parts[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture)));
        })];

    /// <summary>Makes the index anew.</summary>
    public static VectorIndex Build(string name)
    {
        var (centroids, codebooks) = (TestVectors.Uniform(3, Dimension, seed: 3), TestVectors.Uniform(17, Dimension, seed: 4));
        var vectors = TestVectors.Uniform(N, Dimension, seed: 1);
        VectorIndex index = name switch
        {
            "flat" or "flat-small" => GenericIndex.Flat(Dimension),
            "flat-cosine" => GenericIndex.FromModel(IndexShape.Flat(Dimension, Metric.Cosine), default, default),
            "ivfflat" => GenericIndex.FromModel(IndexShape.IvfFlat(Dimension), centroids, default),
            "ivfflat-product" => GenericIndex.FromModel(IndexShape.IvfFlat(Dimension, Metric.InnerProduct), centroids, default),
            "ivfflat-removed" => GenericIndex.Train(IndexShape.IvfFlat(Dimension), vectors, new TrainingOptions { NList = 3, DefaultNProbe = 2 }),
            "pq" => GenericIndex.FromModel(IndexShape.Pq(Dimension, 2, 17), default, codebooks),
            "pq-cosine" => GenericIndex.FromModel(IndexShape.Pq(Dimension, 2, 17, Metric.Cosine), default, codebooks),
            "pq-product" => GenericIndex.FromModel(IndexShape.Pq(Dimension, 2, 17, Metric.InnerProduct), default, codebooks, keepVectors: false),
            "ivfpq" => GenericIndex.FromModel(IndexShape.IvfPq(Dimension, 2, 17), centroids, codebooks),
            "ivfpq-packed" => GenericIndex.FromModel(
                IndexShape.IvfPq(Dimension, 3, 5), centroids, codebooks.AsSpan(0, 5 * Dimension), keepVectors: false),
            "ivfpq-cosine" => GenericIndex.FromModel(IndexShape.IvfPq(Dimension, 2, 17, Metric.Cosine), centroids, codebooks),
            _ => GenericIndex.FromModel(IndexShape.IvfPq(Dimension, 2, 17, Metric.InnerProduct), centroids, codebooks, keepVectors: false),
        };
        switch (name)
        {
            case "flat" or "ivfpq" or "ivfflat-product" or "pq-cosine":
                index.Add(TestVectors.ShuffledIds(N, seed: 2), vectors);
                break;
            case "flat-small":
                index.Add(TestVectors.Moved(vectors, 1e-25f));
                break;
            case "ivfflat-removed":
                index.Add(TestVectors.Uniform(N + 10, Dimension, seed: 1));
                index.Remove([.. Enumerable.Range(20, 10).Select(id => (long)id)]);
                break;
            default:
                index.Add(vectors);
                break;
        }

        return index;
    }
}
