using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PqGen.Storage;

/// <summary>Vectors to the bytes that are kept of them and back. Every step is exact or rounded once, so that the bits are the same
/// everywhere.</summary>
/// <remarks>
/// Float16: halves <c>[Dimension]</c>, then the exponent of the power of two that they were multiplied by, Int16. Int8: signed bytes
/// <c>[Dimension]</c>, then the step as a float32, negative where 128 is added to every byte.
/// </remarks>
internal static class RowCoding
{
    /// <summary>The largest half is below two to this; vectors are scaled to reach a half of it, so that they are halves of full precision.</summary>
    private const int HalfExponent = 15;

    /// <summary>2^112: a half's bits, in the place of a float's, stand for 2^-112 of its value.</summary>
    private const float HalfScale = 5.192296858534828e33f;

    /// <summary>A byte of whole numbers from 0 on is kept as so much less.</summary>
    private const int ByteOffset = 128;

    private const int LargestByte = 127;

    /// <summary>The smallest normal float: a smaller step would have no reciprocal.</summary>
    private const float MinNormal = 1.17549435e-38f;

    /// <summary>The format in which candidates are compared.</summary>
    public static RowFormat First(RowFormat format) => format == RowFormat.Int8Float16 ? RowFormat.Int8 : format;

    /// <summary>The format in which the nearest of them are compared again; null where there is one format only.</summary>
    public static RowFormat? Second(RowFormat format) => format == RowFormat.Int8Float16 ? RowFormat.Float16 : null;

    /// <summary>Bytes of one vector, in both formats where there are two.</summary>
    public static int Bytes(RowFormat format, int dimension) => format switch
    {
        RowFormat.Float32 => dimension * sizeof(float),
        RowFormat.Float16 => (dimension * sizeof(ushort)) + sizeof(short),
        RowFormat.Int8 => dimension + sizeof(float),
        _ => Bytes(RowFormat.Int8, dimension) + Bytes(RowFormat.Float16, dimension),
    };

    /// <summary>Encodes a vector of finite components.</summary>
    public static void Encode(ReadOnlySpan<float> vector, RowFormat format, ref byte row)
    {
        if (format == RowFormat.Float16)
        {
            EncodeHalves(vector, MemoryMarshal.CreateSpan(ref Unsafe.As<byte, Half>(ref row), vector.Length), out var exponent);
            Unsafe.WriteUnaligned(ref Unsafe.Add(ref row, vector.Length * sizeof(ushort)), (short)exponent);
        }
        else
        {
            EncodeBytes(vector, MemoryMarshal.CreateSpan(ref Unsafe.As<byte, sbyte>(ref row), vector.Length), out var step);
            Unsafe.WriteUnaligned(ref Unsafe.Add(ref row, vector.Length), step);
        }
    }

    /// <summary>Decodes a vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Decode(ref byte row, RowFormat format, Span<float> vector)
    {
        ref var first = ref MemoryMarshal.GetReference(vector);
        if (format == RowFormat.Float16)
        {
            var exponent = Unsafe.ReadUnaligned<short>(ref Unsafe.Add(ref row, vector.Length * sizeof(ushort)));
            DecodeHalves(ref Unsafe.As<byte, ushort>(ref row), vector.Length, -exponent, ref first);
        }
        else
        {
            var step = Unsafe.ReadUnaligned<float>(ref Unsafe.Add(ref row, vector.Length));
            DecodeBytes(ref row, vector.Length, step, ref first);
        }
    }

    /// <summary>Halves, which are finite and lie anywhere, to floats.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void DecodeHalves(ref byte halves, Span<float> vector) =>
        DecodeHalves(ref Unsafe.As<byte, ushort>(ref halves), vector.Length, 0, ref MemoryMarshal.GetReference(vector));

    private static void EncodeHalves(ReadOnlySpan<float> vector, Span<Half> halves, out int exponent)
    {
        var largest = Largest(vector);
        exponent = largest == 0 ? 0 : HalfExponent - 1 - Math.ILogB(largest);
        for (var d = 0; d < vector.Length; d++)
        {
            halves[d] = (Half)MathF.ScaleB(vector[d], exponent);
        }
    }

