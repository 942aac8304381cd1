using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace PqGen.Vectors;

/// <summary>What kind of number an element is.</summary>
internal enum ElementKind
{
    Unsigned,
    Signed,
    Float,
    BFloat16,
}

/// <summary>The type of a file's elements, and how they become float32 or Int64.</summary>
/// <param name="Kind">The kind of number.</param>
/// <param name="Size">Bytes of an element: 1, 2, 4 or 8.</param>
/// <param name="BigEndian">Whether the most significant byte comes first.</param>
internal readonly partial record struct ElementType(ElementKind Kind, int Size, bool BigEndian = false)
{
    /// <summary>Bytes to floats; those that float32 does not hold exactly are rounded.</summary>
    /// <param name="bytes">Elements as they are in the file; overwritten.</param>
    /// <param name="values">float <c>[bytes.Length / Size]</c>, written.</param>
    /// <returns>The first element that is finite and beyond float32's range; -1 where there is none.</returns>
    public int ToFloats(Span<byte> bytes, Span<float> values)
    {
        ToHostOrder(bytes);
        switch (Kind, Size)
        {
            case (ElementKind.Unsigned, 1):
                Convert<byte, float>(bytes, values);
                break;

            case (ElementKind.Signed, 1):
                Convert<sbyte, float>(bytes, values);
                break;

            case (ElementKind.Float, 2):
                Convert<Half, float>(bytes, values);
                break;

            case (ElementKind.Float, 4):
                MemoryMarshal.Cast<byte, float>(bytes).CopyTo(values);
                break;

            case (ElementKind.BFloat16, 2):
                // The upper half of a float32.
                var halves = MemoryMarshal.Cast<byte, ushort>(bytes);
                for (var i = 0; i < values.Length; i++)
                {
                    values[i] = BitConverter.UInt32BitsToSingle((uint)halves[i] << 16);
                }

                break;

            case (ElementKind.Float, 8):
                return Narrow(MemoryMarshal.Cast<byte, double>(bytes), values);

            default:
                throw new InvalidOperationException($"{this} is not read as float32.");
        }

        return -1;
    }

    /// <summary>Bytes to integers.</summary>
    /// <param name="bytes">Elements as they are in the file; overwritten.</param>
    /// <param name="values">Int64 <c>[bytes.Length / Size]</c>, written.</param>
    /// <returns>The first element that is beyond Int64's range; -1 where there is none.</returns>
    public int ToInts(Span<byte> bytes, Span<long> values)
    {
        ToHostOrder(bytes);
        switch (Kind, Size)
        {
            case (ElementKind.Unsigned, 1):
                Convert<byte, long>(bytes, values);
                break;

            case (ElementKind.Signed, 1):
                Convert<sbyte, long>(bytes, values);
                break;

            case (ElementKind.Unsigned, 2):
                Convert<ushort, long>(bytes, values);
                break;

            case (ElementKind.Signed, 2):
                Convert<short, long>(bytes, values);
                break;

            case (ElementKind.Unsigned, 4):
                Convert<uint, long>(bytes, values);
                break;

            case (ElementKind.Signed, 4):
                Convert<int, long>(bytes, values);
                break;

            case (ElementKind.Signed, 8):
                MemoryMarshal.Cast<byte, long>(bytes).CopyTo(values);
                break;

            case (ElementKind.Unsigned, 8):
                MemoryMarshal.Cast<byte, long>(bytes).CopyTo(values);
                return values.IndexOfAnyInRange(long.MinValue, -1);

            default:
                throw new InvalidOperationException($"{this} is not read as Int64.");
        }

        return -1;
    }

    private static void Convert<TFrom, TTo>(ReadOnlySpan<byte> bytes, Span<TTo> values)
        where TFrom : unmanaged, INumberBase<TFrom>
        where TTo : INumberBase<TTo>
    {
        var elements = MemoryMarshal.Cast<byte, TFrom>(bytes);
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = TTo.CreateTruncating(elements[i]);
        }
    }

    private static int Narrow(ReadOnlySpan<double> elements, Span<float> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (float)elements[i];
            if (float.IsInfinity(values[i]) && double.IsFinite(elements[i]))
            {
                return i;
            }
        }

        return -1;
    }

    private void ToHostOrder(Span<byte> bytes)
    {
        if (BigEndian != BitConverter.IsLittleEndian)
        {
            return;
        }

        switch (Size)
        {
            case 2:
                var twos = MemoryMarshal.Cast<byte, short>(bytes);
                BinaryPrimitives.ReverseEndianness(twos, twos);
                break;

            case 4:
                var fours = MemoryMarshal.Cast<byte, int>(bytes);
                BinaryPrimitives.ReverseEndianness(fours, fours);
                break;

            case 8:
                var eights = MemoryMarshal.Cast<byte, long>(bytes);
                BinaryPrimitives.ReverseEndianness(eights, eights);
                break;
        }
    }
}
