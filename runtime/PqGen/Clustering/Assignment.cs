using System.Runtime.CompilerServices;
using PqGen.Common;
using PqGen.Kernels;

namespace PqGen.Clustering;

/// <summary>
/// Assigns points to their nearest centroids, in pieces: blocks of panels that stay in cache, chunks of points that share each of them.
/// </summary>
/// <remarks>
/// A kernel streams all panels it is given for every four points or so. Many centroids come from memory then; a block of them comes once for a
/// whole chunk. Pieces change no bit: a point's distance to a centroid is a sum of its own, and the smaller number wins a tie.
/// </remarks>
internal static class Assignment
{
    /// <summary>Floats of a block of panels: a quarter of a megabyte, within a second-level cache.</summary>
    private const int BlockLength = 1 << 16;

    /// <summary>Panels of a block at least: a register tile.</summary>
    private const int MinBlockPanels = 4;

    /// <summary>Points of a chunk, at most and at least: whole tiles of the kernels' four.</summary>
    private const int MaxChunk = 1024;
    private const int MinChunk = 4;

    /// <summary>
    /// Multiplications of a chunk with a block: milliseconds, some tens without fused multiply-add. So often is cancellation looked for.
    /// </summary>
    public const long PieceWork = 1 << 26;

    /// <summary>Assigns float <c>[n][Dimension]</c> points on several threads.</summary>
    public static void Run<TAssigner>(
        TAssigner assigner,
        float[] points,
        AlignedBuffer<float> panels,
        int[] nearest,
        float[] distances,
        int threads,
        CancellationToken cancellation)
        where TAssigner : struct, IAssigner =>
        Parallelism.ForChunks(
            nearest.Length,
            ChunkOf(assigner, panels),
            threads,
            (first, count) => RunChunk(
                assigner, ref points[first * assigner.Dimension], count, panels, ref nearest[first], ref distances[first], cancellation),
            cancellation);

    /// <summary>Assigns float <c>[count][Dimension]</c> points on the calling thread.</summary>
    public static void Run<TAssigner>(
        TAssigner assigner,
        ref float points,
        int count,
        AlignedBuffer<float> panels,
        ref int nearest,
        ref float distances,
        CancellationToken cancellation = default)
        where TAssigner : struct, IAssigner
    {
        var chunk = ChunkOf(assigner, panels);
        for (var first = 0; first < count; first += chunk)
        {
            cancellation.ThrowIfCancellationRequested();
            RunChunk(
                assigner,
                ref Unsafe.Add(ref points, (nint)first * assigner.Dimension),
                Math.Min(chunk, count - first),
                panels,
                ref Unsafe.Add(ref nearest, first),
                ref Unsafe.Add(ref distances, first),
                cancellation);
        }
    }

    private static void RunChunk<TAssigner>(
        TAssigner assigner,
        ref float points,
        int count,
        AlignedBuffer<float> panels,
        ref int nearest,
        ref float distances,
        CancellationToken cancellation)
        where TAssigner : struct, IAssigner
    {
        var (block, panelCount) = (BlockOf(assigner, panels), PanelCount(assigner, panels));
        assigner.Assign(ref points, count, ref panels.Reference, Math.Min(block, panelCount), ref nearest, ref distances);
        if (block >= panelCount)
        {
            return;
        }

        Span<int> others = stackalloc int[MaxChunk];
        Span<float> otherDistances = stackalloc float[MaxChunk];
        for (var panel = block; panel < panelCount; panel += block)
        {
            cancellation.ThrowIfCancellationRequested();
            ref var part = ref panels.At((long)panel * PanelLength(assigner));
            assigner.Assign(ref points, count, ref part, Math.Min(block, panelCount - panel), ref others[0], ref otherDistances[0]);
            for (var i = 0; i < count; i++)
            {
                if (otherDistances[i] < Unsafe.Add(ref distances, i))
                {
                    Unsafe.Add(ref distances, i) = otherDistances[i];
                    Unsafe.Add(ref nearest, i) = (panel * KernelLayout.PanelWidth) + others[i];
                }
            }
        }
    }

    private static int PanelLength<TAssigner>(TAssigner assigner)
        where TAssigner : struct, IAssigner => KernelLayout.PanelWidth * assigner.Dimension;

    private static int PanelCount<TAssigner>(TAssigner assigner, AlignedBuffer<float> panels)
        where TAssigner : struct, IAssigner => (int)(panels.Length / PanelLength(assigner));

    private static int BlockOf<TAssigner>(TAssigner assigner, AlignedBuffer<float> panels)
        where TAssigner : struct, IAssigner =>
        assigner.TakesParts ? Math.Max(MinBlockPanels, BlockLength / PanelLength(assigner)) : PanelCount(assigner, panels);

    private static int ChunkOf<TAssigner>(TAssigner assigner, AlignedBuffer<float> panels)
        where TAssigner : struct, IAssigner
    {
        var length = (long)Math.Min(BlockOf(assigner, panels), PanelCount(assigner, panels)) * PanelLength(assigner);
        return (int)Math.Clamp(PieceWork / length, MinChunk, MaxChunk) / MinChunk * MinChunk;
    }
}

/// <summary>Every point is compared with every centroid.</summary>
internal sealed class FullAssignment<TAssigner>(TAssigner assigner, float[] points, KMeansRun run) : IAssignmentStep
    where TAssigner : struct, IAssigner
{
    private readonly AlignedBuffer<float> _panels = new(Panels.Size(run.K, assigner.Dimension));

    public void Assign(float[] centroids, int[] previous, int[] nearest, float[] distances)
    {
        Panels.Fill(centroids, assigner.Dimension, _panels, run.Cancellation);
        Assignment.Run(assigner, points, _panels, nearest, distances, run.Threads, run.Cancellation);
    }
}
