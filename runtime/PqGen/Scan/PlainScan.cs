using System.Runtime.CompilerServices;
using PqGen.Common;
using PqGen.Kernels;
using PqGen.Storage;
using PqGen.TopK;

namespace PqGen.Scan;

/// <summary>The plain float ADC scan: the distance of every code, and nothing dropped. The fast scan's answer is measured against it.</summary>
internal static class PlainScan
{
    private const int Blocks = 16;

    /// <summary>Scans a list.</summary>
    /// <param name="kernels">The kernels.</param>
    /// <param name="table">The distance table of the query, or of its residual from the list's centroid.</param>
    /// <param name="list">The list.</param>
    /// <param name="layout">Its layout.</param>
    /// <param name="offset">What is added to every sum.</param>
    /// <param name="collector">What is being collected.</param>
    /// <param name="scratch">Working memory.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<TKernels, TCollector>(
        TKernels kernels, ref float table, in ListState list, in ListLayout layout, float offset, ref TCollector collector, ScanScratch scratch)
        where TKernels : struct, IPqKernels
        where TCollector : struct, ICollector, allows ref struct
    {
        const int Chunk = Blocks * KernelLayout.BlockSize;
        var distances = WorkingMemory.Ensure(ref scratch.Distances, Chunk).Span(0, Chunk);
        var first = 0;
        foreach (ref readonly var segment in list.Used)
        {
            var room = segment.Blocks * KernelLayout.BlockSize;
            var count = Math.Min(room, list.Count - first);
            for (var from = 0; from < count; from += Chunk)
            {
                // Chunks begin at a tile; the last may end inside one, which is then summed whole.
                var part = distances[..Math.Min(Chunk, count - from)];
                var blocks = Math.Min(Blocks, segment.Capacity - (from / KernelLayout.BlockSize));
                kernels.AdcDistances(ref table, ref Unsafe.Add(ref segment.Payload, (nint)from * layout.VectorBytes), blocks, ref distances[0]);
                if (offset != 0)
                {
                    VectorMath.Add(part, offset);
                }

                if (layout.HasPositions)
                {
                    Collecting.Offer(part, ref Unsafe.Add(ref segment.Positions(layout), from), ref collector);
                }
                else
                {
                    Collecting.Offer(part, first + from, ref collector);
                }
            }

            first += room;
        }
    }
}
