using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using PqGen.Common;

namespace PqGen.Storage;

/// <summary>Vectors to the bytes that are kept of them and back. Every step is exact or rounded once, so that the bits are the same
/// everywhere.</summary>
/// <remarks>
/// Float16: halves <c>[Dimension]</c>, then the exponent of the power of two that they were multiplied by, Int16. Int8: signed bytes
/// <c>[Dimension]</c>, then the step as a float32: the vector is the bytes times the step, taken from the origin of rows, or
/// where the step is negative from zero. Where the step is 1 or -1 the bytes are the vector itself, of whole numbers, with -1 less 128.
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

    /// <summary>By what share a step may change so that nothing along the vector is lost: where more is needed, rounding says little of it.</summary>
    private const float MostChange = 1f / 8;

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
    /// <param name="vector">float <c>[Dimension]</c>.</param>
    /// <param name="scheme">How; its format is Float16 or Int8.</param>
    /// <param name="row">Bytes of the row, written.</param>
    public static void Encode(ReadOnlySpan<float> vector, RowScheme scheme, ref byte row)
    {
        if (scheme.Format == RowFormat.Float16)
        {
            EncodeHalves(vector, MemoryMarshal.CreateSpan(ref Unsafe.As<byte, Half>(ref row), vector.Length), out var exponent);
            Unsafe.WriteUnaligned(ref Unsafe.Add(ref row, vector.Length * sizeof(ushort)), (short)exponent);
        }
        else
        {
            EncodeBytes(vector, scheme, MemoryMarshal.CreateSpan(ref Unsafe.As<byte, sbyte>(ref row), vector.Length), out var step);
            Unsafe.WriteUnaligned(ref Unsafe.Add(ref row, vector.Length), step);
        }
    }

    /// <summary>Decodes a vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Decode(ref byte row, RowScheme scheme, Span<float> vector)
    {
        ref var first = ref MemoryMarshal.GetReference(vector);
        if (scheme.Format == RowFormat.Float16)
        {
            var exponent = Unsafe.ReadUnaligned<short>(ref Unsafe.Add(ref row, vector.Length * sizeof(ushort)));
            DecodeHalves(ref Unsafe.As<byte, ushort>(ref row), vector.Length, -exponent, ref first);
        }
        else
        {
            var step = Unsafe.ReadUnaligned<float>(ref Unsafe.Add(ref row, vector.Length));
            DecodeBytes(ref row, vector.Length, step, ref first);
            if (scheme.Origin.Length > 0 && step is > 0 and not 1)
            {
                VectorMath.Add(scheme.Origin, vector);
            }
        }
    }

    /// <summary>Halves, which are finite and lie anywhere, to floats.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void DecodeHalves(ref byte halves, Span<float> vector) =>
        DecodeHalves(ref Unsafe.As<byte, ushort>(ref halves), vector.Length, 0, ref MemoryMarshal.GetReference(vector));

    private static void EncodeHalves(ReadOnlySpan<float> vector, Span<Half> halves, out int exponent)
    {
        var largest = Farthest(vector, []);
        exponent = largest == 0 ? 0 : HalfExponent - 1 - Math.ILogB(largest);
        for (var d = 0; d < vector.Length; d++)
        {
            halves[d] = (Half)MathF.ScaleB(vector[d], exponent);
        }
    }

    private static void EncodeBytes(ReadOnlySpan<float> vector, RowScheme scheme, Span<sbyte> bytes, out float step)
    {
        ReadOnlySpan<float> origin = scheme.Origin;
        step = StepOfWhole(vector);
        if (step != 0)
        {
            for (var d = 0; d < vector.Length; d++)
            {
                bytes[d] = (sbyte)((int)vector[d] - (step < 0 ? ByteOffset : 0));
            }

            return;
        }

        // Vectors unlike those of training may lie nearer to zero.
        var isNearZero = !origin.IsEmpty && Farthest(vector, []) <= Farthest(vector, origin);
        origin = isNearZero ? [] : origin;
        step = MathF.Max(Farthest(vector, origin) / LargestByte, MinNormal);
        for (var d = 0; d < vector.Length; d++)
        {
            bytes[d] = (sbyte)Math.Clamp(MathF.Round(FromOrigin(vector, origin, d) / step), -LargestByte, LargestByte);
        }

        step = scheme.ComparesProducts ? WithoutErrorAlong(vector, origin, bytes, step) : step;

        // A step of 1 would say that the vector is of whole numbers.
        step = step == 1 && scheme.Origin.Length > 0 ? MathF.BitIncrement(1) : step;
        step = isNearZero ? -step : step;
    }

    /// <summary>
    /// The step with which what is lost of a vector is orthogonal to it. Inner products with queries near the vector lose most by what lies along
    /// it.
    /// </summary>
    private static float WithoutErrorAlong(ReadOnlySpan<float> vector, ReadOnlySpan<float> origin, ReadOnlySpan<sbyte> bytes, float step)
    {
        var (along, product) = (0.0, 0.0);
        for (var d = 0; d < vector.Length; d++)
        {
            along += (double)vector[d] * FromOrigin(vector, origin, d);
            product += (double)vector[d] * bytes[d];
        }

        var without = (float)(along / product);
        return MathF.Abs(without - step) <= MostChange * step && without >= MinNormal ? without : step;
    }

    private static float FromOrigin(ReadOnlySpan<float> vector, ReadOnlySpan<float> origin, int d) =>
        origin.IsEmpty ? vector[d] : vector[d] - origin[d];

    /// <summary>The step of a vector that is kept as it is: 1 or, of bytes without a sign, -1; 0 for others.</summary>
    private static float StepOfWhole(ReadOnlySpan<float> vector)
    {
        var (smallest, largest) = (0f, 0f);
        foreach (var component in vector)
        {
            if (component != MathF.Truncate(component))
            {
                return 0;
            }

            (smallest, largest) = (MathF.Min(smallest, component), MathF.Max(largest, component));
        }

        return smallest >= -LargestByte && largest <= LargestByte ? 1 : smallest >= 0 && largest <= byte.MaxValue ? -1 : 0;
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
        var offset = step == -1 ? ByteOffset : 0;
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

    /// <summary>The largest component, by magnitude, of what a vector is from an origin, or from zero.</summary>
    private static float Farthest(ReadOnlySpan<float> vector, ReadOnlySpan<float> origin)
    {
        var farthest = 0f;
        for (var d = 0; d < vector.Length; d++)
        {
            farthest = MathF.Max(farthest, MathF.Abs(FromOrigin(vector, origin, d)));
        }

        return farthest;
    }
}
