using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PqGen.Kernels;

/// <summary>
/// Scores of row-major vectors of any dimension: lanes run over components, in the 32 partial sums and the tree that
/// <see cref="IVectorKernels.Score"/> fixes, so that every vector width gives the same bits. What a step adds and what becomes of the sum, a lane's
/// sum says: <see cref="SquaredDifference"/> or <see cref="MinusTwiceProduct"/>.
/// </summary>
internal static class RowKernels
{
    /// <summary>Partial sums of the body.</summary>
    private const int Width = 32;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scores512<TSum>(ref float query, ref float rows, int count, int dimension, ref float scores)
        where TSum : struct, ILaneSum
    {
        for (nint i = 0; i < count; i++)
        {
            Unsafe.Add(ref scores, i) = Score512<TSum>(ref query, ref Unsafe.Add(ref rows, i * dimension), dimension);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scores256<TSum>(ref float query, ref float rows, int count, int dimension, ref float scores)
        where TSum : struct, ILaneSum
    {
        for (nint i = 0; i < count; i++)
        {
            Unsafe.Add(ref scores, i) = Score256<TSum>(ref query, ref Unsafe.Add(ref rows, i * dimension), dimension);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scores128<TSum>(ref float query, ref float rows, int count, int dimension, ref float scores)
        where TSum : struct, ILaneSum
    {
        for (nint i = 0; i < count; i++)
        {
            Unsafe.Add(ref scores, i) = Score128<TSum>(ref query, ref Unsafe.Add(ref rows, i * dimension), dimension);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Score512<TSum>(ref float x, ref float y, int dimension)
        where TSum : struct, ILaneSum
    {
        Vector512<float> s0 = Vector512<float>.Zero, s1 = Vector512<float>.Zero;
        var end = (nuint)dimension / Width * Width;
        for (nuint d = 0; d < end; d += Width)
        {
            s0 = Step<TSum>(ref x, ref y, d, s0);
            s1 = Step<TSum>(ref x, ref y, d + 16, s1);
        }

        var s16 = s0 + s1;
        var s8 = s16.GetLower() + s16.GetUpper();
        return Finish<TSum>(s8.GetLower() + s8.GetUpper(), ref x, ref y, end, dimension);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Score256<TSum>(ref float x, ref float y, int dimension)
        where TSum : struct, ILaneSum
    {
        Vector256<float> s0 = Vector256<float>.Zero, s1 = Vector256<float>.Zero, s2 = Vector256<float>.Zero, s3 = Vector256<float>.Zero;
        var end = (nuint)dimension / Width * Width;
        for (nuint d = 0; d < end; d += Width)
        {
            s0 = Step<TSum>(ref x, ref y, d, s0);
            s1 = Step<TSum>(ref x, ref y, d + 8, s1);
            s2 = Step<TSum>(ref x, ref y, d + 16, s2);
            s3 = Step<TSum>(ref x, ref y, d + 24, s3);
        }

        var s8 = (s0 + s2) + (s1 + s3);
        return Finish<TSum>(s8.GetLower() + s8.GetUpper(), ref x, ref y, end, dimension);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Score128<TSum>(ref float x, ref float y, int dimension)
        where TSum : struct, ILaneSum
    {
        Vector128<float> s0 = Vector128<float>.Zero, s1 = Vector128<float>.Zero, s2 = Vector128<float>.Zero, s3 = Vector128<float>.Zero;
        Vector128<float> s4 = Vector128<float>.Zero, s5 = Vector128<float>.Zero, s6 = Vector128<float>.Zero, s7 = Vector128<float>.Zero;
        var end = (nuint)dimension / Width * Width;
        for (nuint d = 0; d < end; d += Width)
        {
            s0 = Step<TSum>(ref x, ref y, d, s0);
            s1 = Step<TSum>(ref x, ref y, d + 4, s1);
            s2 = Step<TSum>(ref x, ref y, d + 8, s2);
            s3 = Step<TSum>(ref x, ref y, d + 12, s3);
            s4 = Step<TSum>(ref x, ref y, d + 16, s4);
            s5 = Step<TSum>(ref x, ref y, d + 20, s5);
            s6 = Step<TSum>(ref x, ref y, d + 24, s6);
            s7 = Step<TSum>(ref x, ref y, d + 28, s7);
        }

        var lower = (s0 + s4) + (s2 + s6);
        var upper = (s1 + s5) + (s3 + s7);
        return Finish<TSum>(lower + upper, ref x, ref y, end, dimension);
    }

    /// <summary>Adds the components that the body left: by fours, then one by one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Finish<TSum>(Vector128<float> s4, ref float x, ref float y, nuint d, int dimension)
        where TSum : struct, ILaneSum
    {
        var t = Vector128<float>.Zero;
        for (; d + 4 <= (nuint)dimension; d += 4)
        {
            t = Step<TSum>(ref x, ref y, d, t);
        }

        var u = 0f;
        for (; d < (nuint)dimension; d++)
        {
            u = TSum.Add(u, Unsafe.Add(ref x, d), Unsafe.Add(ref y, d));
        }

        return TSum.Finish(LaneReduction.Sum(s4 + t) + u);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Step<TSum>(ref float x, ref float y, nuint d, Vector512<float> sum)
        where TSum : struct, ILaneSum =>
        TSum.Add(sum, Vector512.LoadUnsafe(ref x, d), Vector512.LoadUnsafe(ref y, d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Step<TSum>(ref float x, ref float y, nuint d, Vector256<float> sum)
        where TSum : struct, ILaneSum =>
        TSum.Add(sum, Vector256.LoadUnsafe(ref x, d), Vector256.LoadUnsafe(ref y, d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Step<TSum>(ref float x, ref float y, nuint d, Vector128<float> sum)
        where TSum : struct, ILaneSum =>
        TSum.Add(sum, Vector128.LoadUnsafe(ref x, d), Vector128.LoadUnsafe(ref y, d));
}
