using System.Numerics;
using System.Runtime.Intrinsics;
using PqGen.Kernels;

namespace PqGen.Tests.Kernels;

/// <summary>
/// The fused multiply-add, by instruction and by doubles, against the C library's and against integers without bounds, bit for bit.
/// Child processes of PathTests run the same with the instruction turned off.
/// </summary>
[Trait("Category", "Kernels")]
public class FusedTests
{
    /// <summary>Exponents' ends, neighbours of powers of two, and what cancels or ties with them.</summary>
    private static readonly float[] s_hard =
    [
        0, 1, MathF.BitIncrement(1), MathF.BitDecrement(1), 1.5f, 3, 16_777_215, 16_777_216, 16_777_218, 1 / 3f,
        float.Epsilon, 2 * float.Epsilon, 3 * float.Epsilon,
        1.17549435e-38f, MathF.BitDecrement(1.17549435e-38f), MathF.BitIncrement(1.17549435e-38f),
        float.MaxValue, MathF.BitDecrement(float.MaxValue), 1.8446744e19f, MathF.BitDecrement(1.8446744e19f), 1.7014118e38f, 2.6469780e-23f,
        3.7433923e-23f, MathF.BitIncrement(2.6469780e-23f), 5.9604645e-8f, MathF.BitIncrement(5.9604645e-8f), 4097, 4095, float.PositiveInfinity,
    ];

