using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PqGen.Kernels;

/// <summary>
/// The operations that the run-time-sized float kernels are written over: one algorithm, one struct of operations per vector width.
/// </summary>
/// <typeparam name="TVector">The vector of floats; numbers of centroids travel in it as the bits of Int32 lanes.</typeparam>
internal interface IFloatLanes<TVector>
    where TVector : struct
{
    /// <summary>Floats in a vector.</summary>
    static abstract int Count { get; }

    static abstract TVector Load(ref float source);

    static abstract void Store(TVector vector, ref float destination);

    static abstract TVector Broadcast(float value);

    /// <summary>The numbers first, first + 1, ... of a vector's lanes.</summary>
    static abstract TVector Numbers(int first);

    /// <summary>Where a distance is smaller than the best of its lane, takes it and its number.</summary>
    static abstract void Keep(TVector distances, TVector numbers, ref TVector best, ref TVector bestNumbers);

    /// <summary>The smallest distance of all lanes and, of the lanes that hold it, the smallest number.</summary>
    static abstract float Nearest(TVector best, TVector bestNumbers, out int number);
}

/// <summary>512 bits: one vector is one panel wide.</summary>
internal readonly struct FloatLanes512 : IFloatLanes<Vector512<float>>
{
    public static int Count => Vector512<float>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(ref float source) => Vector512.LoadUnsafe(ref source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<float> vector, ref float destination) => vector.StoreUnsafe(ref destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Broadcast(float value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Numbers(int first) => (Vector512.Create(first) + Vector512<int>.Indices).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Keep(Vector512<float> distances, Vector512<float> numbers, ref Vector512<float> best, ref Vector512<float> bestNumbers)
    {
        var held = bestNumbers.AsInt32();
        LaneReduction.Keep(distances, numbers.AsInt32(), ref best, ref held);
        bestNumbers = held.AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Nearest(Vector512<float> best, Vector512<float> bestNumbers, out int number) =>
        LaneReduction.Nearest(best, bestNumbers.AsInt32(), out number);
}

/// <summary>256 bits: two vectors to a panel.</summary>
internal readonly struct FloatLanes256 : IFloatLanes<Vector256<float>>
{
    public static int Count => Vector256<float>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(ref float source) => Vector256.LoadUnsafe(ref source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<float> vector, ref float destination) => vector.StoreUnsafe(ref destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Broadcast(float value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Numbers(int first) => (Vector256.Create(first) + Vector256<int>.Indices).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Keep(Vector256<float> distances, Vector256<float> numbers, ref Vector256<float> best, ref Vector256<float> bestNumbers)
    {
        var held = bestNumbers.AsInt32();
        LaneReduction.Keep(distances, numbers.AsInt32(), ref best, ref held);
        bestNumbers = held.AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Nearest(Vector256<float> best, Vector256<float> bestNumbers, out int number) =>
        LaneReduction.Nearest(best, bestNumbers.AsInt32(), out number);
}

/// <summary>128 bits: four vectors to a panel.</summary>
internal readonly struct FloatLanes128 : IFloatLanes<Vector128<float>>
{
    public static int Count => Vector128<float>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Load(ref float source) => Vector128.LoadUnsafe(ref source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<float> vector, ref float destination) => vector.StoreUnsafe(ref destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Broadcast(float value) => Vector128.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Numbers(int first) => (Vector128.Create(first) + Vector128<int>.Indices).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Keep(Vector128<float> distances, Vector128<float> numbers, ref Vector128<float> best, ref Vector128<float> bestNumbers)
    {
        var held = bestNumbers.AsInt32();
        LaneReduction.Keep(distances, numbers.AsInt32(), ref best, ref held);
        bestNumbers = held.AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Nearest(Vector128<float> best, Vector128<float> bestNumbers, out int number) =>
        LaneReduction.Nearest(best, bestNumbers.AsInt32(), out number);
}
