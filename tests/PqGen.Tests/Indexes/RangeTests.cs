using System.Buffers;

namespace PqGen.Tests.Indexes;

/// <summary>Range search against a search for all vectors whose results are compared with the radius. After FAISS's tests of range search.</summary>
public class RangeTests
{
    private const int N = 900;
    private const int NList = 6;

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void All_within_a_radius_and_none_beyond(IndexFactory factory)
    {
        var (dimension, metric) = (factory.Dimension, factory.Metric);
        var vectors = TestVectors.WithDuplicates(TestVectors.Clustered(N, dimension, 20, seed: 1), dimension, seed: 2);
        using var index = factory.Build(vectors, NList, ids: TestVectors.ShuffledIds(N, seed: 3));
        foreach (var options in factory.Options(NList).Select(options => options with { EnsureK = false }))
        {
            for (var q = 0; q < 12; q++)
            {
                var query = vectors.AsSpan(q * 71 * dimension, dimension).ToArray();
                var all = index.Nearest(query, N, options with { Rerank = options.Rerank > 0 ? N : 0 });
                float[] radii = [.. new[] { 0, 1, 9, all.Length / 2, all.Length - 1 }.Select(at => all[at].Distance), 0, 1, -1];
                foreach (var radius in radii.SelectMany(radius => new[] { MathF.BitDecrement(radius), radius, MathF.BitIncrement(radius) }))
                {
                    Searching.Same(
                        [.. all.Where(neighbor => !metric.IsNearer(radius, neighbor.Distance))],
                        index.Within(query, radius, options),
                        $"within {radius}, query {q}, {options}");
                }

                // Everything, and nothing.
                var (far, near) = metric == Metric.SquaredL2
                    ? (float.PositiveInfinity, float.NegativeInfinity)
                    : (float.NegativeInfinity, float.PositiveInfinity);
                Searching.Same(all, index.Within(query, far, options), $"all, query {q}, {options}");
                Assert.Empty(index.Within(query, near, options));
                Assert.Empty(index.Within(query, metric == Metric.SquaredL2 ? float.MinValue : float.MaxValue, options));
            }
        }
    }

    [Theory]
    [MemberData(nameof(IndexFactory.WithCodes), MemberType = typeof(IndexFactory))]
    public void Reranked_matches_have_their_exact_distance(IndexFactory factory)
    {
        var (dimension, metric) = (factory.Dimension, factory.Metric);
        var vectors = TestVectors.Clustered(N, dimension, 20, seed: 1);
        using var index = factory.Build(vectors, NList);
        for (var q = 0; q < 12; q++)
        {
            var query = vectors.AsSpan(q * 71 * dimension, dimension).ToArray();
            var expected = BruteForce.Nearest(query, vectors, 200, metric);
            var radius = (float)((expected[98].Distance + expected[99].Distance) / 2);
            var found = index.Within(query, radius, new SearchOptions { NProbe = NList, Rerank = 1 });
            Assert.Equal(expected[..99].Select(neighbor => (long)neighbor.Position), found.Select(neighbor => neighbor.Id));
            Assert.All(found, (neighbor, i) => Assert.Equal(expected[i].Distance, neighbor.Distance, 1e-5 * (1 + Math.Abs(expected[i].Distance))));
        }
    }

    [Fact]
    public void Many_matches_are_handed_over_in_parts()
    {
        const int Count = 20_000;
        foreach (var metric in Enum.GetValues<Metric>())
        {
            var vectors = TestVectors.Uniform(Count, 2, seed: 1);
            using var index = IndexFactory.Flat(2).Under(metric).Build(vectors);
            var matches = new Parts();
            index.SearchRange([0.3f, 0.4f], metric == Metric.SquaredL2 ? 100 : -100, matches);
            Assert.Equal(Count, matches.Written.Count);
            Assert.True(matches.Calls > 1);
            Searching.Same(index.Nearest([0.3f, 0.4f], Count), matches.Written.ToArray(), $"{metric}");
        }
    }

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void What_is_refused(IndexFactory factory)
    {
        var vectors = TestVectors.Uniform(N, factory.Dimension, seed: 1);
        using var index = factory.Build(vectors, NList);
        var (query, matches) = (new float[factory.Dimension], new ArrayBufferWriter<Neighbor>());
        Refusals.Expect<ArgumentNullException>(index, () => index.SearchRange(query, 1, null!), "matches");
        Refusals.Expect<ArgumentException>(index, () => index.SearchRange(new float[factory.Dimension + 1], 1, matches), "query has");
        Refusals.Expect<ArgumentOutOfRangeException>(index, () => index.SearchRange(query, float.NaN, matches), "radius is NaN");
        Refusals.Expect<ArgumentOutOfRangeException>(
            index, () => index.SearchRange(query, 1, matches, new SearchOptions { NProbe = -1 }), "NProbe is -1");
        query[0] = float.NaN;
        Refusals.Expect<ArgumentException>(index, () => index.SearchRange(query, 1, matches), "query", "component 0", "NaN");
        Assert.Equal(0, matches.WrittenCount);

        // A writer that throws leaves nothing behind.
        var everything = factory.Metric == Metric.SquaredL2 ? float.PositiveInfinity : float.NegativeInfinity;
        var before = index.Within(vectors.AsSpan(0, factory.Dimension), everything);
        Assert.Throws<DivideByZeroException>(() => index.SearchRange(vectors.AsSpan(0, factory.Dimension), everything, new Failing()));
        Assert.Equal(before, index.Within(vectors.AsSpan(0, factory.Dimension), everything));
    }

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void Nothing_is_within_reach_of_an_empty_index(IndexFactory factory)
    {
        var vectors = TestVectors.Uniform(N, factory.Dimension, seed: 1);
        using var index = factory.Build(vectors, NList);
        index.Remove([.. Enumerable.Range(0, N).Select(id => (long)id)]);
        var everything = factory.Metric == Metric.SquaredL2 ? float.PositiveInfinity : float.NegativeInfinity;
        Assert.Empty(index.Within(new float[factory.Dimension], everything));
        index.Compact();
        Assert.Empty(index.Within(new float[factory.Dimension], everything));
    }

    /// <summary>Hands out no more room than it is asked for.</summary>
    private sealed class Parts : IBufferWriter<Neighbor>
    {
        private Neighbor[] _part = [];

        public List<Neighbor> Written { get; } = [];

        public int Calls { get; private set; }

        public void Advance(int count) => Written.AddRange(_part[..count]);

        public Memory<Neighbor> GetMemory(int sizeHint = 0) => throw new NotSupportedException();

        public Span<Neighbor> GetSpan(int sizeHint = 0)
        {
            Calls++;
            return _part = new Neighbor[sizeHint];
        }
    }

    private sealed class Failing : IBufferWriter<Neighbor>
    {
        public void Advance(int count) => throw new DivideByZeroException();

        public Memory<Neighbor> GetMemory(int sizeHint = 0) => throw new DivideByZeroException();

        public Span<Neighbor> GetSpan(int sizeHint = 0) => throw new DivideByZeroException();
    }
}
