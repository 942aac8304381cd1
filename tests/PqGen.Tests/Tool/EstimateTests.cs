using System.Globalization;
using System.Text.Json;
using PqGen.Tests.Vectors;
using PqGen.Tool;
using PqGen.Vectors;

namespace PqGen.Tests.Tool;

public class EstimateTests
{
    /// <summary>Small enough to train in a moment.</summary>
    private const string Small = "estimate --synthetic --n 2000 --d 16 --m 4 --ksub 32 --nlist 16 --nprobe 4 --queries 20 --kernels generic";

    [Fact]
    public void The_default_estimate_gives_the_read_out_of_the_original()
    {
        var run = ToolRun.Of("estimate --synthetic --m 16 --nlist 128 --nprobe 8 --kernels generic");
        Assert.Equal(CommandLine.Success, run.ExitCode);
        string[] lines = run.Lines;
        Assert.Equal("synthetic: 10000 vectors x 64 dims", lines[0]);
        Assert.Equal("building IVFPQ (nlist=128, m=16) ...", lines[1]);
        Assert.Equal("", lines[2]);
        Assert.Equal("--- results ---", lines[3]);
        Assert.InRange(Recall("  recall@10 (raw)         : ", lines[4]), 0.60, 0.85);
        Assert.InRange(Recall("  recall@10 (+rerank 100): ", lines[5]), 0.99, 1.0);
        Assert.Equal("  memory (float32 vectors) : 2.6 MB", lines[6]);
        Assert.Equal("  memory (PQ codes)        : 0.16 MB (16x smaller)", lines[7]);
        Assert.Equal("  per query, IVF scans ~6.2% of cells", lines[8]);
        Assert.Matches("^  speed \\(one thread\\)       : [1-9][0-9]* queries/s$", lines[9]);
        Assert.Equal("  declare it               : [IvfPqIndex(Dimension = 64, M = 16, Ksub = 256)]", lines[10]);
        Assert.Equal(11, lines.Length);
    }

    [Fact]
    public void Json_has_exactly_the_fields_of_the_contract()
    {
        var run = ToolRun.Of(Small + " --rerank 50 --json");
        Assert.Equal(CommandLine.Success, run.ExitCode);
        Assert.Single(run.Lines);
        using var document = JsonDocument.Parse(run.Output);
        var root = document.RootElement;
        Assert.Equal(
            "n dimension m ksub nlist nprobe k queries rerank recall_raw recall_rerank float32_bytes code_bytes compression " +
            "cells_scanned_percent train_seconds add_seconds queries_per_second resident_bytes metric isa transform padded_dimension qps_online",
            string.Join(' ', root.EnumerateObject().Select(field => field.Name)));
        Assert.Equal([2000, 16, 4, 32, 16, 4, 10, 20, 50], root.EnumerateObject().Take(9).Select(field => field.Value.GetInt32()));
        Assert.InRange(root.GetProperty("recall_raw").GetDouble(), 0.1, 1);
        Assert.InRange(root.GetProperty("recall_rerank").GetDouble(), root.GetProperty("recall_raw").GetDouble(), 1);
        Assert.Equal(2000 * 16 * 4, root.GetProperty("float32_bytes").GetInt64());
        Assert.Equal(2000 * 4, root.GetProperty("code_bytes").GetInt64());
        Assert.Equal(16, root.GetProperty("compression").GetDouble());
        Assert.Equal(25, root.GetProperty("cells_scanned_percent").GetDouble());
        Assert.InRange(root.GetProperty("resident_bytes").GetInt64(), 2000 * (4 + (16 * 4)), 1_000_000);
        Assert.Equal("l2", root.GetProperty("metric").GetString());
        Assert.True(root.GetProperty("train_seconds").GetDouble() > 0);
        Assert.True(root.GetProperty("add_seconds").GetDouble() > 0);
        Assert.True(root.GetProperty("queries_per_second").GetDouble() > 0);
    }

