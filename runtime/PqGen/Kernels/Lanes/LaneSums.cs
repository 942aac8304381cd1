using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PqGen.Kernels;

/// <summary>What each lane of a vector sums over components x and c, and what becomes of the sum. One fused multiply-add a step, from 0.</summary>
/// <typeparam name="TVector">The vector of floats, or one float.</typeparam>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface ILaneSum<TVector>
    where TVector : struct
{
    /// <summary>The sum of the first components.</summary>
    static abstract TVector Start(TVector x, TVector c);

    /// <summary>The sum with the next components.</summary>
    static abstract TVector Add(TVector sum, TVector x, TVector c);

    /// <summary>What is asked for, of the sum over all components.</summary>
    static abstract TVector Finish(TVector sum);
}

/// <summary>A lane's sum on every vector width, and of one lane.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface ILaneSum : ILaneSum<float>, ILaneSum<Vector128<float>>, ILaneSum<Vector256<float>>, ILaneSum<Vector512<float>>;

/// <summary>The sum of (x - c)^2. Its first step needs no addition: the square of the difference is the fused multiply-add from 0.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct SquaredDifference : ILaneSum
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Start(Vector512<float> x, Vector512<float> c)
    {
        var difference = x - c;
        return difference * difference;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Start(Vector256<float> x, Vector256<float> c)
    {
        var difference = x - c;
        return difference * difference;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Start(Vector128<float> x, Vector128<float> c)
    {
        var difference = x - c;
        return difference * difference;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Start(float x, float c)
    {
        var difference = x - c;
        return difference * difference;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Add(Vector512<float> sum, Vector512<float> x, Vector512<float> c)
    {
        var difference = x - c;
        return Vector512.FusedMultiplyAdd(difference, difference, sum);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Add(Vector256<float> sum, Vector256<float> x, Vector256<float> c)
    {
        var difference = x - c;
        return Vector256.FusedMultiplyAdd(difference, difference, sum);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Add(Vector128<float> sum, Vector128<float> x, Vector128<float> c)
    {
        var difference = x - c;
        return Fused.MultiplyAdd(difference, difference, sum);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Add(float sum, float x, float c)
    {
        var difference = x - c;
        return Fused.MultiplyAdd(difference, difference, sum);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Finish(Vector512<float> sum) => sum;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Finish(Vector256<float> sum) => sum;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Finish(Vector128<float> sum) => sum;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Finish(float sum) => sum;
}

/// <summary>-2 times the sum of x * c. Its first step adds to 0, which makes a product of -0 a 0.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct MinusTwiceProduct : ILaneSum
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Start(Vector512<float> x, Vector512<float> c) => Vector512.FusedMultiplyAdd(x, c, Vector512<float>.Zero);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Start(Vector256<float> x, Vector256<float> c) => Vector256.FusedMultiplyAdd(x, c, Vector256<float>.Zero);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Start(Vector128<float> x, Vector128<float> c) => Fused.MultiplyAdd(x, c, Vector128<float>.Zero);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Start(float x, float c) => Fused.MultiplyAdd(x, c, 0);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Add(Vector512<float> sum, Vector512<float> x, Vector512<float> c) => Vector512.FusedMultiplyAdd(x, c, sum);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Add(Vector256<float> sum, Vector256<float> x, Vector256<float> c) => Vector256.FusedMultiplyAdd(x, c, sum);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Add(Vector128<float> sum, Vector128<float> x, Vector128<float> c) => Fused.MultiplyAdd(x, c, sum);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Add(float sum, float x, float c) => Fused.MultiplyAdd(x, c, sum);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Finish(Vector512<float> sum) => sum * -2f;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Finish(Vector256<float> sum) => sum * -2f;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Finish(Vector128<float> sum) => sum * -2f;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Finish(float sum) => sum * -2f;
}
