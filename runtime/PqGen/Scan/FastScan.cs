using System.Numerics;
using PqGen.Kernels;

namespace PqGen.Scan;

/// <summary>What the fast scan asks of a list of codes.</summary>
internal interface IScannedList
{
    /// <summary>The threshold of the byte bounds that stands for a distance; negative when no vector of the list can reach it.</summary>
    int Threshold(float distance);

    /// <summary>Marks in <paramref name="survivors"/> the vectors of whole blocks whose bound is at most the threshold.</summary>
    void Scan(int firstBlock, int blockCount, int threshold, ref ulong survivors);

    /// <summary>The distance of vector <paramref name="i"/> of the list; or any larger one, if it is certainly above <paramref name="threshold"/>.</summary>
    float Distance(int i, float threshold);

    /// <summary>What vector <paramref name="i"/> is called in the results.</summary>
    long Id(int i);
}

/// <summary>
/// The exact fast scan: sums of a byte table rounded down are lower bounds of distances; a vector whose bound exceeds the current
/// k-th distance is dropped, a survivor is re-scored from floats. What is found is what the plain float scan finds: the same ids in the
/// same order.
/// </summary>
internal static class FastScan
{
    /// <summary>Blocks scanned between two looks at the k-th distance, once there is one.</summary>
    private const int Stride = 8;

    public static void Run<TList>(ref TList list, int count, ref TopK.TopK nearest)
        where TList : struct, IScannedList, allows ref struct
    {
        Span<ulong> survivors = stackalloc ulong[Stride];
        var blocks = KernelLayout.BlockCount(count);
        for (var first = 0; first < blocks;)
        {
            var threshold = list.Threshold(nearest.Threshold);
            if (threshold < 0)
            {
                return;
            }

            // While there is no k-th distance everything survives: small steps find one soon.
            var scanned = Math.Min(nearest.IsFull ? Stride : 1, blocks - first);
            list.Scan(first, scanned, threshold, ref survivors[0]);
            if (first + scanned == blocks && count % KernelLayout.BlockSize != 0)
            {
                survivors[scanned - 1] &= (1UL << (count % KernelLayout.BlockSize)) - 1;
            }

            for (var b = 0; b < scanned; b++)
            {
                for (var mask = survivors[b]; mask != 0; mask &= mask - 1)
                {
                    var i = ((first + b) * KernelLayout.BlockSize) + BitOperations.TrailingZeroCount(mask);
                    var distance = list.Distance(i, nearest.Threshold);
                    if (distance <= nearest.Threshold)
                    {
                        nearest.Push(list.Id(i), distance);
                    }
                }
            }

            first += scanned;
        }
    }

    /// <summary>(value - from) / step rounded down, as a threshold of byte bounds: negative for none, at most 65,535.</summary>
    public static int Quantize(double value, double from, double step)
    {
        var threshold = Math.Floor((value - from) / step);
        return threshold < 0 ? -1 : threshold < ushort.MaxValue ? (int)threshold : ushort.MaxValue;
    }
}
