using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using PqGen.Indexes;
using PqGen.Ivf;
using PqGen.Kernels;
using PqGen.Storage;

namespace PqGen.Benchmarks;

/// <summary>
/// What sharing lists among the queries of a batch could save: the scan alone, with every threshold known and nothing scored, of the same pairs of
/// query and list in several orders. And what it saves: whole searches without re-ranking.
/// </summary>
internal static class ListOrderTargets
{
    private const int Queries = 8192;

    /// <summary>Lists and how many of them a query probes.</summary>
    private static readonly (int NList, int NProbe)[] s_settings = [(128, 8), (512, 32), (2048, 40)];

    /// <summary>Queries of which each list is scanned for all before the next list is.</summary>
    private static readonly int[] s_windows = [8, 64, 128, 2048];

    /// <param name="folder">Holds base.npy, query.npy and gt.npy.</param>
    public static void Run(string folder)
    {
        var glove = new GloveSet(folder);
        var columns = Array.ConvertAll(s_settings, setting => Column(glove, setting.NList, setting.NProbe));
        var table = new StringBuilder(
            "One thread, GloVe, PQ25: ns a block of 64 codes, us a query. First the scan of a batch's lists alone, then whole searches of a batch, "
            + "nothing re-ranked: query by query, and as batches do it, where eight queries at a time go through each list together if lists are "
            + "long.\n\n");
        table.Append("| order |");
        foreach (var (nlist, nprobe) in s_settings)
        {
            table.Append(CultureInfo.InvariantCulture, $" {nlist:N0} lists, nprobe {nprobe} |");
        }

        table.Append("\n|---|---|---|---|\n");
        for (var row = 0; row < columns[0].Count; row++)
        {
            table.Append(CultureInfo.InvariantCulture, $"| {columns[0][row].Order} |");
            foreach (var column in columns)
            {
                table.Append(CultureInfo.InvariantCulture, $" {column[row].Block:F1}, {column[row].Query:F1} us |");
            }

            table.Append('\n');
        }

        Console.WriteLine(table);
        Targets.Show("list-order", table.ToString());
    }

    private static List<(string Order, double Block, double Query)> Column(GloveSet glove, int nlist, int nprobe)
    {
        var kernels = default(Shape100x25.Kernels);
        var options = new TrainingOptions { NList = nlist, KeepVectors = false };
        var engine = IndexBuilder.IvfPq(kernels).Train(glove.Vectors.Values, options);
        engine.Add(glove.Vectors.Values, [], IdSource.Automatic, 1, CancellationToken.None);
        var lists = engine.Current!.Lists;
        var probes = Probes(kernels, engine, glove, nprobe);
        var (tables, stride) = Tables(kernels, engine, glove);

        var any = Enumerable.Range(0, Queries).ToArray();
        var near = any.OrderBy(q => probes[q][0]).ToArray();
        var orders = new List<(string Name, (int Query, int List)[] Pairs)>
        {
            ("query by query, near ones together", Pairs(near)),
            ("query by query, in any order", Pairs(any)),
        };
        foreach (var window in s_windows)
        {
            var pairs = near.Chunk(window).SelectMany(some => Pairs(some).OrderBy(pair => pair.List)).ToArray();
            orders.Add(($"list by list, {window:N0} queries", pairs));
        }

        orders.Add(("the same query 64 times in a row", Pairs([.. near.Select((_, i) => near[i / 64 * 64])])));
        var scans = orders.Select(order => (Action)(() => Scan(kernels, lists, tables, stride, order.Pairs)));
        var queries = near.SelectMany(q => glove.Queries.Row(q).ToArray()).ToArray();
        var best = Stopwatches.Best(5, 0.2, [.. scans, () => Search(engine, queries, nprobe, true), () => Search(engine, queries, nprobe, false)]);
        orders.Add(("whole searches, query by query", Pairs(near)));
        orders.Add(("whole searches, as a batch does them", Pairs(near)));
        return [.. orders.Select((order, i) => (order.Name, 1e9 * best[i] / Blocks(lists, order.Pairs), 1e6 * best[i] / Queries))];

        (int Query, int List)[] Pairs(int[] queries) => [.. queries.SelectMany(q => probes[q].Select(list => (q, list)))];
    }

