using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;
using PqGen;

namespace SearchService;

/// <summary>Searching and changing an index over HTTP, and replacing it while it serves.</summary>
internal static class SearchServer
{
    private const string Search = "search";

    /// <summary>Opens the index, or makes it, and maps the routes. The server listens on the loopback unless it is told otherwise.</summary>
    public static async Task<WebApplication> CreateAsync(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        if (builder.Configuration["urls"] is null)
        {
            builder.WebHost.UseUrls("http://127.0.0.1:5080");
        }

        var files = builder.Configuration.GetSection("Index").Get<IndexFiles>() ?? new IndexFiles();
        builder.Services.AddProblemDetails();
        builder.Services.AddSingleton(files);
        builder.Services.AddSingleton<MetricsText>();
        builder.Services.AddSingleton<Reloading>();
        builder.Services.AddSingleton(services =>
        {
            files.Make(services.GetRequiredService<ILoggerFactory>().CreateLogger(nameof(SearchService)));
            return new Served(files.Open(files.File, 1));
        });

        // So many searches at once, so many more in a queue; beyond them 503 at once, which a load balancer understands.
        builder.Services.AddRateLimiter(limiter =>
        {
            limiter.RejectionStatusCode = StatusCodes.Status503ServiceUnavailable;
            limiter.AddConcurrencyLimiter(Search, options =>
            {
                (options.PermitLimit, options.QueueLimit) = (files.Searches, files.Waiting);
                options.QueueProcessingOrder = QueueProcessingOrder.OldestFirst;
            });
        });

        var app = builder.Build();
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseRateLimiter();
        app.MapPost("/search", Find).RequireRateLimiting(Search);
        app.MapPost("/vectors", Upsert);
        app.MapDelete("/vectors/{id:long}", Remove);
        app.MapGet("/health", Health);
        app.MapGet("/metrics", (MetricsText metrics) => Results.Text(metrics.ToString(), "text/plain; version=0.0.4"));

        // Whoever may call these may replace what is served: put them behind the authorization of your service.
        app.MapPost("/admin/save", Save);
        app.MapPost("/admin/reload", Reload);

        // Listening begins when there is something to search.
        _ = app.Services.GetRequiredService<MetricsText>();
        await Task.Run(app.Services.GetRequiredService<Served>);
        return app;
    }

    private static IResult Find(SearchRequest request, Served served)
    {
        using var generation = served.Enter();
        var index = generation.Index;
        if (request.Errors(index) is { Count: > 0 } errors)
        {
            return Results.ValidationProblem(errors);
        }

        var neighbors = new Neighbor[request.K ?? 10];
        var options = new SearchOptions
        {
            TargetRecall = index.Calibration is null ? 0 : request.Recall ?? 0.95f,
            EnsureK = true,
        };
        var ids = new IdRange(request.FirstId ?? long.MinValue, request.LastId ?? long.MaxValue);
        var isRange = request.FirstId is not null || request.LastId is not null;
        var found = (request.Tag, isRange) switch
        {
            (null, false) => index.Search(request.Vector, neighbors, options),
            (null, true) => index.Search(request.Vector, neighbors, ids, options),
            ({ } tag, false) => index.Search(request.Vector, neighbors, generation.Tags.Having(tag), options),
            ({ } tag, true) => index.Search(request.Vector, neighbors, IdFilter.And(ids, generation.Tags.Having(tag)), options),
        };
        return Results.Ok(new SearchResponse(
            [.. neighbors.Take(found).Select(neighbor => new Found(neighbor.Id, neighbor.Distance))], generation.Number));
    }

    private static IResult Upsert(UpsertRequest request, Served served)
    {
        using var generation = served.Enter();
        if (request.Errors(generation.Index) is { Count: > 0 } errors)
        {
            return Results.ValidationProblem(errors);
        }

        for (var i = 0; i < request.Ids!.Length; i++)
        {
            generation.Tags.Set(request.Ids[i], request.Tags?[i]);
        }

        generation.Index.Update(request.Ids, request.Rows!.SelectMany(row => row).ToArray());
        return Results.Ok(StateOf(generation));
    }

    private static IResult Remove(long id, Served served)
    {
        using var generation = served.Enter();
        var wasThere = generation.Index.Remove(id);
        generation.Tags.Set(id, null);
        return wasThere ? Results.NoContent() : Results.Problem($"There is no vector with id {id}.", statusCode: StatusCodes.Status404NotFound);
    }

    private static IResult Health(Served served)
    {
        using var generation = served.Enter();
        return Results.Ok(StateOf(generation));
    }

    private static IResult Save(FileRequest request, Served served, IndexFiles files)
    {
        if (request.Errors() is { Count: > 0 } errors)
        {
            return Results.ValidationProblem(errors);
        }

        using var generation = served.Enter();
        generation.Index.Save(files.PathOf(request.File!));
        generation.Tags.Save(files.PathOf(request.File!));
        return Results.Ok(StateOf(generation));
    }

    private static async Task<IResult> Reload(
        FileRequest request, Served served, Reloading reloading, IndexFiles files, CancellationToken cancellation)
    {
        if (request.Errors() is { Count: > 0 } errors)
        {
            return Results.ValidationProblem(errors);
        }

        if (!File.Exists(files.PathOf(request.File!)))
        {
            return Results.Problem($"There is no file '{request.File}' in the server's folder.", statusCode: StatusCodes.Status404NotFound);
        }

        try
        {
            return Results.Ok(await reloading.RunAsync(request.File!, served, cancellation));
        }
        catch (IndexFileException e)
        {
            return Results.Problem(e.Message, statusCode: StatusCodes.Status422UnprocessableEntity);
        }
    }

    internal static State StateOf(Generation generation) => new(
        "healthy",
        generation.File,
        generation.Number,
        generation.Index.Count,
        generation.Index.Dimension,
        generation.Index.Metric.ToString(),
        generation.Index.Path.ToString(),
        generation.Index.SizeInBytes);
}

/// <summary>One reload at a time. Requests that are under way end on the index they began with; what they change there is gone with it.</summary>
internal sealed class Reloading(IndexFiles files) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private int _number = 1;

    public async Task<State> RunAsync(string file, Served served, CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            var next = await Task.Run(() => files.Open(file, _number + 1), cancellation);
            _number++;
            var state = SearchServer.StateOf(next);
            served.Swap(next);
            return state;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();
}

internal static partial class Log
{
    [LoggerMessage(LogLevel.Information, "Training an index for {Count} vectors of {Dimension} components.")]
    public static partial void Trains(ILogger log, int count, int dimension);
}
