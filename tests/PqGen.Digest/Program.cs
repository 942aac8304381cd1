// Trains, fills, searches and saves an index of each kind, and prints what came of it: the same lines on every processor and in every build, but for
// the first one, which names the path of the kernels. With "time" the program prints the milliseconds of training and of searching instead.
using System.Diagnostics;
using System.Security.Cryptography;
using PqGen;
using PqGen.Digest;

if (args is ["time"])
{
    Time();
    return;
}

var options = new TrainingOptions { NList = 7, Iterations = 4, CoarseIterations = 4, Seed = 5 };
Run(19, _ => new Flat19(), printPath: true);
Run(24, vectors => IvfFlat24.Train(vectors, options));
Run(21, vectors => Pq21.Train(vectors, options));
Run(35, vectors => Pq35.Train(vectors, options));
Run(40, vectors => IvfPq40.Train(vectors, options));
Run(16, vectors => IvfPq16.Train(vectors, options));

static void Run<T>(int dimension, Func<float[], T> train, bool printPath = false)
    where T : VectorIndex
{
    const int Count = 1100;
    var vectors = Vectors.Clustered(Count, dimension, seed: (ulong)dimension);
    using var index = train(vectors);
    index.Add(vectors);
    if (printPath)
    {
        Console.WriteLine($"Path {index.Path}");
    }

    Span<Neighbor> top = stackalloc Neighbor[50];
    using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    for (var q = 0; q < 30; q++)
    {
        var found = index.Search(vectors.AsSpan(q * 31 * dimension, dimension), top, new SearchOptions { NProbe = index.NList == 0 ? 0 : 3 });
        foreach (var neighbor in top[..found])
        {
            hash.AppendData(BitConverter.GetBytes(neighbor.Id));
            hash.AppendData(BitConverter.GetBytes(neighbor.Distance));
        }
    }

    index.Search(vectors.AsSpan(0, dimension), top, default);
    var nearest = string.Join(' ', top[..3].ToArray().Select(neighbor => $"{neighbor.Id}:{BitConverter.SingleToUInt32Bits(neighbor.Distance):X8}"));
    var file = Path.GetTempFileName();
    try
    {
        index.Save(file);
        var saved = Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)))[..16];
        Console.WriteLine($"{typeof(T).Name} found {Convert.ToHexString(hash.GetHashAndReset())[..16]} saved {saved} nearest {nearest}");
    }
    finally
    {
        File.Delete(file);
    }
}

static void Time()
{
    const int Count = 20_000, Dimension = 40, Queries = 2_000;
    var vectors = Vectors.Clustered(Count, Dimension, seed: 1);
    Span<Neighbor> top = stackalloc Neighbor[10];
    var (training, searching) = (double.MaxValue, double.MaxValue);
    for (var round = 0; round < 3; round++)
    {
        var clock = Stopwatch.StartNew();
        using var index = IvfPq40.Train(vectors, new TrainingOptions { NList = 64, Iterations = 5, CoarseIterations = 5, Threads = 1 });
        training = Math.Min(training, clock.Elapsed.TotalMilliseconds);
        index.Add(vectors);
        for (var pass = 0; pass < 5; pass++)
        {
            clock.Restart();
            for (var q = 0; q < Queries; q++)
            {
                index.Search(vectors.AsSpan(q * Dimension, Dimension), top, new SearchOptions { NProbe = 8 });
            }

            searching = Math.Min(searching, clock.Elapsed.TotalMilliseconds);
        }
    }

    Console.WriteLine(FormattableString.Invariant($"train {training:F1} ms, {Queries} searches {searching:F1} ms"));
}
