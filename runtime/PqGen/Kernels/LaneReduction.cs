using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PqGen.Kernels;

/// <summary>
/// What kernels do with the lanes of a register at the end of a sum or a search. Shared by the generated kernels and their
/// run-time-sized twin, so that the order of the last additions exists once.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class LaneReduction
{
    /// <summary>The sum of four lanes: (r[0] + r[2]) + (r[1] + r[3]).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector128<float> sums)
    {
        Vector128<float> pairs = sums + Vector128.Shuffle(sums, Vector128.Create(2, 3, 0, 1));
        return pairs.ToScalar() + pairs.GetElement(1);
    }

    /// <summary>The smallest distance of 4 lanes; of the lanes that hold it, the smallest number.</summary>
    /// <param name="distances">Neither NaN nor -0.</param>
    /// <param name="numbers">The number of the centroid that each lane's distance belongs to.</param>
    /// <param name="number">The nearest centroid's number.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Nearest(Vector128<float> distances, Vector128<int> numbers, out int number)
    {
        float smallest = Smallest(distances);
        Vector128<int> holders = Vector128.Equals(distances, Vector128.Create(smallest)).AsInt32();
        number = Smallest(Vector128.ConditionalSelect(holders, numbers, Vector128.Create(int.MaxValue)));
        return smallest;
    }

    /// <summary>The smallest distance of 8 lanes; of the lanes that hold it, the smallest number.</summary>
    /// <inheritdoc cref="Nearest(Vector128{float}, Vector128{int}, out int)" path="/param"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Nearest(Vector256<float> distances, Vector256<int> numbers, out int number)
    {
        float smallest = Smallest(Vector128.MinNative(distances.GetLower(), distances.GetUpper()));
        Vector256<int> holders = Vector256.Equals(distances, Vector256.Create(smallest)).AsInt32();
        Vector256<int> held = Vector256.ConditionalSelect(holders, numbers, Vector256.Create(int.MaxValue));
        number = Smallest(Vector128.Min(held.GetLower(), held.GetUpper()));
        return smallest;
    }

    /// <summary>The smallest distance of 16 lanes; of the lanes that hold it, the smallest number.</summary>
    /// <inheritdoc cref="Nearest(Vector128{float}, Vector128{int}, out int)" path="/param"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Nearest(Vector512<float> distances, Vector512<int> numbers, out int number)
    {
        Vector256<float> halves = Vector256.MinNative(distances.GetLower(), distances.GetUpper());
        float smallest = Smallest(Vector128.MinNative(halves.GetLower(), halves.GetUpper()));
        Vector512<int> holders = Vector512.Equals(distances, Vector512.Create(smallest)).AsInt32();
        Vector512<int> held = Vector512.ConditionalSelect(holders, numbers, Vector512.Create(int.MaxValue));
        Vector256<int> heldHalves = Vector256.Min(held.GetLower(), held.GetUpper());
        number = Smallest(Vector128.Min(heldHalves.GetLower(), heldHalves.GetUpper()));
        return smallest;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Smallest(Vector128<float> values)
    {
        Vector128<float> pairs = Vector128.MinNative(values, Vector128.Shuffle(values, Vector128.Create(2, 3, 0, 1)));
        return Vector128.MinNative(pairs, Vector128.Shuffle(pairs, Vector128.Create(1, 0, 3, 2))).ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Smallest(Vector128<int> values)
    {
        Vector128<int> pairs = Vector128.Min(values, Vector128.Shuffle(values, Vector128.Create(2, 3, 0, 1)));
        return Vector128.Min(pairs, Vector128.Shuffle(pairs, Vector128.Create(1, 0, 3, 2))).ToScalar();
    }
}
