using System.Text.Json;
using PqGen.Tests.Storage;
using PqGen.Tests.Vectors;
using PqGen.Tool;
using PqGen.Vectors;

namespace PqGen.Tests.Tool;

/// <summary>pqtool build writes what the library would, and search, inspect, verify and bench take it from there.</summary>
public sealed class BuildTests : IDisposable
{
    private const int Count = 1200;
    private const int Dimension = 8;
    private const string Sizes = "--m 4 --ksub 16 --nlist 8";
    private readonly TempFolder _folder = new();
    private readonly VectorMatrix _vectors;
    private readonly VectorMatrix _queries;

    public BuildTests()
    {
        (_vectors, _queries) = SyntheticData.Generate(Count, Dimension, 12, 3);
        VectorFile.WriteNpy(Path("base.npy"), Dimension, _vectors.Values);
        VectorFile.WriteNpy(Path("query.npy"), Dimension, _queries.Values);
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("--kind ivfpq " + Sizes, IndexKind.IvfPq, "l2")]
    [InlineData("--kind ivfpq --metric ip --keep int8 --coarse flat " + Sizes, IndexKind.IvfPq, "ip")]
    [InlineData("--kind ivfflat --nlist 8 --metric cosine", IndexKind.IvfFlat, "cosine")]
    [InlineData("--kind pq --m 4 --ksub 16 --keep none", IndexKind.Pq, "l2")]
    [InlineData("--kind flat", IndexKind.Flat, "l2")]
    public void The_file_is_the_one_that_the_library_saves(string options, IndexKind kind, string metric)
    {
        Build("built.pqg", options);
        using var built = VectorIndex.Open(Path("built.pqg"));
        Assert.Equal((kind, MetricWords.Of(metric), Count), (built.Shape.Kind, built.Metric, (int)built.Count));
        var training = new TrainingOptions
        {
            NList = built.NList,
            KeepVectors = !options.Contains("none", StringComparison.Ordinal),
            RowFormat = options.Contains("int8", StringComparison.Ordinal) ? RowFormat.Int8 : RowFormat.Float32,
            CoarseSearch = options.Contains("--coarse flat", StringComparison.Ordinal) ? CoarseSearch.Flat : CoarseSearch.Automatic,
        };
        using var expected = GenericIndex.Train(built.Shape, _vectors.Values, training);
        expected.Add(_vectors.Values);
        expected.Save(Path("expected.pqg"));
        Assert.Equal(File.ReadAllBytes(Path("expected.pqg")), File.ReadAllBytes(Path("built.pqg")));
    }

    [Fact]
    public void Own_ids_samples_and_threads_are_as_asked_for()
    {
        long[] ids = [.. Enumerable.Range(0, Count).Select(i => (7L * i) - 100)];
        VectorFile.WriteInts(Path("ids.npy"), new IntMatrix(1, ids));
        var one = Json(Build("one.pqg", $"{Sizes} --train 500 --threads 1 --json", "--ids", Path("ids.npy")));
        Build("two.pqg", $"{Sizes} --train 500 --threads 2", "--ids", Path("ids.npy"));
        Assert.Equal(File.ReadAllBytes(Path("one.pqg")), File.ReadAllBytes(Path("two.pqg")));
        Assert.Equal(Count, one.GetProperty("n").GetInt32());
        Assert.Equal(new FileInfo(Path("one.pqg")).Length, one.GetProperty("file_bytes").GetInt64());
        using var index = VectorIndex.Open(Path("one.pqg"));
        Assert.True(index.Contains(-100) && index.Contains((7L * (Count - 1)) - 100) && !index.Contains(0));
        Build("all.pqg", Sizes, "--ids", Path("ids.npy"));
        Assert.NotEqual(File.ReadAllBytes(Path("one.pqg")), File.ReadAllBytes(Path("all.pqg")));
    }

