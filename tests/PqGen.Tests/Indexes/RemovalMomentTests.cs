using PqGen.Storage;

namespace PqGen.Tests.Indexes;

/// <summary>What was removed as of a moment stays what it was then, whatever is removed later, and when the moments have run out too.</summary>
public class RemovalMomentTests
{
    private const int Positions = 3 * (1 << Removals.ChunkBits);

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(uint.MaxValue - 30)]
    [InlineData(uint.MaxValue - 3)]
    [InlineData(uint.MaxValue - 2)]
    public void Every_view_is_of_its_moment(uint firstMoment)
    {
        var (removals, random) = (new Removals(firstMoment), new Random(5));
        var left = Enumerable.Range(0, Positions).ToArray();
        random.Shuffle(left);
        var views = new List<(RemovalView View, HashSet<int> Removed)>();
        var (removed, at) = (new HashSet<int>(), 0);
        for (var round = 0; round < 60; round++)
        {
            // One, many, or none at a time.
            var now = left.AsSpan(at, round % 7 == 6 ? 0 : 1 + (round * round % 90)).ToArray();
            at += now.Length;
            removals.Reserve(Positions, now);
            removals.Remove(now);
            removed.UnionWith(now);
            views.Add((removals.View, [.. removed]));
            foreach (var (view, then) in views)
            {
                Assert.Equal(then.Count, view.Count);
                foreach (var position in left.AsSpan(0, Math.Min(at + 100, Positions)))
                {
                    if (view.Contains(position) != then.Contains(position))
                    {
                        Assert.Fail($"round {round}, position {position}: {then.Contains(position)} expected, {view.Contains(position)} found");
                    }
                }
            }
        }
    }

    [Fact]
    public void Nothing_removed_costs_nothing()
    {
        var removals = new Removals();
        removals.Reserve(int.MaxValue, []);
        Assert.Equal(0, removals.SizeInBytes);
        Assert.Equal(0, removals.View.Count);
        removals.Reserve(1_000_000, [5]);
        removals.Remove([5]);
        Assert.InRange(removals.SizeInBytes, 4 << Removals.ChunkBits, (4 << Removals.ChunkBits) + 8192);
        Assert.True(removals.View.Contains(5));
        Assert.False(removals.View.Contains(6));
        Assert.False(removals.View.Contains(999_999));
    }

    [Fact]
    public void Room_grows_with_positions()
    {
        var removals = new Removals();
        removals.Reserve(10, [3]);
        removals.Remove([3]);
        var early = removals.View;
        removals.Reserve(10 * Positions, []);
        Assert.False(removals.View.Contains((10 * Positions) - 1));
        removals.Reserve(10 * Positions, [(10 * Positions) - 1]);
        removals.Remove([(10 * Positions) - 1]);
        Assert.True(removals.View.Contains((10 * Positions) - 1));
        Assert.True(removals.View.Contains(3));
        Assert.True(early.Contains(3) && !early.Contains(9));
        Assert.Equal((1, 2), (early.Count, removals.View.Count));
    }
}
