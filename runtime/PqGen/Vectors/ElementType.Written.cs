using System.Numerics;
using System.Runtime.InteropServices;

namespace PqGen.Vectors;

/// <content>From values to a file's elements.</content>
internal readonly partial record struct ElementType
{
    /// <summary>What elements stand for, for messages.</summary>
    public string Range => (Kind, Size) switch
    {
        (ElementKind.Unsigned, 1) => "whole numbers of 0 to 255",
        (ElementKind.Signed, 1) => "whole numbers of -128 to 127",
        (ElementKind.Signed, 4) => "whole numbers of -2147483648 to 2147483647",
        (ElementKind.Float, 2) => "numbers of up to 65504",
        _ => "any numbers",
    };

    /// <summary>Floats to bytes; float16 rounds, whole numbers have to be such.</summary>
    /// <param name="values">float <c>[n]</c>.</param>
    /// <param name="bytes">byte <c>[n * Size]</c>, written as they are in the file.</param>
    /// <returns>The first value that is not one of the file's; -1 where there is none.</returns>
    public int FromFloats(ReadOnlySpan<float> values, Span<byte> bytes)
    {
        var bad = (Kind, Size) switch
        {
            (ElementKind.Unsigned, 1) => Encode<float, byte>(values, bytes),
            (ElementKind.Signed, 1) => Encode<float, sbyte>(values, bytes),
            (ElementKind.Float, 2) => Round(values, MemoryMarshal.Cast<byte, Half>(bytes)),
            (ElementKind.Float, 4) => Encode<float, float>(values, bytes),
            _ => throw new InvalidOperationException($"{this} is not written from float32."),
        };
        ToHostOrder(bytes);
        return bad;
    }

    /// <summary>Integers to bytes.</summary>
    /// <inheritdoc cref="FromFloats"/>
    public int FromInts(ReadOnlySpan<long> values, Span<byte> bytes)
    {
        var bad = Size == sizeof(int) ? Encode<long, int>(values, bytes) : Encode<long, long>(values, bytes);
        ToHostOrder(bytes);
        return bad;
    }

    private static int Encode<TFrom, TTo>(ReadOnlySpan<TFrom> values, Span<byte> bytes)
        where TFrom : unmanaged, INumberBase<TFrom>
        where TTo : unmanaged, INumberBase<TTo>
    {
        if (typeof(TFrom) == typeof(TTo))
        {
            MemoryMarshal.AsBytes(values).CopyTo(bytes);
            return -1;
        }

        var elements = MemoryMarshal.Cast<byte, TTo>(bytes);
        for (var i = 0; i < values.Length; i++)
        {
            elements[i] = TTo.CreateSaturating(values[i]);
            if (TFrom.CreateSaturating(elements[i]) != values[i])
            {
                return i;
            }
        }

        return -1;
    }

    private static int Round(ReadOnlySpan<float> values, Span<Half> halves)
    {
        for (var i = 0; i < values.Length; i++)
        {
            halves[i] = (Half)values[i];
            if (Half.IsInfinity(halves[i]) && float.IsFinite(values[i]))
            {
                return i;
            }
        }

        return -1;
    }
}
