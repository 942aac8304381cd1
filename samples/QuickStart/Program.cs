// Word similarity: 10,000 English words, 100-dimensional GloVe vectors, an IVFPQ index of 20 bytes a word.
using System.Diagnostics;
using PqGen;
using PqGen.Vectors;
using QuickStart;

const int K = 10, NList = 64, NProbe = 16, Rerank = 100, HeldOutEvery = 50;
var data = Path.Combine(AppContext.BaseDirectory, "data");
var words = File.ReadAllLines(Path.Combine(data, "words.txt"));
var vectors = VectorFile.ReadFloats(Path.Combine(data, "words.npy"));
Console.WriteLine($"{vectors.Count:N0} words x {vectors.Dimension} dimensions of GloVe");

// 1. Train, then add. Ids are our own: the number of the word. Every 50th word is held out, to measure recall with.
var ids = Enumerable.Range(0, words.Length).Where(i => i % HeldOutEvery != 0).Select(i => (long)i).ToArray();
var heldOut = Enumerable.Range(0, words.Length).Where(i => i % HeldOutEvery == 0).ToArray();
var indexed = ids.SelectMany(i => vectors.Row((int)i).ToArray()).ToArray();
var clock = Stopwatch.StartNew();
using var index = WordIndex.Train(indexed, new TrainingOptions { NList = NList, Threads = 0 });
index.Add(ids, indexed, threads: 0);
Console.WriteLine(
    $"trained and added {index.Count:N0} words in {clock.Elapsed.TotalSeconds:F1} s " +
    $"({index.NList} lists, {index.CodeSize} bytes a word, kernels on {index.Path})");

// 2. Search: the caller's span is filled, nothing is allocated.
Console.WriteLine();
Span<Neighbor> top = stackalloc Neighbor[6];
foreach (var word in new[] { "king", "piano", "berlin", "monday", "blue", "physics" })
{
    var found = index.Search(vectors.Row(Array.IndexOf(words, word)), top, new SearchOptions { NProbe = NProbe, Rerank = Rerank });
    Console.WriteLine(
        $"  {word,-8}: {string.Join(", ", top[..found].ToArray().Select(neighbor => words[neighbor.Id]).Where(other => other != word).Take(5))}");
}

// 3. What compression costs: recall of the 10 nearest, against exact search.
var exact = GenericIndex.Flat(vectors.Dimension);
exact.Add(ids, indexed);
var raw = new SearchOptions { NProbe = NProbe };
var reranked = raw with { Rerank = Rerank };
Console.WriteLine();
Console.WriteLine($"  recall@{K} raw              : {Recall(index, raw):F3}   (nprobe {NProbe} of {NList} lists)");
Console.WriteLine($"  recall@{K} re-ranked {Rerank}    : {Recall(index, reranked):F3}");
var memory = index.Memory;
Console.WriteLine($"  float32 vectors            : {memory.Vectors / 1e6:F2} MB   (kept for re-ranking; KeepVectors = false drops them)");
Console.WriteLine(
    $"  codes                      : {index.Count * index.CodeSize / 1e6:F2} MB   ({vectors.Dimension * sizeof(float) / index.CodeSize}x smaller)");

// 4. What specializing gains: the same index on the run-time-sized twin of the kernels.
var twin = GenericIndex.FromModel(IndexShape.IvfPq(vectors.Dimension, 20, 256), index.Centroids, index.Quantizer.Codebooks);
twin.Add(ids, indexed);
Recall(twin, raw);
var (specializedTime, twinTime) = (double.MaxValue, double.MaxValue);
for (var round = 0; round < 200; round++)
{
    specializedTime = Math.Min(specializedTime, Microseconds(index));
    twinTime = Math.Min(twinTime, Microseconds(twin));
}

Console.WriteLine($"  search, specialized        : {specializedTime:F1} us a query, one thread");
Console.WriteLine($"  search, generic twin       : {twinTime:F1} us a query ({twinTime / specializedTime:F2}x)");

double Recall(VectorIndex searched, SearchOptions options)
{
    var (found, truth, hits) = (new Neighbor[K], new Neighbor[K], 0);
    foreach (var query in heldOut)
    {
        exact.Search(vectors.Row(query), truth);
        var count = searched.Search(vectors.Row(query), found, options);
        hits += found.AsSpan(0, count).ToArray().Count(neighbor => truth.Any(other => other.Id == neighbor.Id));
    }

    return hits / (double)(K * heldOut.Length);
}

double Microseconds(VectorIndex searched)
{
    var found = new Neighbor[K];
    var watch = Stopwatch.StartNew();
    foreach (var query in heldOut)
    {
        searched.Search(vectors.Row(query), found, raw);
    }

    return watch.Elapsed.TotalMicroseconds / heldOut.Length;
}