    [Fact]
    public void The_seed_decides_the_figures_and_the_threads_do_not()
    {
        string one = Recalls(ToolRun.Of(Small + " --seed 7 --threads 1"));
        Assert.Equal(one, Recalls(ToolRun.Of(Small + " --seed 7 --threads 2")));
        // 20 queries have few recalls to choose from: two seeds may well meet, five will not.
        Assert.Contains(Enumerable.Range(8, 4), seed => Recalls(ToolRun.Of($"{Small} --seed {seed} --threads 2")) != one);
    }

    [Fact]
    public void Codes_of_up_to_16_centroids_take_half_a_byte_and_no_reranking_has_no_line()
    {
        var run = ToolRun.Of("estimate --synthetic --n 2000 --d 16 --m 4 --ksub 16 --nlist 16 --nprobe 16 --rerank 0 --kernels generic");
        Assert.Equal(CommandLine.Success, run.ExitCode);
        Assert.DoesNotContain("rerank", run.Output, StringComparison.Ordinal);
        Assert.Contains("  memory (PQ codes)        : 0.00 MB (32x smaller)", run.Lines);
        Assert.Contains("  per query, IVF scans ~100.0% of cells", run.Lines);
    }

    [Fact]
    public void Queries_are_held_out_of_a_file_or_come_from_another()
    {
        var (vectors, queries) = SyntheticData.Generate(600, 8, 30, 1);
        using var baseFile = new TempFile(".npy");
        using var queryFile = new TempFile(".npy");
        VectorFile.WriteNpy(baseFile.Path, 8, vectors.Values);
        VectorFile.WriteNpy(queryFile.Path, 8, queries.Values);
        const string Sizes = "estimate --m 2 --ksub 4 --nlist 4 --nprobe 2 --kernels generic";
        string name = Path.GetFileName(baseFile.Path);

        var heldOut = ToolRun.Of(Sizes, "--npy", baseFile.Path, "--queries", "50");
        Assert.Equal($"{name}: 550 vectors x 8 dims, 50 more rows held out as queries", heldOut.Lines[0]);
        var sampled = ToolRun.Of(Sizes, "--npy", baseFile.Path, "--n", "300", "--d", "8", "--queries", "50");
        Assert.Equal($"{name}: 250 vectors x 8 dims, 50 more rows held out as queries", sampled.Lines[0]);
        var given = ToolRun.Of(Sizes, "--npy", baseFile.Path, "--query", queryFile.Path, "--json");
        Assert.StartsWith("{\"n\":600,\"dimension\":8,", given.Output, StringComparison.Ordinal);
        Assert.Contains("\"queries\":30,", given.Output, StringComparison.Ordinal);

        ToolRun.Of(Sizes, "--npy", baseFile.Path, "--n", "601").Failed(CommandLine.Failure, "--n can be at most 600");
        ToolRun.Of(Sizes, "--npy", baseFile.Path, "--d", "16").Failed(CommandLine.Failure, "has 8 dims, --d says 16");
        ToolRun.Of(Sizes, "--npy", baseFile.Path, "--queries", "600").Failed(CommandLine.Failure, "--queries can be at most 599");
    }

    [Theory]
    [InlineData("--m 5", "16 dims do not divide into m = 5 parts; --m can be 1, 2, 4, 8, 16")]
    [InlineData("--m 64", "--m can be 1, 2, 4, 8, 16")]
    [InlineData("--n 100 --ksub 101 --nlist 2 --nprobe 1", "the largest --ksub for them is 100")]
    [InlineData("--n 40 --nlist 41", "the largest --nlist for them is 40")]
    [InlineData("--n 32 -k 33", "the largest -k for them is 32")]
    public void Sizes_that_the_vectors_cannot_fill_are_refused_with_what_they_can(string sizes, string text)
    {
        // Repeated options are refused, so the small sizes are written out around those of the case.
        string[] given = [.. sizes.Split(' ').Where(word => word.StartsWith('-'))];
        string[] standard = ["--n 2000", "--d 16", "--m 4", "--ksub 32", "--nlist 16", "--nprobe 4"];
        string rest = string.Join(' ', standard.Where(option => !given.Contains(option.Split(' ')[0])));
        ToolRun.Of($"estimate --synthetic --kernels generic {rest} {sizes}").Failed(CommandLine.Failure, text);
    }

