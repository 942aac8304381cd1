using PqGen.Common;

namespace PqGen.Tests.Common;

/// <summary>Tiny values are scaled without losing a bit, and only they.</summary>
public class PowerOfTwoScaleTests
{
    [Theory]
    [InlineData(0f, 0)]
    [InlineData(1f, 0)]
    [InlineData(1e15f, 0)]
    [InlineData(float.NaN, 0)]
    [InlineData(float.PositiveInfinity, 0)]
    [InlineData(9.094947e-13f, 0)]
    [InlineData(9.094946e-13f, 1)]
    [InlineData(-9.094946e-13f, 1)]
    [InlineData(1e-30f, 60)]
    [InlineData(1.1754944e-38f, 86)]
    [InlineData(1.1754942e-38f, 87)]
    [InlineData(3e-45f, 108)]
    [InlineData(-1e-45f, 109)]
    public void The_exponent_brings_the_largest_magnitude_to_where_its_square_fits(float largest, int exponent)
    {
        // At every place among smaller ones, whether a vector or the rest holds it.
        for (var length = 1; length < 70; length++)
        {
            var values = new float[length];
            values[^1] = -largest / 4;
            values[length / 3] = largest;
            Assert.Equal(exponent, PowerOfTwoScale.ExponentFor(values));
        }

        if (exponent > 0)
        {
            var scaled = new float[1];
            PowerOfTwoScale.Apply([largest], scaled, exponent);
            Assert.InRange(Math.Abs(scaled[0]), MathF.ScaleB(1, -40), MathF.ScaleB(1.9999999f, -40));
        }
    }

    [Fact]
    public void Nothing_needs_no_scale() => Assert.Equal(0, PowerOfTwoScale.ExponentFor([]));

    [Fact]
    public void Every_product_is_the_exact_one_rounded_once()
    {
        var random = new Random(1);
        var values = new float[1003];
        foreach (ref var value in values.AsSpan())
        {
            value = BitConverter.Int32BitsToSingle(random.Next(0, 0x7F80_0000) | (random.Next(2) << 31));
        }

        var products = new float[values.Length];
        for (var exponent = -160; exponent <= 160; exponent++)
        {
            PowerOfTwoScale.Apply(values, products, exponent);
            for (var i = 0; i < values.Length; i++)
            {
                var expected = (float)Math.ScaleB((double)values[i], exponent);
                Assert.Equal(BitConverter.SingleToInt32Bits(expected), BitConverter.SingleToInt32Bits(products[i]));
            }
        }
    }

    [Fact]
    public void Scaling_in_place_and_back_changes_no_bit()
    {
        var random = new Random(2);
        var values = new float[101];
        foreach (ref var value in values.AsSpan())
        {
            value = BitConverter.Int32BitsToSingle(random.Next(0, 1 << 26) | (random.Next(2) << 31));
        }

        var scaled = (float[])values.Clone();
        var exponent = PowerOfTwoScale.ExponentFor(scaled);
        PowerOfTwoScale.Apply(scaled, scaled, exponent);
        Assert.InRange(scaled.Max(Math.Abs), MathF.ScaleB(1, -40), MathF.ScaleB(1.9999999f, -40));
        PowerOfTwoScale.Apply(scaled, scaled, -exponent);
        Assert.Equal(values.Select(BitConverter.SingleToInt32Bits), scaled.Select(BitConverter.SingleToInt32Bits));
    }

    [Fact]
    public void Lengths_and_exponents_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>("to", () => PowerOfTwoScale.Apply([1, 2], new float[1], 1));
        Assert.Throws<ArgumentOutOfRangeException>("exponent", () => PowerOfTwoScale.Apply([1], new float[1], 253));
    }
}
