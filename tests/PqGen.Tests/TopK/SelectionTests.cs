using PqGen.TopK;

namespace PqGen.Tests.TopK;

/// <summary>Selection and the structures over it against sorting, for sizes around every vector width and for ties, signs and infinities.</summary>
public class SelectionTests
{
    private static readonly float[] s_special =
        [0f, -0f, 1f, -1f, float.Epsilon, -float.Epsilon, float.PositiveInfinity, float.NegativeInfinity, 1e15f, -1e-30f];

    [Fact]
    public void Keys_are_in_the_order_of_floats_and_give_them_back()
    {
        var values = Values(500, seed: 1).Concat(s_special).ToArray();
        foreach (var x in values)
        {
            Assert.Equal(BitConverter.SingleToInt32Bits(x), BitConverter.SingleToInt32Bits(Selection.Value(Selection.Key(x))));
            foreach (var y in values)
            {
                Assert.True(x >= y || Selection.Key(x) < Selection.Key(y), $"{x} < {y}");
            }
        }
    }

    [Fact]
    public void The_kth_is_the_one_that_sorting_finds()
    {
        for (var n = 1; n < 200; n++)
        {
            foreach (var keys in new[] { Keys(Values(n, seed: n)), Keys(Ties(n, seed: n)), Enumerable.Repeat(7, n).ToArray(), Extremes(n) })
            {
                var sorted = keys.Order().ToArray();
                foreach (var k in new[] { 1, 2, (n + 1) / 2, n - 1, n }.Where(k => k >= 1 && k <= n))
                {
                    Assert.Equal(sorted[k - 1], Selection.Kth(keys, k));
                }
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(100)]
    public void The_upper_bound_of_the_kth_leaves_k_values_and_few_others(int k)
    {
        foreach (var n in new[] { k, k + 1, 63, 64, 65, 511, 512, 1000, 5000 }.Where(n => n >= k))
        {
            foreach (var values in new[] { Values(n, seed: n), Ties(n, seed: n), Values(n, seed: n).Order().ToArray() })
            {
                var limit = Selection.UpperBoundOfKth(values, k, new int[Selection.GroupCount(n, k)]);
                Assert.InRange(values.Count(value => Selection.Key(value) <= limit), k, n);
            }

            var random = Values(n, seed: n);
            var kept = random.Count(value => Selection.Key(value) <= Selection.UpperBoundOfKth(random, k, new int[Selection.GroupCount(n, k)]));
            Assert.True(kept <= 2 * k + 16, $"{kept} kept of {n} values for k = {k}");
        }
    }

    [Fact]
    public void Few_numbers_are_sorted()
    {
        var random = new Random(3);
        for (var n = 0; n <= Selection.MaxSorted; n++)
        {
            var numbers = Enumerable.Range(0, n).Select(i => (random.NextInt64(-3, 3) << 32) | (uint)i).ToArray();
            random.Shuffle(numbers);
            var sorted = numbers.Order().ToArray();
            Selection.SortFew(numbers, new long[n]);
            Assert.Equal(sorted, numbers);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(10)]
    [InlineData(100)]
    [InlineData(1000)]
    public void The_threshold_of_the_smallest_values_is_never_too_low_and_never_late_by_more_than_its_lag(int k)
    {
        const int Batch = 50;
        var random = new Random(k);
        var smallest = new SmallestValues(k, new int[SmallestValues.Room(k, Batch)]);
        var added = new List<float>();
        for (var round = 0; round < 200; round++)
        {
            for (var i = random.Next(Batch + 1); i > 0; i--)
            {
                var (value, adds) = (random.Next(5000) - 100f, random.Next(3) > 0);
                smallest.Add(value, adds && value < smallest.Threshold);
                if (adds)
                {
                    added.Add(value);
                }
            }

            smallest.Settle();
            Assert.Equal(added.Count >= k, smallest.IsFull);
            Assert.Equal(Math.Min(added.Count, k), smallest.Count);
            var sorted = added.Order().ToArray();
            Assert.True(added.Count < k ? float.IsPositiveInfinity(smallest.Threshold) : smallest.Threshold >= sorted[k - 1], $"round {round}");
            if (added.Count >= k + (k / 2) + 1)
            {
                Assert.True(smallest.Threshold <= sorted[k + (k / 2)], $"round {round}");
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(Selection.MaxSorted)]
    [InlineData(Selection.MaxSorted + 1)]
    [InlineData(1000)]
    public void The_nearest_are_those_that_sorting_finds(int k)
    {
        var random = new Random(k);
        foreach (var n in new[] { 0, 1, k - 1, k, k + 1, 3 * k })
        {
            var all = Enumerable.Range(0, n).Select(i => new Neighbor(random.NextInt64(), random.Next(n / 3) * 0.5f)).ToArray();
            var found = new Neighbor[k];
            var nearest = new TopKCollector<Names>(found, new Names(all));
            for (var position = 0; position < n; position++)
            {
                Assert.Equal(nearest.IsFull, float.IsFinite(nearest.Threshold));
                nearest.Push(position, all[position].Distance);
            }

            var count = nearest.SortById();
            Assert.Equal(all.OrderBy(x => x.Distance).ThenBy(x => x.Id).Take(k), found.Take(count));
        }
    }

    private readonly struct Names(Neighbor[] all) : INames
    {
        public bool AdmitsAll => true;

        public long this[int position] => all[position].Id;

        public bool Admits(int position) => true;
    }

    private static int[] Keys(float[] values) => Array.ConvertAll(values, Selection.Key);

    private static float[] Values(int n, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, n).Select(_ => (random.NextSingle() - 0.3f) * MathF.Pow(10, random.Next(-3, 4)))];
    }

    private static float[] Ties(int n, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, n).Select(_ => (float)random.Next(5))];
    }

    private static int[] Extremes(int n) => [.. Enumerable.Range(0, n).Select(i => (i % 3) switch { 0 => int.MinValue, 1 => int.MaxValue, _ => i })];
}
