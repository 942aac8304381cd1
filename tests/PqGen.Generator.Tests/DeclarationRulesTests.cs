namespace PqGen.Generator.Tests;

/// <summary>The rules that generator, runtime and tool share, against their plain statement.</summary>
public class DeclarationRulesTests
{
    [Theory]
    [InlineData(100, new[] { 1, 2, 4, 5, 10, 20, 25, 50, 100 })]
    [InlineData(1, new[] { 1 })]
    [InlineData(4093, new[] { 1 })]
    [InlineData(0, new int[0])]
    [InlineData(4097, new int[0])]
    public void Valid_M(int dimension, int[] expected) => Assert.Equal(expected, DeclarationRules.ValidM(dimension));

    [Theory]
    [InlineData(100, 24, new[] { 20, 25 })]
    [InlineData(100, 20, new[] { 20 })]
    [InlineData(100, 0, new[] { 1 })]
    [InlineData(100, int.MinValue, new[] { 1 })]
    [InlineData(100, int.MaxValue, new[] { 100 })]
    [InlineData(4096, 300, new[] { 256 })]
    [InlineData(0, 5, new int[0])]
    public void Nearest_divisors(int dimension, int m, int[] expected) => Assert.Equal(expected, DeclarationRules.NearestDivisors(dimension, m));

    [Theory]
    [InlineData(100, 24, new[] { 96, 120 })]
    [InlineData(96, 24, new[] { 96 })]
    [InlineData(-7, 24, new[] { 24 })]
    [InlineData(4095, 24, new[] { 4080 })]
    [InlineData(int.MaxValue, 256, new[] { 4096 })]
    [InlineData(100, 0, new int[0])]
    [InlineData(100, 257, new int[0])]
    public void Nearest_dimensions(int dimension, int m, int[] expected) => Assert.Equal(expected, DeclarationRules.NearestDimensions(dimension, m));

    [Fact]
    public void What_is_nearest_is_valid_and_nothing_valid_is_nearer()
    {
        for (var dimension = 1; dimension <= IndexLimits.MaxDimension; dimension += 31)
        {
            var valid = Enumerable.Range(1, IndexLimits.MaxM).Where(m => dimension % m == 0).ToArray();
            Assert.Equal(valid, DeclarationRules.ValidM(dimension));
            for (var m = -1; m <= IndexLimits.MaxM + 1; m++)
            {
                var nearest = DeclarationRules.NearestDivisors(dimension, m);
                Assert.Subset(valid.ToHashSet(), nearest.ToHashSet());
                Assert.Equal(valid.Min(value => Math.Abs(value - m)), nearest.Min(value => Math.Abs(value - m)));
            }
        }
    }

    [Theory]
    [InlineData(int.MinValue, 2)]
    [InlineData(2, 2)]
    [InlineData(256, 256)]
    [InlineData(257, 256)]
    public void Nearest_Ksub(int ksub, int expected) => Assert.Equal(expected, DeclarationRules.NearestKsub(ksub));

    [Theory]
    [InlineData(0, 1)]
    [InlineData(100, 100)]
    [InlineData(int.MaxValue, 4096)]
    public void Nearest_dimension(int dimension, int expected) => Assert.Equal(expected, DeclarationRules.NearestDimension(dimension));
}