    private static void EncodeBytes(ReadOnlySpan<float> vector, Span<sbyte> bytes, out float step)
    {
        var (smallest, largest, whole) = (0f, 0f, true);
        foreach (var component in vector)
        {
            (smallest, largest) = (MathF.Min(smallest, component), MathF.Max(largest, component));
            whole &= component == MathF.Truncate(component);
        }

        if (whole && smallest >= 0 && largest is > LargestByte and <= byte.MaxValue)
        {
            step = -1;
            for (var d = 0; d < vector.Length; d++)
            {
                bytes[d] = (sbyte)((int)vector[d] - ByteOffset);
            }

            return;
        }

        var most = MathF.Max(largest, -smallest);
        step = whole && most <= LargestByte ? 1 : most / LargestByte;
        if (step < MinNormal)
        {
            step = most == 0 ? 1 : MinNormal;
        }

        for (var d = 0; d < vector.Length; d++)
        {
            bytes[d] = (sbyte)Math.Clamp(MathF.Round(vector[d] / step), -LargestByte, LargestByte);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void DecodeHalves(ref ushort halves, int count, int exponent, ref float vector)
    {
        // Two factors: one alone may be no float.
        var scale = PowerOfTwo(exponent);
        if (count < Vector256<ushort>.Count)
        {
            for (nint d = 0; d < count; d++)
            {
                Unsafe.Add(ref vector, d) = (float)BitConverter.UInt16BitsToHalf(Unsafe.Add(ref halves, d)) * scale;
            }

            return;
        }

        // The last register may take again what the one before has taken: that costs less than single halves.
        for (nint d = 0; d < count; d += Vector256<ushort>.Count)
        {
            var at = (nuint)nint.Min(d, count - Vector256<ushort>.Count);
            var (low, high) = Vector256.Widen(Vector256.LoadUnsafe(ref halves, at));
            (ToSingle(low) * scale).StoreUnsafe(ref vector, at);
            (ToSingle(high) * scale).StoreUnsafe(ref vector, at + (nuint)Vector256<uint>.Count);
        }
    }

    /// <summary>2^exponent.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float PowerOfTwo(int exponent) =>
        exponent is > -127 and < 128 ? BitConverter.Int32BitsToSingle((exponent + 127) << 23) : MathF.ScaleB(1, exponent);

    /// <summary>Halves in the low bits of words to floats: exponent and fraction move to a float's place, and 2^112 makes up for its bias.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> ToSingle(Vector256<uint> halves)
    {
        var magnitude = (halves & Vector256.Create(0x7FFFu)) << 13;
        var sign = (halves & Vector256.Create(0x8000u)) << 16;
        return ((magnitude.AsSingle() * HalfScale).AsUInt32() | sign).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void DecodeBytes(ref byte bytes, int count, float step, ref float vector)
    {
        var offset = step < 0 ? ByteOffset : 0;
        var scale = MathF.Abs(step);
        ref var signed = ref Unsafe.As<byte, sbyte>(ref bytes);
        nint d = 0;
        for (; d <= count - Vector128<sbyte>.Count; d += Vector128<sbyte>.Count)
        {
            var words = Vector256.WidenLower(Vector128.LoadUnsafe(ref signed, (nuint)d).ToVector256Unsafe());
            var (low, high) = Vector256.Widen(words);
            (Vector256.ConvertToSingle(low + Vector256.Create(offset)) * scale).StoreUnsafe(ref vector, (nuint)d);
            (Vector256.ConvertToSingle(high + Vector256.Create(offset)) * scale).StoreUnsafe(ref vector, (nuint)(d + Vector256<int>.Count));
        }

        for (; d < count; d++)
        {
            Unsafe.Add(ref vector, d) = (Unsafe.Add(ref signed, d) + offset) * scale;
        }
    }

    private static float Largest(ReadOnlySpan<float> vector)
    {
        var largest = 0f;
        foreach (var component in vector)
        {
            largest = MathF.Max(largest, MathF.Abs(component));
        }

        return largest;
    }


}
