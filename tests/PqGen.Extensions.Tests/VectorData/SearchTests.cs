using System.Linq.Expressions;
using Microsoft.Extensions.VectorData;
using PqGen.Extensions.VectorData;

namespace PqGen.Extensions.Tests.VectorData;

/// <summary>Searches of small collections are exact, under every distance function and filter.</summary>
public class SearchTests
{
    /// <summary>Each function, as its definition says it.</summary>
    private static readonly Dictionary<string, Func<float[], float[], double>> s_functions = new()
    {
        [DistanceFunction.CosineSimilarity] = Cosine,
        [DistanceFunction.CosineDistance] = (x, y) => 1 - Cosine(x, y),
        [DistanceFunction.DotProductSimilarity] = Product,
        [DistanceFunction.NegativeDotProductSimilarity] = (x, y) => -Product(x, y),
        [DistanceFunction.EuclideanDistance] = (x, y) => Math.Sqrt(Notes.SquaredL2(x, y)),
        [DistanceFunction.EuclideanSquaredDistance] = (x, y) => Notes.SquaredL2(x, y),
    };

    public static TheoryData<string> Functions => [.. s_functions.Keys];

    public static TheoryData<int> FilterNumbers => [.. Enumerable.Range(0, s_filters.Length)];

    private static int Century => 1950;

    private static readonly Expression<Func<Note<int>, bool>>[] s_filters =
    [
        note => note.Year == 1907,
        note => note.Year >= Century && note.Key < 150,
        note => note.Tags!.Contains("third") || note.Text == "note 4",
        note => new[] { 3, 5, 199 }.Contains(note.Key),
        note => !note.Text!.StartsWith("note 1", StringComparison.Ordinal),
        note => note.Year < 0,
        note => true,
    ];

    [Theory]
    [MemberData(nameof(Functions))]
    public async Task Scores_are_those_of_the_distance_function(string name)
    {
        using var store = new PqGenVectorStore();
        var notes = await store.CreatedAsync<int, Note<int>>(new PqGenCollectionOptions { Definition = Definition(name) });
        var made = Notes.Make(200, i => i);
        await notes.UpsertAsync(made);
        var query = Notes.Vector(new Random(7));
        var isSimilarity = name.EndsWith("Similarity", StringComparison.Ordinal) && !name.StartsWith("Negative", StringComparison.Ordinal);
        var truth = made.Select(note => (note.Key, Score: s_functions[name](query, note.Place!.Value.ToArray())))
            .OrderBy(pair => isSimilarity ? -pair.Score : pair.Score).ToArray();

        var found = await notes.SearchAsync(query, 200).ListAsync();
        Assert.Equal(truth.Select(pair => pair.Key), found.Select(result => result.Record.Key));
        Assert.All(truth.Zip(found), pair => Assert.Equal(pair.First.Score, pair.Second.Score!.Value, 1e-5));

        // No score lies within a rounding of the threshold, which is half way between two.
        var threshold = (truth[20].Score + truth[21].Score) / 2;
        Assert.Equal(21, (await notes.SearchAsync(query, 200, new() { ScoreThreshold = threshold }).ListAsync()).Count);
    }