    [Theory]
    [InlineData("--kind flat --m 4", 2, "--m is given, but an index of --kind flat has no codes")]
    [InlineData("--kind pq --nlist 4", 2, "--nlist is given, but an index of --kind pq has no lists")]
    [InlineData("--kind ivfflat --keep int8", 2, "--keep is given, but an index of --kind ivfflat has no codes")]
    [InlineData("--calibrate --keep none", 2, "--calibrate needs vectors that are kept")]
    [InlineData("--kind hnsw", 2, "--kind is 'hnsw'")]
    [InlineData("--m 3", 1, "--m can be 1, 2, 4, 8")]
    [InlineData("--m 4 --train 1201", 1, "--train can be at most 1200")]
    [InlineData("--m 4 --nlist 1201", 1, "the largest --nlist for them is 1200")]
    public void Wrong_options_are_refused_and_nothing_is_written(string options, int exitCode, string text)
    {
        ToolRun.Of($"build {options} --npy", Path("base.npy"), "--out", Path("built.pqg")).Failed(exitCode, text);
        Assert.DoesNotContain("built.pqg", _folder.Files);
    }

    [Fact]
    public void Bad_files_and_paths_are_refused_and_what_was_there_stays()
    {
        File.WriteAllText(Path("built.pqg"), "before");
        VectorFile.WriteInts(Path("few.ivecs"), new IntMatrix(1, [1, 2, 3]));
        VectorFile.WriteInts(Path("twice.npy"), new IntMatrix(1, new long[Count]));
        var bad = _vectors.Values.ToArray();
        bad[(700 * Dimension) + 3] = float.NaN;
        VectorFile.WriteNpy(Path("bad.npy"), Dimension, bad);
        Refused("base.npy", "built.pqg", "3 ids; one for each of the 1200 vectors", "--ids", Path("few.ivecs"));
        Refused("base.npy", "built.pqg", "id 0 at position 1 is already in use", "--ids", Path("twice.npy"));
        Refused("bad.npy", "built.pqg", "row 700, component 3 is NaN");
        Refused("none.npy", "built.pqg", "none.npy");
        Refused("base.npy", "no/folder/built.pqg", "there is no folder");
        Refused("base.npy", "", "is a folder");
        Assert.Equal("before", File.ReadAllText(Path("built.pqg")));
        Assert.Equal(["bad.npy", "base.npy", "built.pqg", "few.ivecs", "query.npy", "twice.npy"], _folder.Files);
    }

    [Fact]
    public void Search_prints_what_the_index_finds()
    {
        Build("built.pqg", $"{Sizes} --calibrate");
        using var index = VectorIndex.Open(Path("built.pqg"));
        var top = new Neighbor[3];
        index.Search(_queries.Row(5), top, new SearchOptions { NProbe = 2, Rerank = 20 });
        var run = Search("-k 3 --nprobe 2 --rerank 20");
        Assert.Equal(1 + (12 * 3), run.Lines.Length);
        Assert.Equal(
            top.Select((neighbor, rank) => FormattableString.Invariant($"5\t{rank + 1}\t{neighbor.Id}\t{neighbor.Distance}")),
            run.Lines[16..19]);
        var json = JsonDocument.Parse(Search("-k 3 --nprobe 2 --rerank 20 --json").Lines[5]).RootElement;
        Assert.Equal(5, json.GetProperty("query").GetInt32());
        Assert.Equal(top.Select(neighbor => neighbor.Id), json.GetProperty("ids").EnumerateArray().Select(id => id.GetInt64()));

        index.Search(_queries.Row(5), top, new SearchOptions { TargetRecall = 0.9f });
        json = JsonDocument.Parse(Search("-k 3 --target-recall 0.9 --json").Lines[5]).RootElement;
        Assert.Equal(top.Select(neighbor => neighbor.Distance), json.GetProperty("distances").EnumerateArray().Select(id => id.GetSingle()));
    }

    [Theory]
    [InlineData("ids.npy", "distances.npy")]
    [InlineData("ids.ivecs", "distances.fvecs")]
    [InlineData("ids.ibin", "distances.fbin")]
    public void Search_writes_ids_and_distances_and_counts_recall(string ids, string distances)
    {
        Build("built.pqg", "--kind flat");
        var truth = Measure.TrueNeighbours(_vectors, _queries, Metric.SquaredL2, 10, 1, (_, _) => { });
        VectorFile.WriteInts(Path("gt.ivecs"), truth);
        var run = Search("-k 10", "--truth", Path("gt.ivecs"), "--out", Path(ids), "--distances", Path(distances));
        Assert.EndsWith("recall@10 1.0000", run.Lines[^1], StringComparison.Ordinal);
        Assert.Equal(truth.Values, VectorFile.ReadInts(Path(ids)).Values);
        var written = VectorFile.ReadFloats(Path(distances));
        Assert.Equal((12, 10), (written.Count, written.Dimension));
        using var index = VectorIndex.Open(Path("built.pqg"));
        var top = new Neighbor[10];
        index.Search(_queries.Row(11), top);
        Assert.Equal(top.Select(neighbor => neighbor.Distance), written.Row(11).ToArray());
    }

