using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace PqGen.Benchmarks;

/// <summary>
/// The main tables, one a group: each row is a ratio of things measured in turn in one run, on one thread, beside the aim it is held against.
/// </summary>
internal static class Targets
{
    private const int K = 10;
    private const string LargeOption = "--large";
    private const string OnlyOption = "--only";
    private static readonly List<string> Rows = [];

    /// <param name="arguments">
    /// [FOLDER] [--only PART] [--large]: FOLDER holds GloVe; of the groups only those whose names contain PART are measured and written; --large adds
    /// the groups that take minutes and gigabytes.
    /// </param>
    public static int Run(string[] arguments)
    {
        var large = arguments.Contains(LargeOption);
        var only = Array.IndexOf(arguments, OnlyOption);
        if (only >= 0 && only + 1 == arguments.Length)
        {
            Console.Error.WriteLine($"{OnlyOption} needs a part of a name.");
            return 2;
        }

        var part = only < 0 ? "" : arguments[only + 1];
        var glove = arguments.Where((argument, i) => argument != LargeOption && (only < 0 || (i != only && i != only + 1))).FirstOrDefault();
        var groups = new List<(string Name, Action AddRows)>
        {
            ("kernels", Kernels),
            ("avx2", Avx2),
            ("first-search", FirstSearches),
            ("first-queries", FirstQueries.AddRows),
            ("flat", FlatSearch),
            ("add", AddTargets.AddRows),
            ("training", TrainingTargets.AddRows),
        };
        if (large)
        {
            groups.Add(("add-large", AddTargets.AddLargeRow));
            groups.Add(("training-large", TrainingTargets.AddLargeRow));
        }

        if (glove is not null)
        {
            groups.Add(("glove", () => GloveTargets.Run(glove)));
            groups.Add(("engine", () => EngineTargets.Run(glove)));
            groups.Add(("routes", () => RouteTargets.Run(glove)));
            groups.Add(("list-order", () => ListOrderTargets.Run(glove)));
            groups.Add(("recall", () => RecallTargets.Run(glove)));
            groups.Add(("rows", () => RowTargets.Run(glove)));
            groups.Add(("processors", () => ProcessorTimes.Run(glove)));
        }

        groups = groups.FindAll(group => group.Name.Contains(part, StringComparison.Ordinal));
        if (groups.Count == 0)
        {
            Console.Error.WriteLine($"No group's name contains '{part}'.");
            return 2;
        }

        foreach (var (name, addRows) in groups)
        {
            Rows.Clear();
            addRows();
            if (Rows.Count == 0)
            {
                // The group has written a table of its own.
                continue;
            }

            var table = new StringBuilder("One thread. Ratios are of one run, best of interleaved slices.\n\n");
            table.Append("| what | measured | aim |\n|---|---|---|\n");
            Rows.ForEach(row => table.Append(row).Append('\n'));
            Show(name, table.ToString());
        }

        return 0;
    }

    private static void Kernels()
    {
        // Three passes over the three measurements: another guest on the same core slows the scan down more than a read, for seconds.
        ScanTimes? l2 = null, dram = null, nibbles = null;
        for (var pass = 0; pass < 3; pass++)
        {
            l2 = ScanTargets.Measure<Pq128.Kernels, Shape128.Kernels>(ScanTargets.L2).Best(l2);
            dram = ScanTargets.Measure<Pq128.Kernels, Shape128.Kernels>(ScanTargets.Dram).Best(dram);
            nibbles = ScanTargets.Measure<Pq128x4Bit.Kernels, Shape128x4Bit.Kernels>(ScanTargets.L2).Best(nibbles);
        }

        Row("PQ16, 8 bits, codes in L2: fast scan over plain ADC scan", $"{l2!.OverAdc:F1}x ({1e-9 / (16 * l2.Fast):F2} G vectors/s)", "12x");
        Row(
            "the same over a plain read of the codes",
            $"{l2.OfRead:F2} (with terms {l2.TermsOfRead:F2}; looking the codes up and adding nothing {l2.LookUpOfRead:F2})",
            "0.5");
        Row("the same, codes in DRAM", $"{dram!.OfRead:F2} (with terms {dram.TermsOfRead:F2})", "0.85");
        Row("4-bit scan, time per code byte over the 8-bit one", $"{nibbles!.Fast / l2.Fast:F2}", "at most 2");
    }