    [Fact]
    public void Every_triple_of_hard_values_rounds_as_the_exact_result_does()
    {
        float[] hard = [.. s_hard, .. s_hard.Select(value => -value)];
        foreach (var x in hard)
        {
            foreach (var y in hard)
            {
                foreach (var addend in hard)
                {
                    Check(x, y, addend, Exact(x, y, addend));
                }
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Any_bits_give_the_bits_of_the_C_library(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 400_000; round++)
        {
            CheckLanes(Any(random), Any(random), Any(random), seed);
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void Near_cancellation_and_near_ties_give_the_bits_of_the_C_library(int seed)
    {
        var random = new Random(seed);
        Span<float> x = stackalloc float[4], y = stackalloc float[4], addend = stackalloc float[4];
        for (var round = 0; round < 400_000; round++)
        {
            for (var lane = 0; lane < 4; lane++)
            {
                (x[lane], y[lane], addend[lane]) = NearTie(random);
            }

            CheckLanes(Vector128.Create<float>(x), Vector128.Create<float>(y), Vector128.Create<float>(addend), seed);
        }
    }

    [Fact]
    public void The_C_library_rounds_as_the_exact_result_does()
    {
        var random = new Random(5);
        for (var round = 0; round < 20_000; round++)
        {
            var any = (X: Any(random)[0], Y: Any(random)[1], Addend: Any(random)[2]);
            var (x, y, addend) = round % 2 == 0 ? NearTie(random) : any;
            Check(x, y, addend, Exact(x, y, addend));
        }
    }

    private static Vector128<float> Any(Random random) => Vector128.Create(random.NextInt64(), random.NextInt64()).AsSingle() ^ Signs(random);

    private static Vector128<float> Signs(Random random) => (Vector128.Create(random.Next()) << 1 & Vector128.Create(int.MinValue)).AsSingle();

    /// <summary>An addend that is close to the product's negative, or so far from it that the product decides a tie only.</summary>
    private static (float X, float Y, float Addend) NearTie(Random random)
    {
        var x = Bits(random, random.Next(50, 200));
        var y = Bits(random, random.Next(50, 200));
        var product = (float)((double)x * y);
        switch (random.Next(4))
        {
            case 0:
                return (x, y, -product);
            case 1:
                return (x, y, -BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(product) ^ random.Next(4)));
            case 2:
                // A product of a power of two, half a unit of the addend's last place or a part of it, and its neighbours.
                var exponent = random.Next(2, 254);
                var half = (float)Math.ScaleB(1, Math.Max(exponent - 127 - 24, -148) / 2);
                var other = (float)Math.ScaleB(1, Math.Max(exponent - 127 - 24, -148) - (Math.Max(exponent - 127 - 24, -148) / 2));
                return (random.Next(2) == 0 ? half : -half, random.Next(2) == 0 ? other : MathF.BitIncrement(other), Bits(random, exponent));
            default:
                // Denormal results.
                var small = Bits(random, random.Next(0, 3));
                return (Bits(random, random.Next(40, 60)), Bits(random, random.Next(40, 66)), small);
        }
    }

    private static float Bits(Random random, int exponent) =>
        BitConverter.UInt32BitsToSingle(((uint)random.Next(2) << 31) | ((uint)exponent << 23) | (uint)random.Next(1 << 23));

    private static void CheckLanes(Vector128<float> x, Vector128<float> y, Vector128<float> addend, int seed)
    {
        var expected = Vector128.Create(
            MathF.FusedMultiplyAdd(x[0], y[0], addend[0]), MathF.FusedMultiplyAdd(x[1], y[1], addend[1]),
            MathF.FusedMultiplyAdd(x[2], y[2], addend[2]), MathF.FusedMultiplyAdd(x[3], y[3], addend[3]));
        var (chosen, inDoubles) = (Fused.MultiplyAdd(x, y, addend), Fused.InDoubles(x, y, addend));
        if (!Same(expected, chosen) || !Same(expected, inDoubles))
        {
            Assert.Fail($"{x} * {y} + {addend}: {expected} expected, {chosen} and {inDoubles} found, seed {seed}");
        }

        Assert.True(Same(expected[0], Fused.InDoubles(x[0], y[0], addend[0])), $"{x[0]:G9} * {y[0]:G9} + {addend[0]:G9}, seed {seed}");
    }

    private static void Check(float x, float y, float addend, float expected)
    {
        var lanes = (X: Vector128.Create(x), Y: Vector128.Create(y), Addend: Vector128.Create(addend));
        float[] found =
        [
            MathF.FusedMultiplyAdd(x, y, addend), Fused.MultiplyAdd(x, y, addend), Fused.InDoubles(x, y, addend),
            Fused.MultiplyAdd(lanes.X, lanes.Y, lanes.Addend)[1], Fused.InDoubles(lanes.X, lanes.Y, lanes.Addend)[1],
            Fused.InDoubles(lanes.X, lanes.Y, lanes.Addend)[2],
        ];
        if (!found.All(value => Same(expected, value)))
        {
            Assert.Fail($"{x:G9} * {y:G9} + {addend:G9}: {expected:G9} expected, {string.Join(", ", found.Select(value => $"{value:G9}"))} found");
        }
    }

    private static bool Same(Vector128<float> expected, Vector128<float> found) =>
        Vector128.EqualsAll(expected.AsInt32(), found.AsInt32())
        || (Same(expected[0], found[0]) && Same(expected[1], found[1]) && Same(expected[2], found[2]) && Same(expected[3], found[3]));

    private static bool Same(float expected, float found) =>
        BitConverter.SingleToInt32Bits(expected) == BitConverter.SingleToInt32Bits(found) || (float.IsNaN(expected) && float.IsNaN(found));

    /// <summary>x * y + addend of integers times 2 ** -298, rounded once to nearest, ties to even.</summary>
    private static float Exact(float x, float y, float addend)
    {
        if (!float.IsFinite(x) || !float.IsFinite(y) || !float.IsFinite(addend))
        {
            return (float)(((double)x * y) + addend);
        }

        var sum = (Integer(x) * Integer(y)) + (Integer(addend) << 149);
        if (sum.IsZero)
        {
            // An exact zero is positive, unless both terms are negative zeros.
            return ((double)x * y) is var product && double.IsNegative(product) && product == 0 && float.IsNegative(addend) ? -0f : 0f;
        }

        // Drop what a float of this size cannot hold: all below 24 bits, and all below 2 ** -149.
        var magnitude = BigInteger.Abs(sum);
        var drop = Math.Max((int)magnitude.GetBitLength() - 24, 149);
        var kept = magnitude >> drop;
        var (rest, half) = (magnitude - (kept << drop), BigInteger.One << (drop - 1));
        if (rest > half || (rest == half && !kept.IsEven))
        {
            kept++;
        }

        var rounded = (float)Math.ScaleB((double)kept, drop - 298);
        return sum.Sign < 0 ? -rounded : rounded;
    }

    /// <summary>A float times 2 ** 149.</summary>
    private static BigInteger Integer(float value)
    {
        var bits = BitConverter.SingleToInt32Bits(value);
        var (exponent, fraction) = ((bits >> 23) & 0xFF, bits & 0x7FFFFF);
        var magnitude = exponent == 0 ? fraction : new BigInteger(fraction | 0x800000) << (exponent - 1);
        return bits < 0 ? -magnitude : magnitude;
    }
}
