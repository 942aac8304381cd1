// Both programs on the same vectors in one run: recall, queries per second, build time and bytes.
//   dotnet run -c Release --project benchmarks/CompareUSearch -- BASE QUERY [QUERIES]
// BASE and QUERY are files of vectors (.npy, .fvecs, ...); of QUERY the first QUERIES rows are asked, 1,000 by default. Squared L2, the 10 nearest.
using System.Diagnostics;
using System.Globalization;
using Cloud.Unum.USearch;
using PqGen;
using PqGen.Vectors;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args.Length is < 2 or > 3)
{
    Console.Error.WriteLine("compare_usearch needs BASE and QUERY, files of vectors, and may have a number of queries.");
    return 2;
}

const int K = 10;
var vectors = VectorFile.ReadFloats(args[0]);
var queries = VectorFile.ReadFloats(args[1]);
var count = Math.Min(queries.Count, args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 1000);
var asked = queries.Values[..(count * queries.Dimension)].ToArray();
var farthest = Truth();

Console.Write($"{vectors.Count:N0} vectors x {vectors.Dimension}, {count:N0} queries, k = {K}, ");
Console.WriteLine($"searches on one thread, building on {Environment.ProcessorCount}");
Console.WriteLine();
Console.WriteLine("| index | recall | queries/s | build s | bytes a vector |");
Console.WriteLine("|---|---:|---:|---:|---:|");
foreach (var format in new[] { RowFormat.Float32, RowFormat.Float16, RowFormat.Int8 })
{
    PqGenRows(format);
}

foreach (var kind in new[] { ScalarKind.Float32, ScalarKind.Int8 })
{
    USearchRows(kind);
}

return 0;

void PqGenRows(RowFormat format)
{
    var divisors = Enumerable.Range(1, Math.Min(256, vectors.Dimension)).Where(m => vectors.Dimension % m == 0);
    var m = divisors.MinBy(m => Math.Abs((vectors.Dimension / (double)m) - 4));
    var clock = Stopwatch.StartNew();
    using var index = GenericIndex.Train(
        IndexShape.IvfPq(vectors.Dimension, m), vectors.Values, new TrainingOptions { RowFormat = format, Threads = 0 });
    index.Add(vectors.Values, threads: 0);
    var build = clock.Elapsed.TotalSeconds;
    var calibration = index.Calibrate(500, K, threads: 0);
    foreach (var target in new[] { 0.9f, 0.95f, 0.98f })
    {
        var point = calibration.For(target);
        var options = new SearchOptions { TargetRecall = target };
        var top = new Neighbor[K];
        var (recall, qps) = Measure(q => Array.ConvertAll(top[..index.Search(Query(q), top, options)], neighbor => neighbor.Id));
        var name = $"PqGen IVF{index.NList},PQ{m}, {format} rows (the twin), NProbe {point.NProbe}, Rerank {point.Rerank}";
        Show(name, recall, qps, build, index.SizeInBytes);
    }
}

void USearchRows(ScalarKind kind)
{
    var rows = Enumerable.Range(0, vectors.Count).Select(i => vectors.Row(i).ToArray()).ToArray();
    var asRows = Enumerable.Range(0, count).Select(q => Query(q).ToArray()).ToArray();
    var clock = Stopwatch.StartNew();
    using var index = new USearchIndex(MetricKind.L2sq, kind, (ulong)vectors.Dimension, connectivity: 16, expansionAdd: 128, expansionSearch: 64);
    for (var i = 0; i < rows.Length; i++)
    {
        index.Add((ulong)i, rows[i]);
    }

    var build = clock.Elapsed.TotalSeconds;
    var (recall, qps) = Measure(q =>
    {
        index.Search(asRows[q], K, out ulong[] keys, out float[] _);
        return Array.ConvertAll(keys, key => (long)key);
    });
    // Its file holds what it holds in memory; the package has no call that tells the latter.
    var file = Path.GetTempFileName();
    index.Save(file);
    Show($"USearch HNSW M 16, {kind}, ef 64, built on one thread", recall, qps, build, new FileInfo(file).Length);
    File.Delete(file);
}

ReadOnlySpan<float> Query(int q) => asked.AsSpan(q * queries.Dimension, queries.Dimension);

// Three passes, the fastest counts; results that are no farther than the true k-th neighbour.
(double Recall, double Qps) Measure(Func<int, long[]> search)
{
    var (best, hits) = (double.PositiveInfinity, 0);
    for (var pass = 0; pass < 3; pass++)
    {
        var found = new long[count][];
        var clock = Stopwatch.StartNew();
        for (var q = 0; q < count; q++)
        {
            found[q] = search(q);
        }

        best = Math.Min(best, clock.Elapsed.TotalSeconds);
        hits = found.Select((ids, q) => ids.Count(id => ExactSearch.Distance(Query(q), vectors.Row((int)id)) <= farthest[q])).Sum();
    }

    return ((double)hits / (count * K), count / best);
}

float[] Truth()
{
    using var exact = GenericIndex.Flat(vectors.Dimension);
    exact.Add(vectors.Values);
    var (results, found) = (new Neighbor[count * K], new int[count]);
    exact.SearchBatch(asked, K, results, found, threads: 0);
    return [.. Enumerable.Range(0, count).Select(q => results[(q * K) + K - 1].Distance)];
}

void Show(string name, double recall, double qps, double build, long bytes) =>
    Console.WriteLine($"| {name} | {recall:F3} | {qps:N0} | {build:F1} | {(double)bytes / vectors.Count:N0} |");