    [Fact]
    public void Recall_by_vectors_lets_ties_count_and_recall_by_ids_does_not()
    {
        VectorFile.WriteNpy(Path("base.npy"), 2, new float[] { 0, 0, 1, 0, 0, 1, 9, 9 });
        VectorFile.WriteNpy(Path("query.npy"), 2, new float[] { 0.5f, 0.5f });
        VectorFile.WriteInts(Path("gt.ivecs"), new IntMatrix(1, [2]));
        Build("built.pqg", "--kind flat");
        Assert.Equal("recall@1 1.0000", Search("-k 1", "--truth", Path("gt.ivecs")).Lines[^1]);
        Build("built.pqg", "--kind pq --m 1 --ksub 4 --keep none");
        Assert.Equal("recall@1 0.0000", Search("-k 1", "--truth", Path("gt.ivecs")).Lines[^1]);
    }

    [Theory]
    [InlineData("--nprobe 9", 2, "--nprobe is 9, but there are 8 lists")]
    [InlineData("--target-recall 0.9 --nprobe 2", 2, "give it or them")]
    [InlineData("--target-recall 1.5", 2, "--target-recall is '1.5'; it needs a number, 0 to 1")]
    [InlineData("--target-recall 0.9", 1, "call Calibrate")]
    [InlineData("--distances d.npy", 2, "--distances needs --out")]
    [InlineData("-k 1201", 1, "the largest -k for them is 1200")]
    public void Wrong_searches_are_refused(string options, int exitCode, string text)
    {
        Build("built.pqg", Sizes);
        ToolRun.Of($"search {options} --index", Path("built.pqg"), "--query", Path("query.npy")).Failed(exitCode, text);
    }

    [Fact]
    public void Inspect_and_verify_tell_what_the_file_is_or_what_is_wrong_with_it()
    {
        Build("built.pqg", $"{Sizes} --metric cosine --keep float16");
        var info = VectorIndex.Inspect(Path("built.pqg"));
        var json = Json(ToolRun.Of("inspect --json", Path("built.pqg")));
        Assert.Equal(("ivfpq", "cosine", 8, "float16"), (Word("kind"), Word("metric"), json.GetProperty("nlist").GetInt32(), Word("keep")));
        Assert.Equal(info.Sections.Select(section => section.Checksum),
            json.GetProperty("sections").EnumerateArray().Select(s => s.GetProperty("sha256").GetString()));
        Assert.Contains(ToolRun.Of("inspect", Path("built.pqg")).Lines, line => line.StartsWith("declared as", StringComparison.Ordinal)
            && line.Contains("Metric.Cosine", StringComparison.Ordinal));
        Assert.StartsWith($"{Path("built.pqg")}: whole; 1200 vectors", ToolRun.Of("verify", Path("built.pqg")).Output, StringComparison.Ordinal);
        var bytes = File.ReadAllBytes(Path("built.pqg"));
        bytes[^100] ^= 1;
        File.WriteAllBytes(Path("built.pqg"), bytes);
        ToolRun.Of("verify", Path("built.pqg")).Failed(CommandLine.Failure, "checksum");
        ToolRun.Of("verify --json", Path("none.pqg")).Failed(CommandLine.Failure, "none.pqg");

        string? Word(string name) => json.GetProperty(name).GetString();
    }

