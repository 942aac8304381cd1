using PqGen.Common;
using PqGen.Tests.Vectors;
using PqGen.Tool;
using PqGen.Vectors;

namespace PqGen.Tests.Tool;

/// <summary>Mistyped words are answered with the nearest, and bad vectors are named as their files count them.</summary>
public class UsageTests
{
    private const int Rows = 600;

    [Theory]
    [InlineData("", "a command is needed: estimate, bench, tune, build, merge, search, inspect, verify, convert or completion")]
    [InlineData("estimat", "'estimat' is no command; did you mean estimate?")]
    [InlineData("estimat --synthetic --n 100", "'estimat' is no command; did you mean estimate?")]
    [InlineData("estimat --help", "'estimat' is no command; did you mean estimate?")]
    [InlineData("ESTIMATE", "'ESTIMATE' is no command; did you mean estimate?")]
    [InlineData("bnech --base b.npy", "'bnech' is no command; did you mean bench?")]
    [InlineData("measure", "'measure' is no command; the commands are estimate, bench, tune, build, merge, search, inspect, verify, convert or "
        + "completion")]
    [InlineData("serch --index a.pqg", "'serch' is no command; did you mean search?")]
    [InlineData("verfy a.pqg", "'verfy' is no command; did you mean verify?")]
    [InlineData("inspect", "'FILE'")]
    [InlineData("inspect a.pqg b.pqg", "'b.pqg' is no option of inspect")]
    [InlineData("verify --jsn a.pqg", "--jsn is no option of verify; did you mean --json?")]
    [InlineData("--versoin", "--versoin is no option of pqtool; did you mean --version?")]
    [InlineData("--json estimate --synthetic", "--json belongs behind the command: pqtool estimate --json")]
    [InlineData("build --nyp v.npy --out x.pqg", "--nyp is no option of build; did you mean --npy?")]
    [InlineData("bench --opqq", "--opqq is no option of bench; did you mean --opq?")]
    [InlineData("estimate --maen", "--maen is no option of estimate; did you mean --mean?")]
    [InlineData("bench --bas b.npy --query q.npy", "--bas is no option of bench; did you mean --base?")]
    public void A_mistyped_word_is_answered_with_the_nearest(string commandLine, string text)
    {
        var run = ToolRun.Of(commandLine).Failed(CommandLine.Usage, text);
        Assert.Equal("", run.Output);
        Assert.Matches("see: pqtool ((build|estimate|bench|inspect|verify) )?--help", run.Error);
    }

    [Theory]
    [InlineData("nprobe", "--nprobe")]
    [InlineData("nrpobe", "--nprobe")]
    [InlineData("--rerankk", "--rerank")]
    [InlineData("--rrnk", null)]
    [InlineData("x", null)]
    [InlineData("", null)]
    public void A_third_of_a_word_may_be_wrong(string word, string? expected) =>
        Assert.Equal(expected, Spelling.Nearest(word, ["--nprobe", "--rerank", "-k"]));

    [Fact]
    public void A_file_that_starts_with_an_at_sign_is_a_file()
    {
        ToolRun.Of("estimate --npy @vectors.npy").Failed(CommandLine.Failure, "@vectors.npy");
    }

    [Fact]
    public void A_folder_in_the_place_of_a_file_is_named()
    {
        foreach (var command in new[] { "inspect", "verify", "search --query q.npy --index", "estimate --npy" })
        {
            ToolRun.Of(command, AppContext.BaseDirectory).Failed(CommandLine.Failure, "is a folder");
        }
    }

    [Fact]
    public void More_neighbours_than_an_array_holds_are_refused()
    {
        const string Many = "estimate --synthetic --n 100000 --d 1 --m 1 -k 100000 --queries 100000";
        ToolRun.Of(Many).Failed(CommandLine.Failure, "the largest -k for them is 21474");
    }

    [Theory]
    [InlineData(float.NaN, "row 500, component 3 is NaN")]
    [InlineData(float.PositiveInfinity, "row 500, component 3 is infinite")]
    [InlineData(float.NegativeInfinity, "row 500, component 3 is infinite")]
    [InlineData(2e15f, "row 500, component 3 is 2E+15; every component needs to be at most 1e15 in magnitude")]
    [InlineData(-2e15f, "row 500, component 3 is -2E+15; every component needs to be at most 1e15 in magnitude")]
    public void A_bad_vector_is_named_by_its_row_in_the_file_whichever_file_it_is(float bad, string text)
    {
        var (vectors, _) = SyntheticData.Generate(Rows, 8, 1, 3);
        var values = vectors.Values.ToArray();
        using var good = new TempFile(".npy");
        using var spoilt = new TempFile(".npy");
        VectorFile.WriteNpy(good.Path, 8, values);
        values[(500 * 8) + 3] = bad;
        VectorFile.WriteNpy(spoilt.Path, 8, values);
        const string Sizes = "--m 2 --ksub 4 --nlist 4 --nprobe 2 --kernels generic";
        ToolRun.Of($"estimate {Sizes} --npy", spoilt.Path).Failed(CommandLine.Failure, text);
        ToolRun.Of($"estimate {Sizes} --n 550 --queries 200 --npy", spoilt.Path).Failed(CommandLine.Failure, text);
        ToolRun.Of($"estimate {Sizes} --npy", good.Path, "--query", spoilt.Path).Failed(CommandLine.Failure, text);
        ToolRun.Of($"bench {Sizes} --train 100 --base", spoilt.Path, "--query", good.Path).Failed(CommandLine.Failure, text);
        ToolRun.Of($"bench {Sizes} --queries 10 --base", good.Path, "--query", spoilt.Path).Failed(CommandLine.Failure, text);
    }

    [Fact]
    public void The_largest_magnitude_is_that_of_the_library()
    {
        Assert.Equal(Guard.MaxMagnitude, PqGen.Tool.Rows.MaxMagnitude);
        using var file = new TempFile(".npy", NpyBytes.Of("<f4", "(2, 2)", NpyBytes.Floats(1e15f, -1e15f, -0f, 1e-45f)));
        Assert.Equal(2, PqGen.Tool.Rows.Read(file.Path).Count);
    }
}
