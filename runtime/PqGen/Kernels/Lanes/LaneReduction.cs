using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PqGen.Kernels;

/// <summary>
/// What kernels do with the lanes of a register during a search and at the end of a sum: the order of the last additions exists once.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class LaneReduction
{
    /// <summary>The sum of four lanes: (r[0] + r[2]) + (r[1] + r[3]).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector128<float> sums)
    {
        var pairs = sums + Vector128.Shuffle(sums, Vector128.Create(2, 3, 0, 1));
        return pairs.ToScalar() + pairs.GetElement(1);
    }

    /// <summary>Keeps what is nearer, lane by lane. On a tie the earlier centroid stays.</summary>
    /// <param name="distances">Neither NaN nor -0.</param>
    /// <param name="numbers">The number of the centroid that each lane's distance belongs to.</param>
    /// <param name="best">The smallest distances so far.</param>
    /// <param name="number">Their centroids' numbers.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Keep(Vector128<float> distances, Vector128<int> numbers, ref Vector128<float> best, ref Vector128<int> number)
    {
        number = Vector128.ConditionalSelect(Vector128.LessThan(distances, best).AsInt32(), numbers, number);
        best = Vector128.MinNative(distances, best);
    }

    /// <inheritdoc cref="Keep(Vector128{float}, Vector128{int}, ref Vector128{float}, ref Vector128{int})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Keep(Vector256<float> distances, Vector256<int> numbers, ref Vector256<float> best, ref Vector256<int> number)
    {
        number = Vector256.ConditionalSelect(Vector256.LessThan(distances, best).AsInt32(), numbers, number);
        best = Vector256.MinNative(distances, best);
    }

    /// <inheritdoc cref="Keep(Vector128{float}, Vector128{int}, ref Vector128{float}, ref Vector128{int})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Keep(Vector512<float> distances, Vector512<int> numbers, ref Vector512<float> best, ref Vector512<int> number)
    {
        number = Vector512.ConditionalSelect(Vector512.LessThan(distances, best).AsInt32(), numbers, number);
        best = Vector512.MinNative(distances, best);
    }

    /// <summary>The smallest distance of 4 lanes; of the lanes that hold it, the smallest number.</summary>
    /// <param name="distances">Neither NaN nor -0.</param>
    /// <param name="numbers">The number of the centroid that each lane's distance belongs to.</param>
    /// <param name="number">The nearest centroid's number.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Nearest(Vector128<float> distances, Vector128<int> numbers, out int number)
    {
        var smallest = Smallest(distances);
        var holders = Vector128.Equals(distances, Vector128.Create(smallest)).AsInt32();
        number = Smallest(Vector128.ConditionalSelect(holders, numbers, Vector128.Create(int.MaxValue)));
        return smallest;
    }

    /// <summary>The smallest distance of 8 lanes; of the lanes that hold it, the smallest number.</summary>
    /// <inheritdoc cref="Nearest(Vector128{float}, Vector128{int}, out int)" path="/param"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Nearest(Vector256<float> distances, Vector256<int> numbers, out int number)
    {
        var smallest = Smallest(Vector128.MinNative(distances.GetLower(), distances.GetUpper()));
        var holders = Vector256.Equals(distances, Vector256.Create(smallest)).AsInt32();
        var held = Vector256.ConditionalSelect(holders, numbers, Vector256.Create(int.MaxValue));
        number = Smallest(Vector128.Min(held.GetLower(), held.GetUpper()));
        return smallest;
    }

    /// <summary>The smallest distance of 16 lanes; of the lanes that hold it, the smallest number.</summary>
    /// <inheritdoc cref="Nearest(Vector128{float}, Vector128{int}, out int)" path="/param"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Nearest(Vector512<float> distances, Vector512<int> numbers, out int number)
    {
        var halves = Vector256.MinNative(distances.GetLower(), distances.GetUpper());
        var smallest = Smallest(Vector128.MinNative(halves.GetLower(), halves.GetUpper()));
        var holders = Vector512.Equals(distances, Vector512.Create(smallest)).AsInt32();
        var held = Vector512.ConditionalSelect(holders, numbers, Vector512.Create(int.MaxValue));
        var heldHalves = Vector256.Min(held.GetLower(), held.GetUpper());
        number = Smallest(Vector128.Min(heldHalves.GetLower(), heldHalves.GetUpper()));
        return smallest;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Smallest(Vector128<float> values)
    {
        var pairs = Vector128.MinNative(values, Vector128.Shuffle(values, Vector128.Create(2, 3, 0, 1)));
        return Vector128.MinNative(pairs, Vector128.Shuffle(pairs, Vector128.Create(1, 0, 3, 2))).ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Smallest(Vector128<int> values)
    {
        var pairs = Vector128.Min(values, Vector128.Shuffle(values, Vector128.Create(2, 3, 0, 1)));
        return Vector128.Min(pairs, Vector128.Shuffle(pairs, Vector128.Create(1, 0, 3, 2))).ToScalar();
    }
}
