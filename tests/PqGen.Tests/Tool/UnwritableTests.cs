using System.Globalization;
using System.Text;
using PqGen.Tests.Storage;
using PqGen.Tool;
using PqGen.Vectors;

namespace PqGen.Tests.Tool;

/// <summary>
/// What cannot be written is told before the work where it can be, costs no results where it cannot, and leaves nothing half-written.
/// </summary>
public sealed class UnwritableTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly string _vectors;

    public UnwritableTests()
    {
        _vectors = _folder.File("vectors.npy");
        VectorFile.WriteNpy(_vectors, 8, SyntheticData.Generate(3000, 8, 1, 3).Base.Values);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_state_that_can_no_longer_be_written_costs_no_result()
    {
        var inside = Directory.CreateDirectory(_folder.File("inside")).FullName;
        using var output = new StringWriter();
        using var error = new Watched(_ => Directory.Delete(inside, recursive: true));
        string[] words = ["tune", "--npy", _vectors, "--kernels", "generic", "--trials", "2", "--target-recall", ".5", "--state",
            Path.Combine(inside, "s.json")];
        Assert.Equal(CommandLine.Failure, CommandLine.Run(words, output, error));
        Assert.Contains("--- recommended ---", output.ToString(), StringComparison.Ordinal);
        Assert.Single(error.ToString().Split("warning: --state ")[1..]);
        Assert.False(Directory.Exists(inside));
    }

    [Fact]
    public void A_report_that_can_no_longer_be_written_costs_no_result()
    {
        var inside = Directory.CreateDirectory(_folder.File("inside")).FullName;
        foreach (var command in new[] { "tune --trials 1 --target-recall .5", "estimate --m 2 --ksub 4 --nlist 4 --nprobe 2" })
        {
            Directory.CreateDirectory(inside);
            using var output = new StringWriter();
            using var error = new Watched(_ => Directory.Delete(inside, recursive: true));
            string[] words = [.. command.Split(' '), "--npy", _vectors, "--kernels", "generic", "--report", Path.Combine(inside, "page.html")];
            Assert.Equal(CommandLine.Failure, CommandLine.Run(words, output, error));
            Assert.Contains("recall", output.ToString(), StringComparison.Ordinal);
            Assert.Contains("page.html cannot be written: ", error.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_was_there_stays_and_nothing_is_left_beside()
    {
        var path = _folder.File("page.html");
        OutputFile.Write(path, "one");
        OutputFile.Write(path, "two");
        Assert.Equal("two", File.ReadAllText(path));
        Directory.CreateDirectory(_folder.File("taken"));
        Assert.Throws<ToolException>(() => OutputFile.Write(_folder.File("taken"), "three"));
        OutputFile.Check(path);
        Assert.Equal(["page.html", "vectors.npy"], _folder.Files);
    }

    [Theory]
    [InlineData("build --m 2 --ksub 4 --nlist 4 --out /dev/null")]
    [InlineData("tune --trials 1 --target-recall .5 --state /dev/null")]
    [InlineData("estimate --m 2 --ksub 4 --nlist 4 --nprobe 2 --report /dev/null")]
    public void A_device_is_refused_before_the_work_and_stays_one(string command)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        using var output = new StringWriter();
        using var error = new StringWriter();
        Assert.NotEqual(CommandLine.Success, CommandLine.Run([.. command.Split(' '), "--npy", _vectors], output, error));
        Assert.Contains("/dev/null is a device, a pipe or a socket; the path of a file is needed", error.ToString(), StringComparison.Ordinal);
        Assert.Equal("", output.ToString());
        File.WriteAllText("/dev/null", "nothing stays of this");
        Assert.Equal("", File.ReadAllText("/dev/null"));
    }

    [Fact]
    public void Progress_that_cannot_be_told_ends_nothing()
    {
        using var closed = new Watched(_ => throw new IOException());
        using var output = new StringWriter();
        string[] words = ["build", "--npy", _vectors, "--m", "2", "--ksub", "4", "--nlist", "4", "--out", _folder.File("built.pqg")];
        Assert.Equal(CommandLine.Success, CommandLine.Run(words, output, new TolerantWriter(closed)));
        Assert.Equal(3000, VectorIndex.Verify(_folder.File("built.pqg")).Count);
        Assert.NotEqual("", closed.ToString());
    }

    /// <summary>A writer that tells of the first line which says that an index is built or filled.</summary>
    private sealed class Watched(Action<string> seen) : TextWriter(CultureInfo.InvariantCulture)
    {
        private readonly StringBuilder _text = new();
        private bool _isSeen;

        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value) => _text.Append(value);

        public override void WriteLine(string? value)
        {
            _text.Append(value).Append('\n');
            if (!_isSeen && value is not null
                && (value.Contains("building", StringComparison.Ordinal) || value.Contains("adding", StringComparison.Ordinal)))
            {
                _isSeen = true;
                seen(value);
            }
        }

        public override string ToString() => _text.ToString();
    }
}
