using PqGen.Kernels;
using PqGen.TopK;

namespace PqGen.Tests.TopK;

/// <summary>Bounds as words, against what a loop over them says.</summary>
[Trait("Category", "Kernels")]
public class WordBoundsTests
{
    [Fact]
    public void Lanes_between_two_numbers()
    {
        var random = new Random(1);
        for (var round = 0; round < 500; round++)
        {
            var block = Bounds(random, 1, round % 2 == 0 ? 40 : 65_536);
            foreach (var (above, atMost) in new[] { (-1, 20), (-1, 65_535), (3, 3), (10, 30), (20_000, 60_000), (65_534, 65_535), (5, 90_000) })
            {
                var lanes = WordBounds.Between(block, above, atMost);
                for (var lane = 0; lane < KernelLayout.BlockSize; lane++)
                {
                    var bound = block[KernelLayout.TermPosition(lane)];
                    Assert.Equal(bound > above && bound <= atMost, (lanes >> lane & 1) != 0);
                }
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(100)]
    [InlineData(500)]
    public void The_upper_bound_of_the_kth_is_reached_by_k_and_by_few_others(int k)
    {
        var random = new Random(k);
        for (var round = 0; round < 40; round++)
        {
            var bounds = Bounds(random, 17 + (round % 60), round % 3 == 0 ? 50 : 65_536);
            if (bounds.Length <= 2 * k)
            {
                continue;
            }

            var bound = WordBounds.UpperBoundOfKth(bounds, k, new int[WordBounds.GroupCount(k)]);
            var sorted = bounds.Order().ToArray();
            Assert.True(bound >= sorted[k - 1]);
            Assert.True(bound <= sorted[Math.Min(sorted.Length - 1, (2 * k) + 30)], $"{bound} of {string.Join(' ', sorted.Take((2 * k) + 31))}");
        }
    }

    [Theory]
    [InlineData(20)]
    [InlineData(512)]
    [InlineData(513)]
    [InlineData(1_200)]
    [InlineData(4_000)]
    public void A_sample_says_about_where_many_end(int k)
    {
        var random = new Random(k);
        int[] memory = [];
        for (var round = 0; round < 40; round++)
        {
            var bounds = Bounds(random, 64 + (round % 9), 65_536);
            var kept = bounds.Count(bound => bound <= WordBounds.AboutKth(bounds, k, ref memory));
            Assert.InRange(kept, (int)(.8 * k), (int)(1.3 * k) + 64);
        }
    }

    [Fact]
    public void Sums_saturate()
    {
        var bounds = Bounds(new Random(3), 3, 65_536);
        foreach (var added in new[] { 0, 1, 40_000, 65_535 })
        {
            var sums = bounds.ToArray();
            WordBounds.Add(sums, added);
            Assert.Equal(bounds.Select(bound => (ushort)Math.Min(65_535, bound + added)), sums);
        }
    }

    private static ushort[] Bounds(Random random, int blocks, int limit) =>
        [.. Enumerable.Range(0, blocks * KernelLayout.BlockSize).Select(_ => (ushort)random.Next(limit))];
}