    private static void Search(IndexEngine engine, float[] queries, int nprobe, bool oneByOne)
    {
        const int K = 10;
        engine.ScansOneByOne = oneByOne;
        var (results, found) = (new Neighbor[Queries * K], new int[Queries]);
        engine.Search(engine.Current!, new SearchRequest(queries, K, results, found, new SearchOptions { NProbe = nprobe }), default(AllIds));
    }

    private static int[][] Probes(Shape100x25.Kernels kernels, IndexEngine engine, GloveSet glove, int nprobe)
    {
        var route = new FlatCoarse<Shape100x25.Kernels>(
            kernels, new CoarseQuantizer<Shape100x25.Kernels>(kernels, engine.Centroids.ToArray()));
        var scratch = new RouteScratch();
        var probes = new int[Queries][];
        for (var q = 0; q < Queries; q++)
        {
            route.Prepare(glove.Queries.Row(q), 1, scratch);
            probes[q] = [.. route.Probes(0, glove.Queries.Row(q), nprobe, 0, scratch).ToArray().Select(probe => probe.List)];
        }

        return probes;
    }

    /// <summary>The byte tables of all queries, each a multiple of a line behind the one before.</summary>
    private static (AlignedBuffer<byte> Tables, int Stride) Tables(Shape100x25.Kernels kernels, IndexEngine engine, GloveSet glove)
    {
        var quantizer = (Quantization.ProductQuantizer<Shape100x25.Kernels>)engine.Quantizer!;
        var stride = (kernels.ByteTableSize + Segment.LineSize - 1) / Segment.LineSize * Segment.LineSize;
        var (floats, tables) = (new AlignedBuffer<float>(quantizer.TableSize), new AlignedBuffer<byte>((long)Queries * stride));
        for (var q = 0; q < Queries; q++)
        {
            ref var query = ref MemoryMarshal.GetReference(glove.Queries.Row(q));
            kernels.InnerProductTables(ref query, 1, ref quantizer.CodebookPanels.Reference, ref floats.Reference);
            kernels.QuantizeTable(ref floats.Reference, float.PositiveInfinity, saturates: true, ref tables.At((long)q * stride));
        }

        return (tables, stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scan(Shape100x25.Kernels kernels, ListTable lists, AlignedBuffer<byte> tables, int stride, (int Query, int List)[] pairs)
    {
        const int Part = PqGen.Scan.FastScan.Stride;
        Span<ulong> survivors = stackalloc ulong[Part];
        foreach (var (query, list) in pairs)
        {
            ref var table = ref tables.At((long)query * stride);
            var left = lists[list].Count;
            foreach (ref readonly var segment in lists[list].Used)
            {
                ref var terms = ref segment.Terms(lists.Layout);
                var end = EndOf(segment, left);
                left -= segment.Blocks * KernelLayout.BlockSize;
                for (var block = 0; block < end; block += Part)
                {
                    kernels.ScanBlocks(
                        ref table,
                        ref segment.Block(block, kernels.M),
                        ref Unsafe.Add(ref terms, block * KernelLayout.BlockSize),
                        Math.Min(Part, end - block),
                        1000,
                        0,
                        ref survivors[0],
                        ref Unsafe.NullRef<ushort>());
                }
            }
        }
    }

    /// <summary>The blocks to scan for the first vectors of a segment: tiles are scanned whole.</summary>
    private static int EndOf(in Segment segment, int vectors)
    {
        var blocks = Math.Min(segment.Blocks, KernelLayout.BlockCount(vectors));
        return PqGen.Scan.FastScan.EndOf(blocks, KernelLayout.TiledBlocks(segment.Capacity));
    }

    private static long Blocks(ListTable lists, (int Query, int List)[] pairs) =>
        pairs.Sum(pair => (long)KernelLayout.BlockCount(lists[pair.List].Count));
}
