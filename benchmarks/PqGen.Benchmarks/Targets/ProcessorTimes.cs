using System.Globalization;
using System.Text;
using PqGen.Kernels;

namespace PqGen.Benchmarks;

/// <summary>Queries per second of one index file, what a parent asks of a child whose instruction sets are limited.</summary>
/// <param name="Path">The instruction set.</param>
/// <param name="Recall">The recall.</param>
/// <param name="One">Queries per second, one at a time.</param>
internal sealed record ProcessorTimes(string Path, double Recall, double One)
{
    private const int K = 10, NProbe = 16, Rerank = 100;

    /// <summary>Every so many-th query is asked: the portable path is slow.</summary>
    private const int Stride = 5;

    /// <summary>Processors, by what is switched off to be like them.</summary>
    private static readonly (string Name, KernelPath Path, (string, string)[] Off)[] s_processors =
    [
        ("AVX-512 VBMI (Zen 4 and later, Ice Lake and later servers)", KernelPath.Avx512Vbmi, []),
        ("AVX-512 (Skylake to Cooper Lake servers)", KernelPath.Avx512, [("DOTNET_EnableAVX512v2", "0")]),
        ("AVX2 (Intel clients, AMD before Zen 4)", KernelPath.Avx2, [Child.NoAvx512]),
        ("128 bits", KernelPath.Vector128, [("DOTNET_EnableAVX2", "0")]),
    ];

    /// <summary>What stands in the column of a processor; a dash where this one lacks what is meant.</summary>
    private static string Cell(ProcessorTimes time, KernelPath path) =>
        time.Path == path.ToString() ? string.Create(CultureInfo.InvariantCulture, $" {time.One:N0} |") : " - |";

    /// <summary>Which Ksub for which processor: 25 bytes of code a vector, in three ways.</summary>
    /// <param name="folder">Holds base.npy, query.npy and gt.npy.</param>
    public static void Run(string folder)
    {
        var glove = new GloveSet(folder);
        var table = new StringBuilder();
        table.Append(CultureInfo.InvariantCulture, $"GloVe, IVF512, 25 bytes of code a vector, nprobe {NProbe}, {Rerank} re-ranked, ");
        table.Append(CultureInfo.InvariantCulture, $"one query in {Stride}: recall, and queries per second one at a ");
        table.Append("time on one thread, by what newer instructions are switched off.\n\n| codes | recall |");
        table.AppendJoin("", s_processors.Select(processor => $" {processor.Name} |")).Append("\n|---|---:|");
        table.Insert(table.Length, "---:|", s_processors.Length);
        table.Append('\n');
        foreach (var (codes, train) in new (string, Func<float[], TrainingOptions, VectorIndex>)[]
        {
            ("M 25, Ksub 256", (vectors, options) => Shape100x25.Train(vectors, options)),
            ("M 25, Ksub 64", (vectors, options) => Shape100x25x64.Train(vectors, options)),
            ("M 50, Ksub 16", (vectors, options) => Shape100x50.Train(vectors, options)),
        })
        {
            var file = System.IO.Path.GetTempFileName();
            using (var index = train(glove.Sample(1), new TrainingOptions { NList = 512 }))
            {
                index.Add(glove.Vectors.Values);
                index.Save(file);
            }

            var times = s_processors.Select(processor => Child.Measure<ProcessorTimes>([file, folder], processor.Off)).ToArray();
            File.Delete(file);
            table.Append(CultureInfo.InvariantCulture, $"| {codes} | {times[0].Recall:F3} |");
            table.AppendJoin("", times.Zip(s_processors, (time, processor) => Cell(time, processor.Path))).Append('\n');
            Console.WriteLine(string.Join(", ", times.Select(time => time.ToString())));
        }

        Targets.Show("processors", table.ToString());
    }

    /// <summary>The child's side.</summary>
    public static ProcessorTimes Measure(string indexFile, string folder)
    {
        var glove = new GloveSet(folder);
        // The first bytes of a file name no class; the three shapes are told apart by their sizes.
        var info = VectorIndex.Inspect(indexFile);
        using var index = (info.Shape.M, info.Shape.Ksub) switch
        {
            (25, 256) => Shape100x25.Open(indexFile),
            (25, _) => Shape100x25x64.Open(indexFile),
            _ => (VectorIndex)Shape100x50.Open(indexFile),
        };
        var options = new SearchOptions { NProbe = NProbe, Rerank = Rerank };
        var count = glove.Queries.Count / Stride;
        var (results, found) = (new Neighbor[count * K], new int[count]);
        var best = Stopwatches.Best(
            4,
            0.2,
            () =>
            {
                for (var q = 0; q < count; q++)
                {
                    found[q] = index.Search(glove.Queries.Row(q * Stride), results.AsSpan(q * K, K), options);
                }
            });
        var recall = RecallTargets.Recall(glove, RecallTargets.Truth(glove), results, found, Stride);
        return new ProcessorTimes(index.Path.ToString(), recall, count / best[0]);
    }
}
