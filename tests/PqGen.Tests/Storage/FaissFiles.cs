using System.Text.Json;

namespace PqGen.Tests.Storage;

/// <summary>Files that FAISS 1.7.3 wrote (<c>tests/faiss.sh fixtures</c>), with what it found in them.</summary>
/// <param name="Name">The file, without its extension.</param>
/// <param name="Rerank">Candidates that FAISS re-ranked; 0 for none.</param>
/// <param name="Share">The share of its neighbours that are to be found: less than 1 where it rounds its tables.</param>
/// <param name="Ids">Int64 <c>[queries][k]</c>, -1 where fewer were found.</param>
/// <param name="Distances">float <c>[queries][k]</c>.</param>
public sealed record FaissFile(string Name, int Rerank, double Share, long[][] Ids, float[][] Distances)
{
    private static readonly JsonElement s_answers = JsonDocument.Parse(File.ReadAllText(System.IO.Path.Combine(Folder, "answers.json"))).RootElement;

    /// <summary>float <c>[queries][Dimension]</c>.</summary>
    public static float[][] Queries { get; } = s_answers.GetProperty("queries").Deserialize<float[][]>()!;

    public static TheoryData<string> Names => [.. s_answers.GetProperty("indexes").EnumerateObject().Select(index => index.Name)];

    public string Path => PathOf(Name);

    private static string Folder => System.IO.Path.Combine(AppContext.BaseDirectory, "Storage/Data/Faiss");

    public static string PathOf(string name) => System.IO.Path.Combine(Folder, name + ".faiss");

    public static FaissFile Of(string name)
    {
        var index = s_answers.GetProperty("indexes").GetProperty(name);
        return new FaissFile(
            name,
            index.GetProperty("rerank").GetInt32(),
            index.GetProperty("share").GetDouble(),
            index.GetProperty("ids").Deserialize<long[][]>()!,
            index.GetProperty("distances").Deserialize<float[][]>()!);
    }

    /// <summary>Asserts that an index finds what FAISS did.</summary>
    public void AssertFoundBy(VectorIndex index)
    {
        var (hits, all) = (0, 0);
        for (var q = 0; q < Queries.Length; q++)
        {
            var top = new Neighbor[Ids[q].Length];
            var found = index.Search(Queries[q], top, new SearchOptions { Rerank = Rerank });
            Assert.Equal(Ids[q].Count(id => id != -1), found);
            hits += top.Take(found).Count(neighbor => Ids[q].Contains(neighbor.Id));
            all += found;
            for (var rank = 0; rank < found && Share == 1; rank++)
            {
                // Ties and last digits may swap neighbours, but not what is as far.
                var expected = Distances[q][rank];
                Assert.InRange(top[rank].Distance, expected - Tolerance(expected), expected + Tolerance(expected));
            }
        }

        // Where distances are the same, neighbours are but for those whose codes are.
        Assert.True(hits >= (Share == 1 ? .9 : Share) * all, $"{Name}: {hits} of {all}");
    }

    private static float Tolerance(float distance) => 1e-3f * Math.Max(1e-2f, Math.Abs(distance));
}
