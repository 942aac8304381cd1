using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using PqGen.Common;
using PqGen.Kernels;

namespace PqGen.Clustering;

/// <summary>Centroids by row, float [k][dimension], to centroid panels, float [panel][dimension][16] (<see cref="KernelLayout"/>).</summary>
internal static class Panels
{
    /// <summary>Centroids, and components, that are transposed together.</summary>
    private const int Block = 4;

    public static AlignedBuffer<float> Create(ReadOnlySpan<float> centroids, int dimension, CancellationToken cancellation = default)
    {
        var panels = new AlignedBuffer<float>(Size(centroids.Length / dimension, dimension));
        Fill(centroids, dimension, panels, cancellation);
        return panels;
    }

    /// <summary>Writes the panels, part by part: with their unused lanes they may have more elements than a span.</summary>
    public static void Fill(ReadOnlySpan<float> centroids, int dimension, AlignedBuffer<float> panels, CancellationToken cancellation = default)
    {
        const int Part = 64 * KernelLayout.PanelWidth;
        var k = centroids.Length / dimension;
        for (var first = 0; first < k; first += Part)
        {
            cancellation.ThrowIfCancellationRequested();
            var part = centroids.Slice(first * dimension, Math.Min(Part, k - first) * dimension);
            Fill(part, dimension, panels.Span((long)first * dimension, (int)Size(part.Length / dimension, dimension)));
        }
    }

    /// <summary>Floats in the panels of <paramref name="k"/> centroids.</summary>
    public static long Size(int k, int dimension) => (long)KernelLayout.PanelCount(k) * KernelLayout.PanelWidth * dimension;

    /// <summary>Writes the panels; the last centroid fills the unused lanes.</summary>
    public static void Fill(ReadOnlySpan<float> centroids, int dimension, Span<float> panels)
    {
        var k = centroids.Length / dimension;
        for (var c = 0; c < KernelLayout.PaddedKsub(k); c++)
        {
            var row = centroids.Slice(Math.Min(c, k - 1) * dimension, dimension);
            var panel = panels.Slice(c / KernelLayout.PanelWidth * KernelLayout.PanelWidth * dimension);
            for (var d = 0; d < dimension; d++)
            {
                panel[(d * KernelLayout.PanelWidth) + (c % KernelLayout.PanelWidth)] = row[d];
            }
        }
    }

    /// <summary>Writes the panels of some of the centroids; the last of them fills the unused lanes.</summary>
    /// <param name="centroids">float <c>[k][dimension]</c>.</param>
    /// <param name="dimension">Components of a centroid.</param>
    /// <param name="chosen">Numbers of centroids, one at least.</param>
    /// <param name="panels">float <c>[panels][dimension][16]</c>, written.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gather(ReadOnlySpan<float> centroids, int dimension, ReadOnlySpan<int> chosen, ref float panels)
    {
        ref var first = ref MemoryMarshal.GetReference(centroids);
        var last = chosen.Length - 1;
        for (var c = 0; c < KernelLayout.PaddedKsub(chosen.Length); c += Block)
        {
            ref var row0 = ref Unsafe.Add(ref first, (nint)chosen[Math.Min(c, last)] * dimension);
            ref var row1 = ref Unsafe.Add(ref first, (nint)chosen[Math.Min(c + 1, last)] * dimension);
            ref var row2 = ref Unsafe.Add(ref first, (nint)chosen[Math.Min(c + 2, last)] * dimension);
            ref var row3 = ref Unsafe.Add(ref first, (nint)chosen[Math.Min(c + 3, last)] * dimension);
            var lane = c % KernelLayout.PanelWidth;
            ref var lanes = ref Unsafe.Add(ref panels, ((c - lane) * dimension) + lane);
            nuint d = 0;
            for (; d + Block <= (nuint)dimension && InstructionSets.Avx2; d += Block)
            {
                var (x0, x1) = (Vector128.LoadUnsafe(ref row0, d), Vector128.LoadUnsafe(ref row1, d));
                var (x2, x3) = (Vector128.LoadUnsafe(ref row2, d), Vector128.LoadUnsafe(ref row3, d));
                var (low01, high01, low23, high23) = (Sse.UnpackLow(x0, x1), Sse.UnpackHigh(x0, x1), Sse.UnpackLow(x2, x3), Sse.UnpackHigh(x2, x3));
                Sse.MoveLowToHigh(low01, low23).StoreUnsafe(ref lanes);
                Sse.MoveHighToLow(low23, low01).StoreUnsafe(ref lanes, KernelLayout.PanelWidth);
                Sse.MoveLowToHigh(high01, high23).StoreUnsafe(ref lanes, 2 * KernelLayout.PanelWidth);
                Sse.MoveHighToLow(high23, high01).StoreUnsafe(ref lanes, 3 * KernelLayout.PanelWidth);
                lanes = ref Unsafe.Add(ref lanes, Block * KernelLayout.PanelWidth);
            }

            for (; d < (nuint)dimension; d++)
            {
                lanes = Unsafe.Add(ref row0, d);
                Unsafe.Add(ref lanes, 1) = Unsafe.Add(ref row1, d);
                Unsafe.Add(ref lanes, 2) = Unsafe.Add(ref row2, d);
                Unsafe.Add(ref lanes, 3) = Unsafe.Add(ref row3, d);
                lanes = ref Unsafe.Add(ref lanes, KernelLayout.PanelWidth);
            }
        }
    }
}
