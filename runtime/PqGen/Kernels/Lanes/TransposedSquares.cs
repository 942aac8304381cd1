using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PqGen.Kernels;

/// <summary>
/// Transposes the differences of four sub-quantizers, so that lanes run over sub-quantizers, and adds their squares to the lanes, component by
/// component.
/// </summary>
/// <remarks>It needs <see cref="InstructionSets.Avx2"/>.</remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class TransposedSquares
{
    /// <summary>Adds the squares of four components, in order.</summary>
    /// <param name="sums">A sum for each row.</param>
    /// <param name="row0">The differences of four components of the first sub-quantizer.</param>
    /// <param name="row1">Those of the second.</param>
    /// <param name="row2">Those of the third.</param>
    /// <param name="row3">Those of the fourth.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> AddLast4(
        Vector128<float> sums, Vector128<float> row0, Vector128<float> row1, Vector128<float> row2, Vector128<float> row3)
    {
        var low01 = Sse.UnpackLow(row0, row1);
        var low23 = Sse.UnpackLow(row2, row3);
        sums = AddSquares(sums, Sse.MoveLowToHigh(low01, low23));
        sums = AddSquares(sums, Sse.MoveHighToLow(low23, low01));
        return AddLast2(sums, row0, row1, row2, row3);
    }

    /// <summary>Adds the squares of the last three of four components, in order.</summary>
    /// <inheritdoc cref="AddLast4" path="/param"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> AddLast3(
        Vector128<float> sums, Vector128<float> row0, Vector128<float> row1, Vector128<float> row2, Vector128<float> row3)
    {
        var low01 = Sse.UnpackLow(row0, row1);
        var low23 = Sse.UnpackLow(row2, row3);
        sums = AddSquares(sums, Sse.MoveHighToLow(low23, low01));
        return AddLast2(sums, row0, row1, row2, row3);
    }

    /// <summary>Adds the squares of the last two of four components, in order.</summary>
    /// <inheritdoc cref="AddLast4" path="/param"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> AddLast2(
        Vector128<float> sums, Vector128<float> row0, Vector128<float> row1, Vector128<float> row2, Vector128<float> row3)
    {
        var high01 = Sse.UnpackHigh(row0, row1);
        var high23 = Sse.UnpackHigh(row2, row3);
        sums = AddSquares(sums, Sse.MoveLowToHigh(high01, high23));
        return AddSquares(sums, Sse.MoveHighToLow(high23, high01));
    }

    /// <summary>Adds the square of the last of four components.</summary>
    /// <inheritdoc cref="AddLast4" path="/param"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> AddLast1(
        Vector128<float> sums, Vector128<float> row0, Vector128<float> row1, Vector128<float> row2, Vector128<float> row3)
    {
        var high01 = Sse.UnpackHigh(row0, row1);
        var high23 = Sse.UnpackHigh(row2, row3);
        return AddSquares(sums, Sse.MoveHighToLow(high23, high01));
    }

    /// <summary>Two components of one sub-vector beside two of another.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LoadPairs(ref float first, ref float second) =>
        Vector128.Create(Unsafe.As<float, double>(ref first), Unsafe.As<float, double>(ref second)).AsSingle();

    /// <summary>Adds the squares of two components, in order.</summary>
    /// <param name="sums">A sum for each sub-quantizer.</param>
    /// <param name="pairs01">The differences of two components of the first sub-quantizer and of the second.</param>
    /// <param name="pairs23">Those of the third and the fourth.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> AddPairs(Vector128<float> sums, Vector128<float> pairs01, Vector128<float> pairs23) =>
        AddSeconds(AddSquares(sums, Sse.Shuffle(pairs01, pairs23, 0b10_00_10_00)), pairs01, pairs23);

    /// <summary>Adds the square of the second of two components.</summary>
    /// <inheritdoc cref="AddPairs" path="/param"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> AddSeconds(Vector128<float> sums, Vector128<float> pairs01, Vector128<float> pairs23) =>
        AddSquares(sums, Sse.Shuffle(pairs01, pairs23, 0b11_01_11_01));

    /// <summary>Adds a square to each lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> AddSquares(Vector128<float> sums, Vector128<float> differences) => Fma.MultiplyAdd(differences, differences, sums);
}
