using PqGen.Tool;
using PqGen.Tool.Tuning;

namespace PqGen.Tests.Tool;

/// <summary>On a narrow terminal lines are broken at spaces and tables leave columns out; no figure is cut, and files and pipes get all.</summary>
public class NarrowTests
{
    [Theory]
    [InlineData("short", 20, "short")]
    [InlineData("one two three four five", 20, "one two three four|    five")]
    [InlineData("  name  a value that goes on", 20, "  name  a value that|        goes on")]
    [InlineData("a name that is long  value", 20, "a name that is long|    value")]
    [InlineData("                          far in here", 20, "          far in|          here")]
    [InlineData("/a/path/without/any/space/in/it and more", 20, "/a/path/without/any/space/in/it|    and more")]
    [InlineData("{\"a\": 1, \"b\": 2, \"c\": 3}", 20, "{\"a\": 1, \"b\": 2, \"c\": 3}")]
    public void Lines_are_broken_at_spaces(string line, int width, string expected)
    {
        Assert.Equal(expected.Split('|'), WrappingWriter.Wrap(line, width));
        using var terminal = new StringWriter();
        using (var writer = new WrappingWriter(terminal, width))
        {
            writer.WriteLine(line);
            writer.Write("prompt");
        }

        Assert.Equal(string.Join(Environment.NewLine, [.. expected.Split('|'), "prompt"]), terminal.ToString());
    }

    [Theory]
    [InlineData(40)]
    [InlineData(60)]
    [InlineData(80)]
    public void Help_fits(int width)
    {
        foreach (var command in CommandLine.Root().Subcommands)
        {
            using var terminal = new StringWriter();
            using (var output = new WrappingWriter(terminal, width))
            {
                Assert.Equal(CommandLine.Success, CommandLine.Run([command.Name, "--help"], output, TextWriter.Null));
            }

            // Words that are longer than a line stay whole.
            Assert.All(terminal.ToString().Split(Environment.NewLine), line => Assert.True(
                line.Length <= width || line.Trim().Split(' ').Length == 1, $"{command.Name}, {width}: '{line}'"));
        }
    }

    [Theory]
    [InlineData(40)]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(200)]
    public void A_table_leaves_columns_out_and_says_which(int width)
    {
        const string Estimate = "estimate --synthetic --n 600 --d 8 --m 2 --ksub 4 --nlist 4 --nprobe 2 --kernels generic --queries 5";
        foreach (var commandLine in new[] { Estimate, "tune" })
        {
            using var terminal = new StringWriter();
            using (var output = new WrappingWriter(terminal, width))
            {
                if (commandLine == "tune")
                {
                    var setting = new TuneSetting(IndexKind.IvfPq, 16384, 200, 16, "float16");
                    var point = new TunePoint(12345, 400, 0.9, 123456);
                    var choice = new TuneChoice(new(setting, 612, 100, 1, [point]), point);
                    var result = new TuneResult(
                        "vectors", new(0.9, double.PositiveInfinity, 0), 10, 200, Metric.Cosine, 2000, [choice], choice, 1, "", false, null);
                    foreach (var line in result.Lines(width))
                    {
                        output.WriteLine(line);
                    }
                }
                else
                {
                    Assert.Equal(CommandLine.Success, CommandLine.Run(commandLine.Split(' '), output, TextWriter.Null));
                }
            }

            var lines = terminal.ToString().Split(Environment.NewLine);
            Assert.All(lines, line => Assert.True(line.Length <= width || line.Trim().Split(' ').Length == 1, $"{width}: '{line}'"));
            if (commandLine == "tune")
            {
                Assert.Contains(lines, line => line.Contains("0.900      123456", StringComparison.Ordinal));
                Assert.Equal(width == 40, lines.Any(line => line.Contains("left out on a terminal this narrow:", StringComparison.Ordinal)));
            }
        }
    }

    [Fact]
    public void Columns_are_left_out_by_rank_until_the_rest_fits()
    {
        Column[] all = [new("a", 6), new("b", 6, Rank: 2), new("word", 6, IsWord: true, Rank: 1)];
        var whole = new Columns(22, all);
        Assert.Null(whole.Note);
        Assert.Equal("     1       2  x", whole.Line(1, 2, "x"));
        var narrow = new Columns(21, all);
        Assert.Equal(["b"], narrow.LeftOut);
        Assert.Equal("     a  word", narrow.Heading);
        Assert.Equal("     1  x", narrow.Line(1, 2, "x"));
        Assert.Equal("     1", new Columns(3, all).Line(1, 2, "x"));
    }
}
