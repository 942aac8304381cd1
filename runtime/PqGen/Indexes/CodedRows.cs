using PqGen.Clustering;
using PqGen.Common;
using PqGen.Ivf;
using PqGen.Kernels;
using PqGen.Quantization;

namespace PqGen.Indexes;

/// <summary>What a trained model makes of rows, to measure what it loses.</summary>
/// <param name="Decoded">float <c>[n][Dimension]</c>, what the codes of the rows stand for.</param>
/// <param name="Lists">int <c>[n]</c>, the lists of the rows; empty without lists.</param>
/// <param name="Probes">int <c>[queries][nprobe]</c>, the lists that each query probes; empty without lists.</param>
internal sealed record CodedRows(float[] Decoded, int[] Lists, int[][] Probes)
{
    /// <summary>Multiplications of a chunk that is encoded: between two looks for cancellation.</summary>
    private const int ChunkWork = 1 << 26;

    /// <summary>Codes of rows, float <c>[n][Dimension]</c>.</summary>
    public static CodedRows OfVectors<TKernels>(TKernels kernels, TrainedModel model, float[] rows, TrainingRun run)
        where TKernels : struct, IPqKernels
    {
        var decoded = Sampling.Copy(rows, run.Cancellation);
        Quantize(kernels, model, decoded, rows, run);
        return new CodedRows(decoded, [], []);
    }

    /// <summary>Codes of the residuals of rows, float <c>[n][Dimension]</c>.</summary>
    public static CodedRows OfResiduals<TKernels>(
        TKernels kernels, TrainedModel model, float[] rows, float[] queries, int nprobe, TrainingRun run)
        where TKernels : struct, IIvfPqKernels
    {
        var coarse = new CoarseQuantizer<TKernels>(kernels, model.Centroids, run.Cancellation);
        var lists = coarse.Assign(rows, run.Threads, run.Cancellation);
        var decoded = Sampling.Copy(rows, run.Cancellation);
        coarse.ToResiduals(decoded, lists, run.Threads, run.Cancellation);
        Quantize(kernels, model, decoded, rows, run);
        for (var i = 0; i < lists.Length; i++)
        {
            var centroid = coarse.Centroid(lists[i]);
            var row = decoded.AsSpan(i * kernels.Dimension, kernels.Dimension);
            for (var d = 0; d < row.Length; d++)
            {
                row[d] += centroid[d];
            }
        }

        var scratch = new RouteScratch();
        var probes = new int[queries.Length / kernels.Dimension][];
        for (var q = 0; q < probes.Length; q++)
        {
            run.Cancellation.ThrowIfCancellationRequested();
            coarse.Prepare(queries.AsSpan(q * kernels.Dimension, kernels.Dimension), 1, scratch);
            probes[q] = Array.ConvertAll(coarse.Probes(0, nprobe, scratch).ToArray(), probe => probe.List);
        }

        return new CodedRows(decoded, lists, probes);
    }

    /// <summary>Puts in the place of every row, or residual of one of the originals, what its code stands for.</summary>
    private static void Quantize<TKernels>(TKernels kernels, TrainedModel model, float[] rows, float[] originals, TrainingRun run)
        where TKernels : struct, IPqKernels
    {
        // Rows and codebooks are scaled both.
        var quantizer = model.Quantizer(kernels, exponent: 0);
        var chunk = Math.Clamp(ChunkWork / (kernels.Ksub * kernels.Dimension), 4, 512);
        Parallelism.ForChunks(rows.Length / kernels.Dimension, chunk, run.Threads, (first, count) =>
        {
            var part = rows.AsSpan(first * kernels.Dimension, count * kernels.Dimension);
            var codes = new byte[count * kernels.M];
            quantizer.EncodeChecked(part, originals.AsSpan(first * kernels.Dimension, part.Length), codes);
            quantizer.Decode(codes, part);
        }, run.Cancellation);
    }
}
