using PqGen.Common;
using PqGen.Quantization;

namespace PqGen.Tests.Indexes.Transforms;

/// <summary>y = A x + b, bit for bit as one float at a time gives it, and back.</summary>
public class LinearTransformTests
{
    public static TheoryData<int, int> Sizes => new()
    {
        { 1, 1 }, { 3, 5 }, { 5, 3 }, { 16, 16 }, { 17, 64 }, { 30, 31 }, { 64, 65 }, { 100, 100 }, { 70, 130 }, { 130, 20 }, { 1100, 70 },
        { 70, 1100 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Every_component_is_a_sum_in_order(int inputs, int outputs)
    {
        var matrix = TestVectors.Uniform(outputs, inputs, seed: 1);
        foreach (var bias in new[] { [], TestVectors.Uniform(1, outputs, seed: 2) })
        {
            var transform = new LinearTransform(inputs, outputs, matrix, bias);
            foreach (var n in new[] { 0, 1, 2, 4, 7, 8, 65, 131 })
            {
                var vectors = TestVectors.Uniform(n, inputs, seed: n);
                var (one, many) = (new float[n * outputs], transform.Apply(vectors, 2, default));
                transform.Apply(vectors, one);
                for (var i = 0; i < n * outputs; i++)
                {
                    var (vector, row) = (i / outputs, i % outputs);
                    var sum = 0f;
                    for (var d = 0; d < inputs; d++)
                    {
                        sum = MathF.FusedMultiplyAdd(vectors[(vector * inputs) + d], matrix[(row * inputs) + d], sum);
                    }

                    var expected = bias.Length == 0 ? sum : sum + bias[row];
                    Assert.Equal(BitConverter.SingleToInt32Bits(expected), BitConverter.SingleToInt32Bits(one[i]));
                    Assert.Equal(BitConverter.SingleToInt32Bits(expected), BitConverter.SingleToInt32Bits(many[i]));
                }
            }
        }
    }

    [Theory]
    [InlineData(8, 8)]
    [InlineData(19, 24)]
    [InlineData(100, 120)]
    [InlineData(7, 8)]
    [InlineData(5, 50)]
    public void Without_a_matrix_components_are_spread(int inputs, int outputs)
    {
        var bias = TestVectors.Uniform(1, outputs, seed: 1);
        var vector = TestVectors.Uniform(1, inputs, seed: 2);
        var spread = new float[outputs];
        new LinearTransform(inputs, outputs, []).Apply(vector, spread);
        Assert.Equal(vector.Order(), spread.Where(component => component != 0).Order());
        var width = (outputs + inputs - 1) / inputs;
        for (var d = 0; d + width <= outputs; d++)
        {
            Assert.Contains(spread[d..(d + width)], component => component != 0);
        }

        var transform = new LinearTransform(inputs, outputs, [], bias);
        var (moved, back) = (new float[outputs], new float[inputs]);
        transform.Apply(vector, moved);
        Assert.Equal(spread.Zip(bias, (x, y) => x + y), moved);
        transform.Invert(moved, back);
        Assert.True(transform.IsOrthonormal);
        Close(vector, back, 1e-6);
    }

    [Fact]
    public void An_orthonormal_map_leads_back()
    {
        var rotation = Rotation(24);
        var bias = TestVectors.Uniform(1, 24, seed: 3);
        var rows = Enumerable.Range(0, 24).ToArray();
        var fewer = rows.SelectMany(row => rotation[(row * 24)..((row * 24) + 17)]).ToArray();
        foreach (var transform in new[] { new LinearTransform(24, 24, rotation, bias), new LinearTransform(17, 24, fewer, bias) })
        {
            Assert.True(transform.IsOrthonormal && transform.IsIsometric);
            var vector = TestVectors.Uniform(1, transform.InputDimension, seed: 4);
            var (there, back) = (new float[24], new float[vector.Length]);
            transform.Apply(vector, there);
            transform.Invert(there, back);
            Close(vector, back, 1e-5);
        }

        // To fewer components: what is left of a vector is nearest to it.
        var projection = new LinearTransform(24, 10, rotation.AsSpan(0, 240));
        Assert.True(projection.IsOrthonormal && !projection.IsIsometric);
        var (few, all, again) = (TestVectors.Uniform(1, 10, seed: 5), new float[24], new float[10]);
        projection.Invert(few, all);
        projection.Apply(all, again);
        Close(few, again, 1e-5);
    }

    [Fact]
    public void A_map_that_is_not_orthonormal_is_found_out()
    {
        var rotation = Rotation(24);
        foreach (var at in new[] { 0, 5, 300, 575 })
        {
            var changed = rotation.ToArray();
            changed[at] += 0.05f;
            var transform = new LinearTransform(24, 24, changed);
            Assert.False(transform.IsOrthonormal);
            Refusals.Expect<InvalidOperationException>(() => transform.Invert(new float[24], new float[24]), "not orthonormal");
        }

        Assert.True(new LinearTransform(2, 2, [1e10f, 0, 0, 1]).Limit <= 1e5f);
        Assert.False(new LinearTransform(2, 2, [0, 0, 0, 0]).IsOrthonormal);
        Assert.Equal(Guard.MaxMagnitude, new LinearTransform(2, 2, [0, 1, -1, 0]).Limit);
    }

    [Fact]
    public void Bad_input_is_named()
    {
        Refusals.Expect<ArgumentOutOfRangeException>(() => _ = new LinearTransform(0, 3, []), "inputDimension is 0", "1 to 4096");
        Refusals.Expect<ArgumentOutOfRangeException>(() => _ = new LinearTransform(3, 4097, []), "dimension is 4097");
        Refusals.Expect<ArgumentException>(() => _ = new LinearTransform(4, 3, []), "matrix has 0 elements", "12");
        Refusals.Expect<ArgumentException>(() => _ = new LinearTransform(2, 2, new float[3]), "matrix has 3 elements", "4");
        Refusals.Expect<ArgumentException>(() => _ = new LinearTransform(2, 2, [1, 0, 0, 1], [1]), "bias has 1 elements", "2");
        Refusals.Expect<ArgumentException>(() => _ = new LinearTransform(2, 2, [1, 0, float.NaN, 1]), "component 0 of vector 1 is NaN");
        Refusals.Expect<ArgumentException>(() => _ = new LinearTransform(2, 2, [1, 0, 0, 1], [0, float.PositiveInfinity]), "bias: component 1");
        var transform = new LinearTransform(2, 3, []);
        Refusals.Expect<ArgumentException>(() => transform.Apply(new float[3], new float[3]), "vectors has 3 floats");
        Refusals.Expect<ArgumentException>(() => transform.Apply(new float[2], new float[2]), "transformed has 2 elements", "3");
        Refusals.Expect<ArgumentException>(() => transform.Apply([1, float.NaN], new float[3]), "component 1 of vector 0 is NaN");
        Refusals.Expect<ArgumentException>(() => transform.Invert(new float[2], new float[2]), "transformed has 2 elements");
        Refusals.Expect<ArgumentException>(() => transform.Invert(new float[3], new float[3]), "vector has 3 elements");
    }

    /// <summary>A rotation, made by Gram and Schmidt's method in double precision.</summary>
    internal static float[] Rotation(int dimension)
    {
        var rows = Array.ConvertAll(TestVectors.Uniform(dimension, dimension, seed: 6), component => (double)component);
        for (var i = 0; i < dimension; i++)
        {
            var row = rows.AsSpan(i * dimension, dimension);
            for (var j = 0; j <= i; j++)
            {
                var other = rows.AsSpan(j * dimension, dimension);
                var product = 0d;
                for (var d = 0; d < dimension; d++)
                {
                    product += row[d] * other[d];
                }

                for (var d = 0; d < dimension; d++)
                {
                    row[d] = i == j ? row[d] / Math.Sqrt(product) : row[d] - (product * other[d]);
                }
            }
        }

        return Array.ConvertAll(rows, component => (float)component);
    }

    private static void Close(float[] expected, float[] found, double tolerance) =>
        Assert.All(expected.Zip(found), pair => Assert.InRange(pair.First - pair.Second, -tolerance, tolerance));
}
