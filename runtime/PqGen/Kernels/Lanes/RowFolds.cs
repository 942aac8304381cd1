using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PqGen.Kernels;

/// <summary>An operation that folds two vectors, lane by lane, into one.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface ILaneFold
{
    /// <summary>The two folded.</summary>
    static abstract Vector128<float> Fold(Vector128<float> left, Vector128<float> right);

    /// <inheritdoc cref="Fold(Vector128{float}, Vector128{float})"/>
    static abstract Vector256<float> Fold(Vector256<float> left, Vector256<float> right);
}

/// <summary>The smaller value.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct Least : ILaneFold
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Fold(Vector128<float> left, Vector128<float> right) => Vector128.MinNative(left, right);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Fold(Vector256<float> left, Vector256<float> right) => Vector256.MinNative(left, right);
}

/// <summary>The larger value.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct Greatest : ILaneFold
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Fold(Vector128<float> left, Vector128<float> right) => Vector128.MaxNative(left, right);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Fold(Vector256<float> left, Vector256<float> right) => Vector256.MaxNative(left, right);
}

/// <summary>The sum.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct Total : ILaneFold
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Fold(Vector128<float> left, Vector128<float> right) => left + right;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Fold(Vector256<float> left, Vector256<float> right) => left + right;
}

/// <summary>The folding of whole rows: of each row's vector to four lanes, then of up to four rows together, one lane for each.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class RowFolds
{
    /// <summary>Four lanes of a row that has as many.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> ToFour<TFold>(Vector128<float> lanes)
        where TFold : struct, ILaneFold =>
        lanes;

    /// <summary>Four lanes: the upper half is folded into the lower one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> ToFour<TFold>(Vector256<float> lanes)
        where TFold : struct, ILaneFold =>
        TFold.Fold(lanes.GetLower(), lanes.GetUpper());

    /// <inheritdoc cref="ToFour{TFold}(Vector256{float})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> ToFour<TFold>(Vector512<float> lanes)
        where TFold : struct, ILaneFold =>
        ToFour<TFold>(TFold.Fold(lanes.GetLower(), lanes.GetUpper()));

    /// <summary>One row: its result is in every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> OfRows<TFold>(Vector128<float> row0)
        where TFold : struct, ILaneFold =>
        Vector128.Create(OfLanes<TFold>(row0));

    /// <summary>Two rows, the result of each in a lane; what the others hold is without meaning.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> OfRows<TFold>(Vector128<float> row0, Vector128<float> row1)
        where TFold : struct, ILaneFold =>
        OfRows<TFold>(row0, row1, row1, row1);

    /// <summary>Three rows, the result of each in a lane; what the last one holds is without meaning.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> OfRows<TFold>(Vector128<float> row0, Vector128<float> row1, Vector128<float> row2)
        where TFold : struct, ILaneFold =>
        OfRows<TFold>(row0, row1, row2, row2);

    /// <summary>Four rows, the result of each in a lane: rows are transposed, two halves at a time, and folded.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> OfRows<TFold>(Vector128<float> row0, Vector128<float> row1, Vector128<float> row2, Vector128<float> row3)
        where TFold : struct, ILaneFold
    {
        if (!Sse.IsSupported)
        {
            return Vector128.Create(OfLanes<TFold>(row0), OfLanes<TFold>(row1), OfLanes<TFold>(row2), OfLanes<TFold>(row3));
        }

        // Lanes of rows 0, 1, 0, 1, and of rows 2, 3, 2, 3.
        var rows01 = TFold.Fold(Sse.UnpackLow(row0, row1), Sse.UnpackHigh(row0, row1));
        var rows23 = TFold.Fold(Sse.UnpackLow(row2, row3), Sse.UnpackHigh(row2, row3));
        return TFold.Fold(Sse.MoveLowToHigh(rows01, rows23), Sse.MoveHighToLow(rows23, rows01));
    }

    /// <summary>A sum, and to it the results of the first one to four rows, one after the other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float AddRows(float sum, Vector128<float> rows, int count)
    {
        sum += rows[0];
        sum = count > 1 ? sum + rows[1] : sum;
        sum = count > 2 ? sum + rows[2] : sum;
        return count > 3 ? sum + rows[3] : sum;
    }

    /// <summary>The four lanes of one row, folded in the order in which those of four rows are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float OfLanes<TFold>(Vector128<float> lanes)
        where TFold : struct, ILaneFold
    {
        lanes = TFold.Fold(lanes, Vector128.Shuffle(lanes, Vector128.Create(2, 3, 0, 1)));
        return TFold.Fold(lanes, Vector128.Shuffle(lanes, Vector128.Create(1, 0, 3, 2))).ToScalar();
    }
}
