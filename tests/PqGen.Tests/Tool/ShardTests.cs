using System.Diagnostics;
using System.Text.Json;
using PqGen.Testing;
using PqGen.Tests.Storage;
using PqGen.Tool;
using PqGen.Vectors;

namespace PqGen.Tests.Tool;

/// <summary>Parts that pqtool build writes are put together by pqtool merge to the file that one build writes.</summary>
public sealed class ShardTests : IDisposable
{
    private const int Count = 1001;
    private const int Dimension = 8;
    private const int Parts = 4;
    private const string Sizes = "--m 4 --ksub 16 --nlist 8";
    private readonly TempFolder _folder = new();

    public ShardTests()
    {
        var (vectors, _) = SyntheticData.Generate(Count, Dimension, 12, 3);
        VectorFile.WriteNpy(Path("base.npy"), Dimension, vectors.Values);
        VectorFile.WriteInts(Path("ids.npy"), new IntMatrix(1, [.. Enumerable.Range(0, Count).Select(i => (7L * i) - 100)]));
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(Sizes, true, false)]
    [InlineData(Sizes, false, true)]
    [InlineData("--metric cosine --keep int8 --opq " + Sizes, true, true)]
    [InlineData("--metric ip --train 700 " + Sizes, false, false)]
    [InlineData("--kind ivfflat --nlist 8", true, false)]
    [InlineData("--kind pq --m 3 --pad --ksub 16 --keep none", true, false)]
    [InlineData("--kind flat", true, true)]
    public void Merged_parts_are_the_file_of_one_build(string options, bool hasModel, bool ownIds)
    {
        string[] ids = ownIds ? ["--ids", Path("ids.npy")] : [];
        var trained = options;
        if (hasModel)
        {
            Done(Build("model.pqg", $"{options} --train-only"));
            trained = $"--model {Path("model.pqg")}";
            Assert.Equal(0, VectorIndex.Verify(Path("model.pqg")).Count);
        }

        // In whatever order, on whatever threads.
        for (var part = Parts; part >= 1; part--)
        {
            Done(Build("index.pqg", $"{trained} --shard {part}/{Parts} --threads {1 + (part % 2)}", ids));
        }

        var merged = Json(Done(ToolRun.Of("merge --json --out", [Path("index.pqg"), .. PartPaths])));
        Assert.Equal((Count, Parts, ownIds), (
            merged.GetProperty("n").GetInt32(), merged.GetProperty("parts").GetInt32(), merged.GetProperty("own_ids").GetBoolean()));
        Done(Build("one.pqg", options, ids));
        Assert.Equal(File.ReadAllBytes(Path("one.pqg")), File.ReadAllBytes(Path("index.pqg")));
        if (hasModel)
        {
            Done(Build("of model.pqg", "--model", [Path("model.pqg"), .. ids]));
            Assert.Equal(File.ReadAllBytes(Path("one.pqg")), File.ReadAllBytes(Path("of model.pqg")));
        }
    }

    [Fact]
    public void A_part_that_is_there_and_whole_is_left_as_it_is()
    {
        Done(Build("model.pqg", $"{Sizes} --train-only"));
        Done(Build("other.pqg", $"{Sizes} --seed 7 --train-only"));
        var (part, model) = (Path("index.2-of-4.pqg"), $"--model {Path("model.pqg")} --shard 2/4 --json");
        Assert.False(IsSkipped(Build("index.pqg", model)));
        var bytes = File.ReadAllBytes(part);
        File.SetLastWriteTimeUtc(part, DateTime.UnixEpoch);
        Assert.True(IsSkipped(Build("index.pqg", model)));
        Assert.Equal(DateTime.UnixEpoch, File.GetLastWriteTimeUtc(part));

        // Training the same model takes time, and comes to the same.
        Assert.True(IsSkipped(Build("index.pqg", $"{Sizes} --shard 2/4 --json")));
        Assert.False(IsSkipped(Build("index.pqg", $"{model} --force")));
        Assert.NotEqual(DateTime.UnixEpoch, File.GetLastWriteTimeUtc(part));
        Assert.Equal(bytes, File.ReadAllBytes(part));

        // What is not the part that is asked for is replaced.
        Again(() => File.WriteAllBytes(part, bytes[..^1]), "index.2-of-4.pqg");
        Again(() => File.WriteAllText(part, "no index"), "index.2-of-4.pqg");
        Again(() => Build("index.pqg", $"--model {Path("other.pqg")} --shard 2/4"), "another model");
        Again(() => Build("index.pqg", $"--model {Path("model.pqg")} --shard 2/4 --ids {Path("ids.npy")} --force"), "its vectors have other ids");
        Again(() => File.Copy(Path("model.pqg"), part, overwrite: true), "it has 0 vectors instead of 250");

        void Again(Action damage, string why)
        {
            damage();
            var run = Build("index.pqg", model);
            Assert.False(IsSkipped(run));
            Assert.Contains("is built again: ", run.Error, StringComparison.Ordinal);
            Assert.Contains(why, run.Error, StringComparison.Ordinal);
            Assert.Equal(bytes, File.ReadAllBytes(part));
        }
    }

