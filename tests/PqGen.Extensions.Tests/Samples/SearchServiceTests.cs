using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using SearchService;

namespace PqGen.Extensions.Tests.Samples;

/// <summary>The sample serves on the loopback: right neighbours under load, a hot swap, and problems said as problem details.</summary>
public class SearchServiceTests
{
    private const int Dimension = 16;
    private const int Count = 3000;
    private const long FirstOwn = 1_000_000;

    private static readonly float[] s_vectors = IndexFiles.Generated(Count, Dimension);

    [Fact]
    public async Task Load_with_changes_and_a_hot_swap_meets_no_error()
    {
        using var folder = new TemporaryFolder();
        await using var server = await StartedAsync(folder.Path);
        using var client = Client(server);
        Generation first;
        using (first = server.Services.GetRequiredService<Served>().Enter())
        {
            await PostAsync<State>(client, "/admin/save", new FileRequest("second.pqg"));
        }

        using var written = new CancellationTokenSource();
        var searching = Enumerable.Range(0, 4).Select(seed => Task.Run(async () =>
        {
            var (random, generations) = (new Random(seed), new HashSet<int>());
            for (var i = 0; i < 50 || !written.IsCancellationRequested; i++)
            {
                // A vector's own neighbour is itself, whatever the writer does to others.
                var id = random.Next(Count);
                var found = await PostAsync<SearchResponse>(
                    client, "/search", new SearchRequest(Row(id), 5, null, null, i % 2 == 0 ? FirstOwn - 1 : null, 0.98f));
                Assert.Equal(5, found.Neighbors.Length);
                Assert.Equal(id, found.Neighbors[0].Id);
                Assert.Equal(0, found.Neighbors[0].Distance, 0.001);
                generations.Add(found.Generation);
            }

            return generations;
        })).ToArray();

        for (var round = 0; round < 30; round++)
        {
            var id = FirstOwn + round;
            float[] far = [.. Enumerable.Repeat(100f + round, Dimension)];
            await PostAsync<State>(client, "/vectors", new UpsertRequest([id, id + 500], [far, far], ["own", null]));
            var tagged = await PostAsync<SearchResponse>(client, "/search", new SearchRequest(far, 1, "own", null, null, null));
            Assert.Equal(id, Assert.Single(tagged.Neighbors).Id);
            using var removed = await client.DeleteAsync(new Uri($"/vectors/{id}", UriKind.Relative));
            Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
            if (round == 15)
            {
                Assert.Equal((2, (long)Count), await ReloadedAsync(client));
            }
        }

        await written.CancelAsync();
        var seen = await Task.WhenAll(searching);
        Assert.Equal([1, 2], seen.SelectMany(generations => generations).Distinct().Order());

        // All requests of the first index have ended: it is gone.
        Assert.False(first.TryEnter());
        Assert.Throws<ObjectDisposedException>(() => first.Index.Contains(0));
        var state = await client.GetFromJsonAsync<State>("/health");
        Assert.Equal(("healthy", 2, Dimension, Count + 14L), (state!.Status, state.Generation, state.Dimension, state.Count));
        var metrics = await client.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        Assert.Matches(@"pqgen_searches_total [0-9]{3}", metrics);
        Assert.Contains("pqgen_search_duration_seconds_count", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_wrong_with_a_request_is_said_as_problem_details()
    {
        using var folder = new TemporaryFolder();
        await using var server = await StartedAsync(folder.Path);
        using var client = Client(server);
        await RefusedAsync("/search", new SearchRequest([1, 2], 0, null, 5, 4, 2), HttpStatusCode.BadRequest, "it needs 16", "it needs 1 to 1000",
            "above lastId", "at most 1");
        await RefusedAsync("/search", new { k = 3 }, HttpStatusCode.BadRequest, "a vector of 0 components");
        await RefusedAsync("/vectors", new UpsertRequest([1, 1], [Row(0)], ["a"]), HttpStatusCode.BadRequest, "none twice", "one for each of 2 ids");
        await RefusedAsync("/admin/reload", new FileRequest("../vectors.pqg"), HttpStatusCode.BadRequest, "without a path");
        await RefusedAsync("/admin/reload", new FileRequest("none.pqg"), HttpStatusCode.NotFound, "no file 'none.pqg'");
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "bad.pqg"), new string('x', 1000));
        await RefusedAsync("/admin/reload", new FileRequest("bad.pqg"), HttpStatusCode.UnprocessableEntity, "detail");
        using (var removed = await client.DeleteAsync(new Uri("/vectors/77777", UriKind.Relative)))
        {
            Assert.Equal(HttpStatusCode.NotFound, removed.StatusCode);
        }

        Assert.Equal(1, (await client.GetFromJsonAsync<State>("/health"))!.Generation);

        async Task RefusedAsync(string path, object request, HttpStatusCode status, params string[] words)
        {
            using var response = await client.PostAsJsonAsync(path, request);
            Assert.Equal(status, response.StatusCode);
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
            var text = WebUtility.HtmlDecode(System.Text.RegularExpressions.Regex.Unescape(await response.Content.ReadAsStringAsync()));
            Assert.All(words, word => Assert.Contains(word, text, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Searches_beyond_the_queue_are_told_so_at_once()
    {
        using var folder = new TemporaryFolder();
        await using var server = await StartedAsync(folder.Path, "--Index:Searches=1", "--Index:Waiting=1");
        using var client = Client(server);
        var statuses = await Task.WhenAll(Enumerable.Range(0, 200).Select(async _ =>
        {
            using var response = await client.PostAsJsonAsync("/search", new SearchRequest(Row(1), 1000, null, null, null, 1));
            return response.StatusCode;
        }));
        Assert.Contains(HttpStatusCode.OK, statuses);
        Assert.All(statuses, status => Assert.True(status is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable, $"{status}"));
    }

    private static float[] Row(int id) => s_vectors[(id * Dimension)..((id + 1) * Dimension)];

    private static async Task<(int Generation, long Count)> ReloadedAsync(HttpClient client)
    {
        var state = await PostAsync<State>(client, "/admin/reload", new FileRequest("second.pqg"));
        return (state.Generation, state.Count);
    }

    private static async Task<WebApplication> StartedAsync(string folder, params string[] more)
    {
        var server = await SearchServer.CreateAsync(
            ["--urls=http://127.0.0.1:0", $"--Index:Folder={folder}", $"--Index:Count={Count}", $"--Index:Dimension={Dimension}",
                "--Logging:LogLevel:Default=Warning", .. more]);
        await server.StartAsync();
        return server;
    }

    private static HttpClient Client(WebApplication server) => new() { BaseAddress = new Uri(server.Urls.Single()) };

    private static async Task<T> PostAsync<T>(HttpClient client, string path, object request)
    {
        using var response = await client.PostAsJsonAsync(path, request);
        Assert.True(response.IsSuccessStatusCode, $"{path}: {response.StatusCode} {await response.Content.ReadAsStringAsync()}");
        return (await response.Content.ReadFromJsonAsync<T>())!;
    }
}