    [Fact]
    public void Bench_measures_an_index_file_by_the_vectors_given_kept_or_by_ids()
    {
        var truth = Measure.TrueNeighbours(_vectors, _queries, Metric.SquaredL2, 10, 1, (_, _) => { });
        VectorFile.WriteInts(Path("gt.ivecs"), truth);
        Build("kept.pqg", Sizes);
        Build("codes.pqg", $"{Sizes} --keep none");
        string[] query = ["--query", Path("query.npy")];
        var trained = Bench($"{Sizes} --rerank 30", [.. query, "--base", Path("base.npy")]);
        var opened = Bench("--rerank 30 --index", [Path("kept.pqg"), .. query, "--base", Path("base.npy")]);
        var kept = Bench("--rerank 30 --index", [Path("kept.pqg"), .. query, "--gt", Path("gt.ivecs")]);
        var codes = Bench("--index", [Path("codes.pqg"), .. query, "--gt", Path("gt.ivecs")]);
        Assert.All([opened, kept], row => Assert.Equal(trained.GetProperty("recall").GetDouble(), row.GetProperty("recall").GetDouble()));
        Assert.InRange(codes.GetProperty("recall").GetDouble(), 0.2, 0.99);
        Assert.Equal(0, opened.GetProperty("train").GetInt32());
        ToolRun.Of("bench --index x --m 4 --query q").Failed(CommandLine.Usage, "--m belongs to training");
        ToolRun.Of("bench --index x --query q").Failed(CommandLine.Usage, "--index needs the true neighbours");
        ToolRun.Of("bench --query q").Failed(CommandLine.Usage, "--base FILE");
    }

    [Theory]
    [InlineData("--kind ivfpq --metric ip " + Sizes)]
    [InlineData("--kind flat --metric cosine")]
    public void Convert_takes_indexes_to_FAISS_and_back(string options)
    {
        Build("built.pqg", options);
        Done("convert", Path("built.pqg"), Path("out.faiss"));
        Done("convert", Path("out.faiss"), Path("back.pqg"));
        Assert.Equal(Found("built.pqg"), Found("back.pqg"));
        ToolRun.Of("convert", Path("built.pqg"), Path("other.pqg")).Failed(CommandLine.Usage, "built.pqg to other.pqg is no conversion of indexes");
        ToolRun.Of("convert", Path("base.npy"), Path("other.pqg")).Failed(CommandLine.Usage, "no conversion of indexes");
        ToolRun.Of("convert", Path("built.pqg"), Path("o.faiss"), "--half").Failed(CommandLine.Usage, "--rows and --half are for vectors");
        ToolRun.Of("convert", Path("base.npy"), Path("x.index")).Failed(CommandLine.Usage, "no conversion of indexes");
        ToolRun.Of("convert --rows x", Path("base.npy"), Path("x.fbin")).Failed(CommandLine.Usage, "--rows is 'x'");
        ToolRun.Of("convert --rows 1:1200", Path("base.npy"), Path("x.fbin")).Failed(CommandLine.Failure, "with a sum of 1200 at most");
        Done("convert --rows 1199:1", Path("base.npy"), Path("x.fbin"));
        Assert.Equal(_vectors.Row(1199), VectorFile.ReadFloats(Path("x.fbin")).Row(0));

        string Found(string name) => ToolRun.Of("search --nprobe 0 -k 4 --index", Path(name), "--query", Path("query.npy")).Output;
        static void Done(string command, params string[] more) => Assert.Equal(CommandLine.Success, ToolRun.Of(command, more).ExitCode);
    }

    private string Path(string name) => _folder.File(name);

    private static JsonElement Json(ToolRun run) => JsonDocument.Parse(run.Output).RootElement;

    private ToolRun Build(string name, string options, params string[] more)
    {
        var run = ToolRun.Of($"build {options} --npy", [Path("base.npy"), "--out", Path(name), .. more]);
        Assert.True(run.ExitCode == CommandLine.Success, run.Error);
        return run;
    }

    private void Refused(string vectors, string target, string text, params string[] more) =>
        ToolRun.Of($"build {Sizes} --npy", [Path(vectors), "--out", target.Length == 0 ? System.IO.Path.GetTempPath() : Path(target), .. more])
            .Failed(CommandLine.Failure, text);

    private ToolRun Search(string options, params string[] more)
    {
        var run = ToolRun.Of($"search {options} --index", [Path("built.pqg"), "--query", Path("query.npy"), .. more]);
        Assert.True(run.ExitCode == CommandLine.Success, run.Error);
        return run;
    }

    private static JsonElement Bench(string options, string[] more)
    {
        var run = ToolRun.Of($"bench --kernels generic --nprobe 4 --json {options}", more);
        Assert.True(run.ExitCode == CommandLine.Success, run.Error);
        return Json(run);
    }
}
