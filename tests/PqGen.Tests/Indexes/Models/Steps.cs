using System.Buffers;

namespace PqGen.Tests.Indexes.Models;

/// <summary>One call on an index and on its plain model, whose outcomes have to be the same. Prints as the call it makes.</summary>
internal abstract record Step
{
    /// <summary>Makes the call and compares.</summary>
    public abstract void Run(Subject subject);

    protected static string Text(IEnumerable<int> components) => $"[{string.Join(", ", components)}]";

    /// <summary>Halves of small integers: many vectors are the same, many distances are.</summary>
    protected static float[] Floats(IEnumerable<int[]> rows) => [.. rows.SelectMany(row => row).Select(component => component * 0.5f)];

    /// <summary>Many vectors of few different components.</summary>
    protected static float[] Many(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count * Subject.Dimension).Select(_ => random.Next(-1, 2) * 0.5f)];
    }

    protected static void AddNumbered(Subject subject, int count, float[] vectors)
    {
        var (index, plain) = (subject.Index, subject.Plain);
        if (plain.TakenNumber(count) is { } taken)
        {
            var exception = Assert.Throws<InvalidOperationException>(() => index.Add(vectors));
            Assert.Contains($"the id {taken},", exception.Message, StringComparison.Ordinal);
            return;
        }

        index.Add(vectors);
        plain.Put([.. Enumerable.Range(0, count).Select(i => plain.Added + i)], vectors);
    }

    protected static void Put(Subject subject, long[] ids, float[] vectors, bool replaces)
    {
        var (index, plain) = (subject.Index, subject.Plain);
        Action call = replaces ? () => index.Update(ids, vectors) : () => index.Add(ids, vectors);
        if (plain.FirstTwice(ids, orInUse: !replaces) is >= 0 and var at)
        {
            var exception = Assert.Throws<ArgumentException>(call);
            Assert.Contains($"id {ids[at]} at position {at} ", exception.Message, StringComparison.Ordinal);
            return;
        }

        call();
        plain.Put(ids, vectors);
    }
}

internal sealed record Add(int[][] Rows) : Step
{
    public override void Run(Subject subject) => AddNumbered(subject, Rows.Length, Floats(Rows));

    public override string ToString() => $"Add({string.Join(", ", Rows.Select(Text))})";
}

internal sealed record AddMany(int Count, int Seed) : Step
{
    public override void Run(Subject subject) => AddNumbered(subject, Count, Many(Count, Seed));
}

internal sealed record PutOwn((long Id, int[] Row)[] Rows, bool Replaces) : Step
{
    public override void Run(Subject subject) =>
        Put(subject, [.. Rows.Select(row => row.Id)], Floats(Rows.Select(row => row.Row)), Replaces);

    public override string ToString() =>
        $"{(Replaces ? "Update" : "Add")}({string.Join(", ", Rows.Select(row => $"{row.Id}: {Text(row.Row)}"))})";
}

internal sealed record PutMany(int First, int Count, int Seed, bool Replaces) : Step
{
    public override void Run(Subject subject) =>
        Put(subject, [.. Enumerable.Range(First, Count).Select(id => (long)id)], Many(Count, Seed), Replaces);
}

internal sealed record Remove(long Id) : Step
{
    public override void Run(Subject subject) => Assert.Equal(subject.Plain.Remove(Id), subject.Index.Remove(Id));
}

internal sealed record RemoveThese(long[] Ids) : Step
{
    public override void Run(Subject subject) => Assert.Equal(Ids.Count(subject.Plain.Remove), subject.Index.Remove(Ids));

    public override string ToString() => $"Remove({string.Join(", ", Ids)})";
}

/// <summary>All whose id leaves a remainder below <paramref name="Below"/>; all there are, where that is the divisor.</summary>
internal sealed record RemoveMany(int Divisor, int Below) : Step
{
    public override void Run(Subject subject)
    {
        var filter = new Remainder(Divisor, Below);
        var ids = subject.Plain.Live.Ids.Where(filter.Allows).ToArray();
        Assert.All(ids, id => Assert.True(subject.Plain.Remove(id)));
        Assert.Equal(ids.Length, subject.Index.Remove(ids));
    }
}

internal sealed record Compact : Step
{
    public override void Run(Subject subject)
    {
        subject.Index.Compact();
        subject.Plain.Compact();
    }
}

internal sealed record SaveAndOpen : Step
{
    public override void Run(Subject subject) => subject.Reopen();
}

internal sealed record CompareWithFresh : Step
{
    public override void Run(Subject subject) => subject.CheckAgainstFresh();
}

