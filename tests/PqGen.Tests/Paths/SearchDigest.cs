using System.Security.Cryptography;
using PqGen.Tests.Indexes;
using PqGen.Tests.Kernels;
using PqGen.Tests.Reference;

namespace PqGen.Tests.Paths;

/// <summary>
/// Indexes trained, filled and searched in this process, hashed: the ids, their order and every bit of the distances. The fast scan is
/// held to the plain one on the way.
/// </summary>
internal static class SearchDigest
{
    private const int N = 1200;

    private static readonly TrainingOptions s_options = new() { NList = 10, Iterations = 3, CoarseIterations = 3, Seed = 5 };

    /// <summary>One digest for each shape, of generated classes.</summary>
    public static string OfGenerated() => Of(
        (8, vectors => EmittedIndexes.Pq8_2_17.Train(vectors, s_options)),
        (9, vectors => EmittedIndexes.Pq9_3_16.Train(vectors, s_options)),
        (35, vectors => EmittedIndexes.Pq35_5_64.Train(vectors, s_options)),
        (100, vectors => ReferencePq20.Train(vectors, s_options)),
        (100, vectors => ReferenceIvfPq10.Train(vectors, s_options)),
        (100, vectors => ReferenceIvfPq20.Train(vectors, s_options)),
        (100, vectors => ReferenceIvfPq25.Train(vectors, s_options)),
        (19, vectors => PaddedIvfPq.Train(vectors, s_options with { Transform = TransformKind.Opq })));

    /// <summary>The same of their run-time-sized twins.</summary>
    public static string OfTwins() => Of(
        (8, vectors => GenericIndex.Train(IndexShape.Pq(8, 2, 17), vectors, s_options)),
        (9, vectors => GenericIndex.Train(IndexShape.Pq(9, 3, 16), vectors, s_options)),
        (35, vectors => GenericIndex.Train(IndexShape.Pq(35, 5, 64), vectors, s_options)),
        (100, vectors => GenericIndex.Train(IndexShape.Pq(100, 20, 256), vectors, s_options)),
        (100, vectors => GenericIndex.Train(IndexShape.IvfPq(100, 10, 16), vectors, s_options)),
        (100, vectors => GenericIndex.Train(IndexShape.IvfPq(100, 20, 256), vectors, s_options)),
        (100, vectors => GenericIndex.Train(IndexShape.IvfPq(100, 25, 100), vectors, s_options)),
        (19, vectors => GenericIndex.Train(
            IndexShape.IvfPq(24, 8, 17) with { InputDimension = 19 }, vectors, s_options with { Transform = TransformKind.Opq })));

    private static string Of(params (int Dimension, Func<float[], VectorIndex> Train)[] shapes) =>
        string.Join('-', shapes.Select(shape => Of(shape.Dimension, shape.Train)));

    private static string Of(int dimension, Func<float[], VectorIndex> train)
    {
        var vectors = TestVectors.WithDuplicates(TestVectors.Clustered(N, dimension, 25, seed: 1), dimension, seed: 2);
        using var index = train(vectors);
        index.Add(TestVectors.ShuffledIds(N, seed: 3), vectors);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var k in new[] { 10, 100 })
        {
            for (var q = 0; q < 20; q++)
            {
                var query = vectors.AsSpan(q * 59 * dimension, dimension);
                var (fast, plain) = (new Neighbor[k], new Neighbor[k]);
                var options = new SearchOptions { NProbe = index.NList / 3 };
                var found = index.Search(query, fast, options with { Scan = ScanKind.Fast });
                Assert.Equal(found, index.Search(query, plain, options with { Scan = ScanKind.Plain }));
                Assert.Equal(plain, fast);
                hash.AppendData(BitConverter.GetBytes(found));
                foreach (var neighbor in fast)
                {
                    hash.AppendData(BitConverter.GetBytes(neighbor.Id));
                    hash.AppendData(BitConverter.GetBytes(neighbor.Distance));
                }
            }
        }

        return Convert.ToHexString(hash.GetHashAndReset())[..12];
    }
}