    [Fact]
    public void Few_training_vectors_are_warned_of()
    {
        var few = ToolRun.Of("estimate --synthetic --n 320 --d 8 --m 2 --ksub 8 --nlist 16 --kernels generic");
        Assert.Equal(CommandLine.Success, few.ExitCode);
        Assert.Contains("warning: 320 training vectors for --nlist 16 are fewer than 39 per centroid", few.Error, StringComparison.Ordinal);
        Assert.Contains("recommended: 624", few.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("warning", ToolRun.Of(Small).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "vectors are needed: --npy FILE or --synthetic")]
    [InlineData("--npy a.npy --synthetic", "exclude each other")]
    [InlineData("--synthetic --query q.npy", "--query needs --npy")]
    [InlineData("--synthetic --nprobe 129", "it needs 1 to 128")]
    [InlineData("--synthetic --nlist 4", "--nprobe is 8, but there are 4 lists")]
    [InlineData("--synthetic -k 0", "-k is '0'; it needs a whole number, 1 or more")]
    [InlineData("--synthetic --n 1", "--n is '1'; it needs a whole number, 2 or more")]
    [InlineData("--synthetic --n ten", "--n is 'ten'; it needs a whole number")]
    [InlineData("--synthetic --n 99999999999", "--n is '99999999999'")]
    [InlineData("--synthetic --d 4097", "1 to 4096")]
    [InlineData("--synthetic --m 257", "1 to 256")]
    [InlineData("--synthetic --ksub 1", "2 to 256")]
    [InlineData("--synthetic --ksub 257", "2 to 256")]
    [InlineData("--synthetic --rerank -1", "--rerank is '-1'; it needs a whole number, 0 or more")]
    [InlineData("--synthetic --queries 0", "1 or more")]
    [InlineData("--synthetic --metric dot", "--metric is 'dot'; it needs to be l2, ip or cosine")]
    [InlineData("--synthetic --kernels fast", "--kernels is 'fast'; it needs to be specialized or generic")]
    [InlineData("--synthetic --threads -1", "--threads is '-1'; it needs a whole number, 0 to 4096")]
    [InlineData("--synthetic --threads two", "--threads is 'two'; it needs a whole number, 0 to 4096")]
    [InlineData("--synthetic --threads 4097", "--threads is '4097'; it needs a whole number, 0 to 4096")]
    [InlineData("--synthetic --colour", "'--colour' is no option of estimate")]
    [InlineData("--synthetic --nprob 8", "--nprob is no option of estimate; did you mean --nprobe?")]
    [InlineData("--synthetic -nprobe=8", "-nprobe is no option of estimate; did you mean --nprobe?")]
    [InlineData("--synthetic --k 8", "--k is no option of estimate; did you mean -k?")]
    [InlineData("--syntetic", "--syntetic is no option of estimate; did you mean --synthetic?")]
    [InlineData("--synthetic vectors.npy", "'vectors.npy' is no option of estimate, and belongs to none")]
    [InlineData("--synthetic --n 5 --n 6", "--n")]
    [InlineData("--synthetic --n", "--n")]
    [InlineData("--npy", "--npy")]
    [InlineData("--npy --synthetic", "--npy needs a value, but --synthetic follows it")]
    [InlineData("--synthetic --m --nlist 4", "--m needs a value, but --nlist follows it")]
    [InlineData("--npy --help", "--npy needs a value, but --help follows it")]
    public void Wrong_usage_is_refused(string options, string text)
    {
        var run = ToolRun.Of("estimate " + options).Failed(CommandLine.Usage, text);
        Assert.Equal("", run.Output);
        Assert.Contains("see: pqtool estimate --help", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Unreadable_files_are_refused()
    {
        using var empty = new TempFile(".npy");
        using var truncated = new TempFile(".npy", NpyBytes.Of("<f4", "(2, 2)", NpyBytes.Floats(1, 2, 3)));
        using var nan = new TempFile(".npy", NpyBytes.Of("<f4", "(2, 2)", NpyBytes.Floats(1, 2, 3, float.NaN)));
        using var infinite = new TempFile(".npy", NpyBytes.Of("<f4", "(1, 2)", NpyBytes.Floats(float.NegativeInfinity, 1)));
        using var wide = new TempFile(".npy", NpyBytes.Of("<f4", "(1, 5000)", new byte[20_000]));
        using var good = new TempFile(".npy", NpyBytes.Of("<f4", "(2, 2)", NpyBytes.Floats(1, 2, 3, 4)));
        using var text = new TempFile(".txt", 1);
        ToolRun.Of("estimate --npy", empty.Path).Failed(CommandLine.Failure, "the file is empty");
        ToolRun.Of("estimate --npy", truncated.Path).Failed(CommandLine.Failure, "truncated");
        ToolRun.Of("estimate --npy", nan.Path).Failed(CommandLine.Failure, "row 1, component 1 is NaN");
        ToolRun.Of("estimate --npy", infinite.Path).Failed(CommandLine.Failure, "row 0, component 0 is infinite");
        ToolRun.Of("estimate --npy", wide.Path).Failed(CommandLine.Failure, "an index takes 1 to 4096");
        ToolRun.Of("estimate --npy", text.Path).Failed(CommandLine.Failure, "'.txt' is not known");
        ToolRun.Of("estimate --npy", good.Path + ".missing").Failed(CommandLine.Failure, ".missing");
        ToolRun.Of("estimate --npy", Path.GetTempPath()).Failed(CommandLine.Failure, "folder");
        ToolRun.Of("estimate --npy", good.Path, "--query", wide.Path).Failed(CommandLine.Failure, "1 to 4096");
        ToolRun.Of("estimate --npy", "").Failed(CommandLine.Usage, "--npy is ''; it needs a file");
        using var three = new TempFile(".npy", NpyBytes.Of("<f4", "(1, 3)", NpyBytes.Floats(1, 2, 3)));
        ToolRun.Of("estimate --npy", good.Path, "--query", three.Path).Failed(CommandLine.Failure, "vectors of 3 components");
    }

    [Fact]
    public void Text_is_the_same_in_every_culture()
    {
        var culture = CultureInfo.CurrentCulture;
        try
        {
            var hostile = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            hostile.NumberFormat.NumberDecimalSeparator = ",";
            hostile.NumberFormat.NegativeSign = "~";
            CultureInfo.CurrentCulture = hostile;
            var run = ToolRun.Of(Small);
            Assert.Contains("  per query, IVF scans ~25.0% of cells", run.Lines);
            Assert.DoesNotContain("0,", run.Output, StringComparison.Ordinal);
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    [Theory]
    [InlineData(6.25, 1, "6.2")]
    [InlineData(6.35, 1, "6.4")]
    [InlineData(2.56, 1, "2.6")]
    [InlineData(0.0625, 3, "0.062")]
    [InlineData(1234567.5, 0, "1234568")]
    public void Halves_are_rounded_to_even(double value, int decimals, string expected) => Assert.Equal(expected, Text.Fixed(value, decimals));

    private static double Recall(string prefix, string line)
    {
        Assert.StartsWith(prefix, line, StringComparison.Ordinal);
        Assert.Matches("^[01]\\.[0-9]{3}$", line[prefix.Length..]);
        return double.Parse(line[prefix.Length..], CultureInfo.InvariantCulture);
    }

    private static string Recalls(ToolRun run) => string.Join('\n', run.Lines.Where(line => line.Contains("recall", StringComparison.Ordinal)));
}
