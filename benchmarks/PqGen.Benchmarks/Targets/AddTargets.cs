using System.Diagnostics;

namespace PqGen.Benchmarks;

/// <summary>
/// What adding costs: one vector at a time, with ids of the caller's own, and ten millions in chunks. Models are random: only sizes matter here.
/// </summary>
internal static class AddTargets
{
    private const int Seed = 17;

    /// <summary>The rows that take seconds.</summary>
    public static void AddRows()
    {
        OneVector();
        OwnIds(1);
        OwnIds(1000);
        OwnIds(1_000_000);
    }

    /// <summary>The row that takes minutes and two gigabytes.</summary>
    public static void AddLargeRow()
    {
        const int Dimension = 128, NList = 4096, Chunk = 262_144;
        const long Count = 10_000_000;
        using var index = Shape128.FromCodebooks(Random(NList * Dimension), Random(256 * Dimension), keepVectors: false);
        var chunk = Random(Chunk * Dimension);
        var before = ProcessBytes();
        for (var added = 0L; added < Count; added += Chunk)
        {
            index.Add(chunk.AsSpan(0, (int)Math.Min(Chunk, Count - added) * Dimension), threads: 0);

            // Other vectors each time, at the cost of one component.
            for (var i = 0; i < chunk.Length; i += Dimension)
            {
                chunk[i] = -chunk[i] + (float)(added % 7 / 100.0);
            }
        }

        var resident = ProcessBytes() - before;
        var estimate = Shape128.EstimateMemory(Count, NList, keepVectors: false);
        Targets.Row(
            $"10,000,000 vectors, Dimension {Dimension}, M 16, NList {NList:N0}, in chunks of {Chunk:N0}, no rows kept: bytes a vector",
            $"{BytesPerVector(index):F1} (of the process {resident / (double)Count:F1}; EstimateMemory {Error(index, estimate):+0.0;-0.0} %)",
            "at most 23");
    }

    private static void OneVector()
    {
        const int Dimension = 100, NList = 2048, WarmUp = 2000, Adds = 5000;
        using var index = Shape100.FromCodebooks(Random(NList * Dimension), Random(256 * Dimension), keepVectors: false);
        var vectors = Random((WarmUp + Adds) * Dimension);
        var (ticks, bytes) = (0L, 0L);
        for (var i = 0; i < WarmUp + Adds; i++)
        {
            if (i == WarmUp)
            {
                (ticks, bytes) = (Stopwatch.GetTimestamp(), GC.GetTotalAllocatedBytes(precise: true));
            }

            index.Add([Id(i)], vectors.AsSpan(i * Dimension, Dimension), threads: 1);
        }

        var (elapsed, allocated) = (Stopwatch.GetElapsedTime(ticks), GC.GetTotalAllocatedBytes(precise: true) - bytes);
        Targets.Row(
            $"one-vector Add, Dimension {Dimension}, M 20, NList {NList:N0}, own ids, on average over {Adds:N0}",
            $"{allocated / (double)Adds:N0} bytes allocated, {elapsed.TotalMicroseconds / Adds:F1} us",
            "8,192 bytes, 40 us");
    }

    /// <summary>What ids add to an index of a million vectors.</summary>
    private static void OwnIds(int chunk)
    {
        const int Count = 1_000_000, Dimension = 128, NList = 16;
        var (centroids, codebooks) = (Random(NList * Dimension), Random(256 * Dimension));
        using var plain = Shape128.FromCodebooks(centroids, codebooks, keepVectors: false);
        using var own = Shape128.FromCodebooks(centroids, codebooks, keepVectors: false);
        var total = chunk == 1 ? Count / 10 : Count;
        var vectors = Random(total * Dimension);
        var ids = Enumerable.Range(0, total).Select(Id).ToArray();
        for (var added = 0; added < total; added += chunk)
        {
            var rows = vectors.AsSpan(added * Dimension, Math.Min(chunk, total - added) * Dimension);
            plain.Add(rows, threads: 0);
            own.Add(ids.AsSpan(added, rows.Length / Dimension), rows, threads: 0);
        }

        var perId = (own.Memory.Ids - plain.Memory.Ids) / (double)total;
        var (ownEstimate, plainEstimate) = (Estimate(ownIds: true), Estimate(ownIds: false));
        Targets.Row(
            $"own ids of {total:N0} vectors, added in chunks of {chunk:N0}: bytes a vector",
            $"{perId:F1} (EstimateMemory {Error(own, ownEstimate):+0.0;-0.0} %, without own ids {Error(plain, plainEstimate):+0.0;-0.0} %)",
            "at most 16, within 2 %");

        IndexMemory Estimate(bool ownIds) => Shape128.EstimateMemory(total, NList, keepVectors: false, ownIds);
    }

    /// <summary>Ids that are no positions.</summary>
    private static long Id(int i) => (1000L * i) + 7;

    /// <summary>Bytes of one vector, without those that every index of this model takes.</summary>
    private static double BytesPerVector(VectorIndex index) => (index.Memory.Total - index.Memory.Model - index.Memory.Scratch) / (double)index.Count;

    /// <summary>How far an estimate is from what an index reports, in percent.</summary>
    private static double Error(VectorIndex index, IndexMemory estimate)
    {
        var found = index.Memory.Total - index.Memory.Scratch;
        return 100.0 * (estimate.Total - found) / found;
    }

    private static long ProcessBytes()
    {
        // Aggressive: what is free goes back to the system.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    private static float[] Random(int length) => Workload.Floats(length, Seed).Span(0, length).ToArray();
}