    [Fact]
    public void A_distance_function_that_there_is_not_is_refused_and_those_there_are_named()
    {
        using var store = new PqGenVectorStore();
        var refusal = Assert.Throws<NotSupportedException>(
            () => store.GetCollection<int, Note<int>>("notes", Definition(DistanceFunction.ManhattanDistance)));
        Assert.All(s_functions.Keys.Append("ManhattanDistance"), name => Assert.Contains(name, refusal.Message, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(FilterNumbers))]
    public async Task Filters_take_what_they_take_of_a_list(int number)
    {
        using var store = new PqGenVectorStore();
        var notes = await store.CreatedAsync<int, Note<int>>();
        var made = Notes.Make(200, i => i);
        await notes.UpsertAsync(made);
        var (filter, query) = (s_filters[number], Notes.Vector(new Random(8)));
        var truth = made.AsQueryable().Where(filter).ToArray();

        var nearest = truth.OrderBy(note => Notes.SquaredL2(query, note.Place!.Value.Span)).Select(note => note.Key).ToArray();
        Assert.Equal(nearest, (await notes.SearchAsync(query, 500, new() { Filter = filter }).ListAsync()).Select(result => result.Record.Key));
        Assert.Equal(
            nearest.Skip(2).Take(3),
            (await notes.SearchAsync(query, 3, new() { Filter = filter, Skip = 2 }).ListAsync()).Select(result => result.Record.Key));

        Assert.Equal(truth.Select(note => note.Key), (await notes.GetAsync(filter, 500).ListAsync()).Select(note => note.Key));
        var ordered = await notes.GetAsync(
            filter, 5, new() { Skip = 1, OrderBy = by => by.Descending(note => note.Year).Ascending(note => note.Text) }).ListAsync();
        Assert.Equal(
            truth.OrderByDescending(note => note.Year).ThenBy(note => note.Text).Skip(1).Take(5).Select(note => note.Key),
            ordered.Select(note => note.Key));
    }

    [Fact]
    public async Task Records_go_in_and_out_as_copies()
    {
        using var store = new PqGenVectorStore();
        var notes = await store.CreatedAsync<int, Note<int>>();
        var vector = new float[] { 1, 2, 3, 4 };
        var note = new Note<int> { Key = 1, Tags = ["a"], Place = vector };
        await notes.UpsertAsync(note);
        note.Tags.Add("b");
        vector[0] = 100;
        var found = await notes.GetAsync(1, new RecordRetrievalOptions { IncludeVectors = true });
        Assert.Equal("a", Assert.Single(found!.Tags!));
        Assert.Equal(new float[] { 1, 2, 3, 4 }, found.Place!.Value.ToArray());
        found.Tags!.Clear();
        Assert.Single((await notes.GetAsync(1))!.Tags!);
    }

    [Fact]
    public async Task A_record_without_a_vector_is_there_and_never_near()
    {
        using var store = new PqGenVectorStore();
        var notes = await store.CreatedAsync<int, Note<int>>();
        var made = Notes.Make(3, i => i);
        made[1].Place = null;
        await notes.UpsertAsync(made);
        var found = await notes.SearchAsync(new float[4], 10, new() { Filter = note => true }).ListAsync();
        Assert.Equal([0, 2], found.Select(result => result.Record.Key).Order());
        Assert.NotNull(await notes.GetAsync(1));
    }

    [Fact]
    public async Task Bad_input_names_itself_and_changes_nothing()
    {
        using var store = new PqGenVectorStore();
        var notes = await store.CreatedAsync<int, Note<int>>();
        var made = Notes.Make(3, i => i);
        made[2].Place = new float[] { 1, float.NaN, 3, 4 };
        var refusal = await Assert.ThrowsAsync<ArgumentException>(() => notes.UpsertAsync(made));
        Assert.Contains("'Place' of the record with key 2 has NaN at component 1", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(await notes.GetAsync(note => true, 10).ListAsync());

        made[2].Place = new float[5];
        Assert.Contains("has 5 components; it needs 4", (await Assert.ThrowsAsync<ArgumentException>(() => notes.UpsertAsync(made))).Message,
            StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(() => notes.UpsertAsync([made[0], null!]));
        await Assert.ThrowsAsync<ArgumentException>(() => notes.SearchAsync(new float[3], 1).ListAsync());
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => notes.SearchAsync(new float[4], 0).ListAsync());
        await Assert.ThrowsAsync<NotSupportedException>(() => notes.SearchAsync("text", 1).ListAsync());
        Assert.Contains(
            "holds Note`1 records",
            Assert.Throws<InvalidOperationException>(
                () => store.GetCollection<Guid, Sentence>("notes", new PqGenCollectionOptions { EmbeddingGenerator = new Letters() })).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "the vectors Place (4, EuclideanSquaredDistance), not Place (4, CosineDistance)",
            Assert.Throws<VectorStoreException>(
                () => store.GetCollection<int, Note<int>>("notes", Definition(DistanceFunction.CosineDistance))).Message,
            StringComparison.Ordinal);
        Assert.Throws<NotSupportedException>(() => store.GetCollection<object, Dictionary<string, object?>>("notes", new PqGenCollectionOptions()));
    }

    private static VectorStoreCollectionDefinition Definition(string function) => new()
    {
        Properties =
        [
            new VectorStoreKeyProperty("Key", typeof(int)),
            new VectorStoreDataProperty("Text", typeof(string)),
            new VectorStoreVectorProperty("Place", typeof(ReadOnlyMemory<float>?), Notes.Dimension) { DistanceFunction = function },
        ],
    };

    private static double Cosine(float[] x, float[] y) => Product(x, y) / Math.Sqrt(Product(x, x) * Product(y, y));

    private static double Product(float[] x, float[] y) => x.Zip(y).Sum(pair => (double)pair.First * pair.Second);
}