internal sealed record LookUp(long Id) : Step
{
    public override void Run(Subject subject)
    {
        var (index, plain) = (subject.Index, subject.Plain);
        Assert.Equal(plain.Contains(Id), index.Contains(Id));
        var (expected, found) = (plain.Vector(Id), new float[Subject.Dimension]);
        var source = index.TryGetVector(Id, found);
        Assert.Equal(expected is null ? VectorSource.None : plain.CanRerank ? VectorSource.Kept : VectorSource.Decoded, source);
        Assert.Equal(expected ?? new float[Subject.Dimension], found);
    }
}

/// <summary>The filters of a program's searches, by number; 0 allows all.</summary>
internal readonly struct NumberedFilter(int number) : IIdFilter
{
    public bool Allows(long id) => number switch
    {
        0 => true,
        1 => new Remainder(2).Allows(id),
        2 => new Remainder(7).Allows(id),
        3 => new IdRange(-3, 20).Allows(id),
        4 => IdFilter.Not(new IdRange(5, 60)).Allows(id),
        _ => default(IdSet).Allows(id),
    };
}

internal sealed record Search(int[] Query, int K, int Filter, SearchOptions Options) : Step
{
    public override void Run(Subject subject)
    {
        var (index, plain, query) = (subject.Index, subject.Plain, Floats([Query]));
        var (results, filter) = (new Neighbor[K], new NumberedFilter(Filter));
        if (Options.Rerank > 0 && !plain.CanRerank)
        {
            Assert.Throws<InvalidOperationException>(() => index.Search(query, results, Options));
            return;
        }

        var (expected, did) = plain.Search(query, K, filter, Options);
        var statistics = default(SearchStatistics);
        var found = Filter == 0 ? index.Search(query, results, Options, out statistics) : index.Search(
            query, results, filter, Options, out statistics);
        Searching.Same(expected, results.AsSpan(0, found), "Search");
        Assert.All(results[found..], untouched => Assert.Equal(default, untouched));
        Assert.Equal(did, statistics with { SurvivorsScored = 0 });
    }

    public override string ToString() => $"Search({Text(Query)}, K = {K}, Filter = {Filter}, {Options})";
}

/// <summary>Within the distance of the vector of some rank, or beside it.</summary>
internal sealed record SearchRange(int[] Query, int Rank, int Nudge, int Filter, SearchOptions Options) : Step
{
    public override void Run(Subject subject)
    {
        var (index, plain, query) = (subject.Index, subject.Plain, Floats([Query]));
        var filter = new NumberedFilter(Filter);
        var options = Options with { Rerank = plain.CanRerank ? Options.Rerank : 0 };
        var all = plain.Search(query, int.MaxValue, default(AllIds), options with { NProbe = int.MaxValue, MaxCodes = 0, Rerank = 0 }).Found;
        var radius = Rank < all.Length ? all[Rank].Distance : 1;
        radius = Nudge < 0 ? MathF.BitDecrement(radius) : Nudge > 0 ? MathF.BitIncrement(radius) : radius;
        var (expected, did) = plain.SearchRange(query, radius, filter, options);
        var matches = new ArrayBufferWriter<Neighbor>();
        index.SearchRange(query, radius, matches, filter, options, out var statistics);
        Searching.Same(expected, matches.WrittenSpan, $"SearchRange within {radius}");
        Assert.Equal(did, statistics with { SurvivorsScored = 0 });
    }

    public override string ToString() => $"SearchRange({Text(Query)}, Rank = {Rank}, Nudge = {Nudge}, Filter = {Filter}, {Options})";
}

internal sealed record SearchBatch(int[][] Queries, int K, int Filter, int Threads, SearchOptions Options) : Step
{
    public override void Run(Subject subject)
    {
        var (index, plain, queries) = (subject.Index, subject.Plain, Floats(Queries));
        var filter = new NumberedFilter(Filter);
        var options = Options with { Rerank = plain.CanRerank ? Options.Rerank : 0 };
        var (results, found) = (new Neighbor[Queries.Length * K], new int[Queries.Length]);
        index.SearchBatch(queries, K, results, found, filter, options, out var statistics, Threads);
        var sum = default(SearchStatistics);
        for (var q = 0; q < Queries.Length; q++)
        {
            var (expected, did) = plain.Search(Floats([Queries[q]]), K, filter, options);
            Searching.Same(expected, results.AsSpan(q * K, found[q]), $"SearchBatch, query {q}");
            sum += did;
        }

        Assert.Equal(sum, statistics with { SurvivorsScored = 0 });
    }

    public override string ToString() =>
        $"SearchBatch([{string.Join(", ", Queries.Select(Text))}], K = {K}, Filter = {Filter}, Threads = {Threads}, {Options})";
}
