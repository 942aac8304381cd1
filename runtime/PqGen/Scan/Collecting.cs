using System.Numerics;
using System.Runtime.CompilerServices;
using PqGen.TopK;

namespace PqGen.Scan;

/// <summary>Offers a collector many scores, most of which it will not take.</summary>
internal static class Collecting
{
    /// <summary>Offers vectors whose positions follow each other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Offer<TCollector>(scoped ReadOnlySpan<float> scores, int firstPosition, ref TCollector collector)
        where TCollector : struct, ICollector, allows ref struct
    {
        var i = 0;
        for (; i <= scores.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            if (Vector.LessThanOrEqualAny(new Vector<float>(scores[i..]), new Vector<float>(collector.Threshold)))
            {
                for (var l = 0; l < Vector<float>.Count; l++)
                {
                    collector.Push(firstPosition + i + l, scores[i + l]);
                }
            }
        }

        for (; i < scores.Length; i++)
        {
            collector.Push(firstPosition + i, scores[i]);
        }
    }

    /// <summary>Offers vectors with the given positions.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Offer<TCollector>(scoped ReadOnlySpan<float> scores, scoped ref int positions, ref TCollector collector)
        where TCollector : struct, ICollector, allows ref struct
    {
        for (var i = 0; i < scores.Length; i++)
        {
            if (scores[i] <= collector.Threshold)
            {
                collector.Push(Unsafe.Add(ref positions, i), scores[i]);
            }
        }
    }
}