    [Fact]
    public void Parts_that_do_not_belong_together_are_refused_by_name_and_nothing_is_written()
    {
        Done(Build("model.pqg", $"{Sizes} --train-only"));
        Done(Build("other.pqg", $"{Sizes} --seed 7 --train-only"));
        for (var part = 1; part <= Parts; part++)
        {
            Done(Build("index.pqg", $"--model {Path("model.pqg")} --shard {part}/{Parts}"));
        }

        Done(Build("strange.pqg", $"--model {Path("other.pqg")} --shard 1/1"));
        Done(Build("twice.pqg", $"--model {Path("model.pqg")} --shard 1/1"));
        Merge(PartPaths[..3]).Failed(1, "index.4-of-4.pqg is not among the files to merge");
        Merge([.. PartPaths, Path("strange.1-of-1.pqg")]).Failed(1, "strange.1-of-1.pqg has the model ");
        Merge([Path("twice.1-of-1.pqg"), .. PartPaths]).Failed(1, "error: id 0, 1, 2, 3, 4 and 996 more is in more than one of the files");
        Merge([.. PartPaths, Path("none.pqg")]).Failed(1, "none.pqg");
        var bytes = File.ReadAllBytes(PartPaths[2]);
        bytes[^1] ^= 1;
        File.WriteAllBytes(PartPaths[2], bytes);
        Merge(PartPaths).Failed(1, "index.3-of-4.pqg");
        Merge([]).Failed(2, "PART");
        ToolRun.Of("merge", PartPaths).Failed(2, "--out");
        Assert.DoesNotContain("index.pqg", _folder.Files);

        ToolRun Merge(string[] parts) => ToolRun.Of("merge --out", [Path("index.pqg"), .. parts]);
    }

    [UnixFact("/usr/bin/parallel")]
    public void The_recipe_for_GNU_parallel_builds_what_one_build_does()
    {
        Done(Build("one.pqg", Sizes));
        var start = new ProcessStartInfo("bash", [
            System.IO.Path.Combine(Repository.Root, "samples/Shards/parallel.sh"), Path("base.npy"), Path("index.pqg"), "3", .. Sizes.Split(' '),
        ])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        start.Environment["PQTOOL"] = $"{ToolProcess.Host} {ToolProcess.Assembly}";
        using var recipe = Process.Start(start)!;
        var output = recipe.StandardOutput.ReadToEndAsync();
        var error = recipe.StandardError.ReadToEnd();
        recipe.WaitForExit();
        Assert.True(recipe.ExitCode == 0, error + output.Result);
        Assert.Equal(File.ReadAllBytes(Path("one.pqg")), File.ReadAllBytes(Path("index.pqg")));
    }

    [Theory]
    [InlineData("--shard 0/4", 2, "--shard is '0/4'; it needs a part and how many there are, 1/4 to 4/4 for example")]
    [InlineData("--shard 5/4", 2, "--shard is '5/4'")]
    [InlineData("--shard 1", 2, "--shard is '1'")]
    [InlineData("--shard 1/1002", 1, "--shard can divide them into 1001 parts at most")]
    [InlineData("--shard 1/4 --calibrate", 2, "--calibrate is given, but merging parts keeps no measurements")]
    [InlineData("--force", 2, "--force is given, but only parts are left as they are")]
    [InlineData("--model m.pqg --nlist 4", 2, "--nlist is given, but the model decides it")]
    [InlineData("--model m.pqg --opq", 2, "--opq is given, but the model decides it")]
    [InlineData("--train-only --shard 1/4", 2, "--shard is given, but --train-only adds no vectors")]
    [InlineData("--model none.pqg", 1, "none.pqg")]
    public void Options_that_contradict_each_other_are_refused(string options, int exitCode, string text)
    {
        Build("index.pqg", options).Failed(exitCode, text);
        Assert.Equal(["base.npy", "ids.npy"], _folder.Files);
    }

    [Fact]
    public void A_model_has_no_vectors_and_the_dimension_of_those_that_come()
    {
        Done(Build("full.pqg", Sizes));
        Build("index.pqg", "--model", Path("full.pqg")).Failed(1, "holds 1001 vectors; a model has none");
        VectorFile.WriteNpy(Path("wide.npy"), Dimension * 2, SyntheticData.Generate(300, Dimension * 2, 1, 3).Item1.Values);
        Done(ToolRun.Of($"build {Sizes} --train-only --npy", Path("wide.npy"), "--out", Path("wide.pqg")));
        Build("index.pqg", "--model", Path("wide.pqg")).Failed(1, "is a model of vectors of 16 dims, but");
        Assert.DoesNotContain("index.pqg", _folder.Files);
    }

    [Fact]
    public void Parts_are_all_of_the_rows_and_their_names_sort_as_their_numbers()
    {
        foreach (var (rows, count) in new[] { (1001L, 4), (10L, 10), (2_000_000_000L, 999_999), (7L, 1), (64L, 12) })
        {
            var (next, names) = (0L, new List<string>());
            for (var number = 1; number <= count; number++)
            {
                var shard = new Shard(number, count);
                var (first, part) = shard.Rows(rows);
                Assert.True(first == next && part - (rows / count) is 0 or 1, $"{shard} of {rows}");
                next += part;
                names.Add(shard.PathOf("a.b/words.pqg"));
            }

            Assert.Equal(rows, next);
            Assert.Equal(names.Order(StringComparer.Ordinal), names);
        }

        Assert.Equal("a.b/words.03-of-12.pqg", new Shard(3, 12).PathOf("a.b/words.pqg"));
        Assert.Equal("words.1-of-1", new Shard(1, 1).PathOf("words"));
    }

    private string[] PartPaths => [.. Enumerable.Range(1, Parts).Select(part => Path($"index.{part}-of-{Parts}.pqg"))];

    private string Path(string name) => _folder.File(name);

    private ToolRun Build(string name, string options, params string[] more) =>
        ToolRun.Of($"build {options}", [.. more, "--npy", Path("base.npy"), "--out", Path(name)]);

    private static ToolRun Done(ToolRun run)
    {
        Assert.True(run.ExitCode == 0, run.Error);
        return run;
    }

    private static JsonElement Json(ToolRun run) => JsonDocument.Parse(run.Output).RootElement;

    private static bool IsSkipped(ToolRun run) => Json(Done(run)).GetProperty("skipped").GetBoolean();
}