    private static void Avx2()
    {
        var times = Child.Measure<ChildScans>([], Child.NoAvx512);
        Row($"AVX-512 off ({times.Path}), Ksub 16: fast scan over plain ADC scan", $"{times.Nibbles:F1}x", "6x");
        Row($"AVX-512 off ({times.Path}), Ksub 256: fast scan over plain ADC scan", $"{times.Bytes:F1}x", "2x");
    }

    private static void FirstSearches()
    {
        var vectors = Workload.Clusters(20_000, 100, 3);
        using var index = Shape100.Train(vectors, new TrainingOptions { NList = 64, KeepVectors = false, Iterations = 4 });
        index.Add(vectors);
        var file = Path.GetTempFileName();
        index.Save(file);
        var first = Enumerable.Range(0, 5).Select(_ => Child.Measure<FirstSearch>([file])).MinBy(times => times.SearchMilliseconds)!;
        File.Delete(file);
        Row(
            "first search of a fresh process after opening an IVFPQ index",
            $"{first.SearchMilliseconds:F0} ms, of which JIT {first.JitMilliseconds:F0} ms ({first.Methods} methods)",
            "100 ms of JIT");
    }

    private static void FlatSearch()
    {
        const int N = 1_000_000, Dimension = 128, Queries = 16;
        var vectors = Workload.Embeddings(N + Queries, Dimension, SearchWorkload.Directions, 11);
        var stored = vectors.AsSpan(0, N * Dimension);
        using var index = Pq128.Train(stored[..(65_536 * Dimension)], new TrainingOptions { KeepVectors = false });
        index.Add(stored);
        var queries = vectors[(N * Dimension)..];
        var times = FlatTimes.Measure(index, queries);
        using var exact = GenericIndex.Flat(Dimension);
        exact.Add(stored);
        var (found, truth) = (new Neighbor[K], new Neighbor[K]);
        var hits = 0;
        for (var q = 0; q < Queries; q++)
        {
            index.Search(queries.AsSpan(q * Dimension, Dimension), found);
            exact.Search(queries.AsSpan(q * Dimension, Dimension), truth);
            hits += found.IntersectBy(truth.Select(neighbor => neighbor.Id), neighbor => neighbor.Id).Count();
        }

        Row(
            "flat PQ16 over 1,000,000 vectors (16 bytes a vector), exact top 10 by code: whole search over the plain ADC search",
            $"{times.Plain / times.Fast:F1}x ({1 / times.Fast:F0} queries/s, recall {hits / (double)(Queries * K):F2})",
            "10x");
        Row("the same, the 100 nearest", $"{times.PlainHundred / times.Hundred:F1}x ({1 / times.Hundred:F0} queries/s)", "none set");
        Row("the same queries as a batch, on one thread", $"{1 / times.Batch:F0} queries/s, {times.Fast / times.Batch:F1}x one by one", "not slower");

        var (indexFile, queryFile) = (Path.GetTempFileName(), Path.GetTempFileName());
        index.Save(indexFile);
        File.WriteAllBytes(queryFile, MemoryMarshal.AsBytes(queries.AsSpan()));
        var avx2 = Child.Measure<FlatTimes>([indexFile, queryFile], Child.NoAvx512);
        Row(
            $"the same with AVX-512 off ({avx2.Path})",
            $"{avx2.Plain / avx2.Fast:F1}x ({1 / avx2.Fast:F0} queries/s; {1 / avx2.Batch:F0} as a batch)",
            "none set");
        Row(
            $"the same, the 100 nearest ({avx2.Path})", $"{avx2.PlainHundred / avx2.Hundred:F1}x ({1 / avx2.Hundred:F0} queries/s)", "none set");
        File.Delete(indexFile);
        File.Delete(queryFile);
    }

    /// <summary>Writes a group's table, to its file and where the README shows it.</summary>
    public static void Show(string name, string table) => Results.ShowInReadme([Results.Write(Path.Combine("Targets", name), table)]);

    public static void Row(FormattableString what, FormattableString measured, string aim) =>
        Row(what.ToString(CultureInfo.InvariantCulture), measured, aim);

    public static void Row(string what, FormattableString measured, string aim)
    {
        Rows.Add($"| {what} | {measured.ToString(CultureInfo.InvariantCulture)} | {aim} |");
        Console.WriteLine(Rows[^1]);
    }
}
