using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PqGen.Kernels;

/// <summary>
/// Rounds entries of a distance table down to bytes: (entry - minimum) * inverse, truncated, 255 where it does not fit. Where a step has no finite
/// reciprocal, what is not a number becomes 0.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class TableBytes
{
    /// <summary>
    /// The step with which the bytes of no byte sum come to more than that, on average or at most, unless a smaller one is asked for. Without a
    /// finite reciprocal it is 0, which makes every byte 0: the bound is the bias.
    /// </summary>
    /// <param name="spans">By how much the mean of each row, or its greatest entry, exceeds the least.</param>
    /// <param name="perSum">The rows whose bytes are added as bytes.</param>
    /// <param name="byteSum">What they may come to.</param>
    /// <param name="largestStep">The largest step.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Step(ReadOnlySpan<float> spans, int perSum, int byteSum, float largestStep)
    {
        float widest = 0;
        for (var m = 0; m < spans.Length; m += perSum)
        {
            float sum = 0;
            for (var i = m; i < Math.Min(m + perSum, spans.Length); i++)
            {
                sum += spans[i];
            }

            widest = MathF.Max(widest, sum);
        }

        var step = MathF.Min(largestStep, widest / byteSum);
        return float.IsNormal(step) ? step : 0;
    }

    /// <summary>64 entries in 512-bit registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Quantize64(ref float entries, Vector512<float> minimum, Vector512<float> inverse)
    {
        var steps0 = Vector512.ConvertToInt32Native((Vector512.LoadUnsafe(ref entries) - minimum) * inverse);
        var steps1 = Vector512.ConvertToInt32Native((Vector512.LoadUnsafe(ref entries, 16) - minimum) * inverse);
        var steps2 = Vector512.ConvertToInt32Native((Vector512.LoadUnsafe(ref entries, 32) - minimum) * inverse);
        var steps3 = Vector512.ConvertToInt32Native((Vector512.LoadUnsafe(ref entries, 48) - minimum) * inverse);

        // Packing goes by 128-bit lanes: four steps of each vector in turn, which the permutation puts in order.
        var bytes = Avx512BW.PackUnsignedSaturate(Avx512BW.PackSignedSaturate(steps0, steps1), Avx512BW.PackSignedSaturate(steps2, steps3));
        return Avx512F.PermuteVar16x32(bytes.AsInt32(), Vector512.Create(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15)).AsByte();
    }

    /// <summary>16 entries in a 512-bit register.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Quantize16(ref float entries, Vector512<float> minimum, Vector512<float> inverse)
    {
        var most = Vector512.Create(255f);
        var steps = Vector512.ConvertToInt32Native(Vector512.MinNative(most, (Vector512.LoadUnsafe(ref entries) - minimum) * inverse));
        return Avx512F.ConvertToVector128Byte(steps);
    }

    /// <summary>16 entries in 256-bit registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Quantize16(ref float entries, Vector256<float> minimum, Vector256<float> inverse)
    {
        var low = Vector256.ConvertToInt32Native((Vector256.LoadUnsafe(ref entries) - minimum) * inverse);
        var high = Vector256.ConvertToInt32Native((Vector256.LoadUnsafe(ref entries, 8) - minimum) * inverse);
        return Sse2.PackUnsignedSaturate(
            Sse2.PackSignedSaturate(low.GetLower(), low.GetUpper()), Sse2.PackSignedSaturate(high.GetLower(), high.GetUpper()));
    }

    /// <summary>16 entries in 128-bit registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Quantize16(ref float entries, Vector128<float> minimum, Vector128<float> inverse)
    {
        var most = Vector128.Create(255f);
        var steps0 = Vector128.ConvertToInt32Native(Vector128.MinNative(most, (Vector128.LoadUnsafe(ref entries) - minimum) * inverse));
        var steps1 = Vector128.ConvertToInt32Native(Vector128.MinNative(most, (Vector128.LoadUnsafe(ref entries, 4) - minimum) * inverse));
        var steps2 = Vector128.ConvertToInt32Native(Vector128.MinNative(most, (Vector128.LoadUnsafe(ref entries, 8) - minimum) * inverse));
        var steps3 = Vector128.ConvertToInt32Native(Vector128.MinNative(most, (Vector128.LoadUnsafe(ref entries, 12) - minimum) * inverse));
        return Vector128.Narrow(Vector128.Narrow(steps0, steps1), Vector128.Narrow(steps2, steps3)).AsByte();
    }

    /// <summary>
    /// The bounds B of the low nibbles where 16 entries q of a high nibble join in: the least of q[l] - A, where A is the least entry. One of 255
    /// sets B no limit: A + B saturates there.
    /// </summary>
    /// <param name="bounds">The bounds by the high nibbles before.</param>
    /// <param name="entries">The entries, one for each low nibble.</param>
    /// <param name="least">A.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> LowerBounds(Vector128<byte> bounds, Vector128<byte> entries, out byte least)
    {
        var leasts = Least(entries);
        least = leasts.ToScalar();
        return Vector128.Min(bounds, (entries - leasts) | Vector128.Equals(entries, Vector128<byte>.AllBitsSet));
    }

    /// <summary>
    /// Stores a table of <see cref="TableRows256"/>: the entries, or what tells them from those of the table before in their group.
    /// </summary>
    /// <param name="entries">The entries.</param>
    /// <param name="before">Those of the table before; all 0 where entries are kept as they are.</param>
    /// <param name="table">The table's number.</param>
    /// <param name="place">Where to.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreTable(Vector128<byte> entries, Vector128<byte> before, nint table, ref byte place) =>
        (table % TableRows256.Group == 0 ? entries : entries ^ before).StoreUnsafe(ref place);

    /// <summary>The least of the first eight bytes and that of the others, as two bytes: <see cref="InstructionSets.Avx2"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ushort LeastOfEights(Vector128<byte> bytes)
    {
        var low = Sse41.MinHorizontal(Sse2.UnpackLow(bytes, Vector128<byte>.Zero).AsUInt16());
        var high = Sse41.MinHorizontal(Sse2.UnpackHigh(bytes, Vector128<byte>.Zero).AsUInt16());
        return (ushort)(low.ToScalar() | (high.ToScalar() << 8));
    }

    /// <summary>The least of 16 bytes, in every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Least(Vector128<byte> bytes)
    {
        if (InstructionSets.Avx2)
        {
            var leasts = Sse41.MinHorizontal(Vector128.Min(bytes, (bytes.AsUInt16() >>> 8).AsByte()).AsUInt16());
            return Avx2.BroadcastScalarToVector128(leasts.AsByte());
        }

        bytes = Vector128.Min(bytes, Vector128.Shuffle(bytes.AsUInt64(), Vector128.Create(1UL, 0UL)).AsByte());
        bytes = Vector128.Min(bytes, (bytes.AsUInt64() >>> 32).AsByte());
        bytes = Vector128.Min(bytes, (bytes.AsUInt64() >>> 16).AsByte());
        bytes = Vector128.Min(bytes, (bytes.AsUInt64() >>> 8).AsByte());
        return Vector128.Create(bytes.ToScalar());
    }
}
