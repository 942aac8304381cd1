using System.Diagnostics;
using System.Globalization;
using PqGen.Tests.Storage;
using PqGen.Tests.Vectors;
using PqGen.Tool;
using PqGen.Vectors;

namespace PqGen.Tests.Tool;

/// <summary>The tool without some of its streams, at a narrow terminal, and where a file has no room.</summary>
public sealed class StreamTests : IDisposable
{
    private const string Shell = "/bin/sh";
    private readonly TempFolder _folder = new();

    public StreamTests() => VectorFile.WriteNpy(_folder.File("vectors.npy"), 8, SyntheticData.Generate(3000, 8, 1, 3).Base.Values);

    public void Dispose() => _folder.Dispose();

    [UnixTheory(Shell)]
    [InlineData("--help")]
    [InlineData("--version")]
    [InlineData("convert FOLDER/vectors.npy FOLDER/other.fvecs")]
    [InlineData("inspect FOLDER/none.pqg")]
    public void A_closed_output_is_told_in_one_line_before_anything_is_done(string commandLine)
    {
        foreach (var closed in new[] { ">&-", "<&- >&-" })
        {
            var (exitCode, output, error) = Run(commandLine, closed);
            Assert.Equal((CommandLine.Failure, ""), (exitCode, output));
            Assert.Equal("error: the output is closed; redirect it to a file, or to /dev/null\n", error);
        }

        Assert.Equal((CommandLine.Failure, "", ""), Run(commandLine, "<&- >&- 2>&-"));
        Assert.Equal(["vectors.npy"], _folder.Files);
    }

    [UnixTheory(Shell)]
    [InlineData("2>&-")]
    [InlineData("<&-")]
    [InlineData("<&- 2>&-")]
    public void Other_streams_may_be_closed(string closed)
    {
        // What is told of progress must not end in the file that is open meanwhile.
        var build = $"build --npy FOLDER/vectors.npy --m 2 --ksub 4 --nlist 4 --out FOLDER/{closed.Length}.pqg";
        var (exitCode, output, error) = Run(build, closed);
        Assert.True(exitCode == CommandLine.Success, error);
        Assert.Contains("3000 vectors x 8 dims", output, StringComparison.Ordinal);
        Assert.Equal(closed.Contains('2', StringComparison.Ordinal), error == "");
        Assert.Equal(3000, VectorIndex.Verify(_folder.File($"{closed.Length}.pqg")).Count);

        (exitCode, output, error) = Run("inspect FOLDER/none.pqg", closed);
        Assert.Equal((CommandLine.Failure, ""), (exitCode, output));
        Assert.Equal(closed.Contains('2', StringComparison.Ordinal) ? 0 : 1, error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal(CommandLine.Usage, Run("nothing", closed).ExitCode);
    }

    [UnixFact("/dev/full")]
    public void An_output_without_room_is_told_in_one_line()
    {
        var (exitCode, _, error) = Run("--help", "> /dev/full");
        Assert.Equal(CommandLine.Failure, exitCode);
        Assert.StartsWith("error: ", Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        Assert.DoesNotContain("denied", error, StringComparison.Ordinal);
    }

    [UnixFact("/usr/bin/script")]
    public void Errors_at_a_narrow_terminal_are_broken_at_spaces()
    {
        const int Width = 40;
        var command = $"'{ToolProcess.Host}' '{ToolProcess.Assembly}' convert a.faiss b.npy";
        var start = new ProcessStartInfo("/usr/bin/script", ["-qec", command, "/dev/null"]) { RedirectStandardOutput = true };
        start.Environment["COLUMNS"] = Width.ToString(CultureInfo.InvariantCulture);
        using var process = Process.Start(start)!;
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(CommandLine.Usage, process.ExitCode);
        var at = text.IndexOf("error: ", StringComparison.Ordinal);
        Assert.True(at >= 0, text);
        string[] lines = [.. text[at..].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.TrimEnd('\r'))];
        Assert.All(lines, line => Assert.True(line.Length <= Width, line));
        Assert.Equal(
            "error: a.faiss to b.npy is no conversion of indexes; it needs .faiss (or .index) to .pqg, or back see: pqtool convert --help",
            string.Join(' ', lines.Select(line => line.Trim())));
    }

    [UnixTheory(Shell)]
    [InlineData(true)]
    [InlineData(false)]
    public void A_search_writes_both_of_its_files_or_none(bool areThere)
    {
        // Without a neighbour's row, ids take 4 bytes a query and distances 8: there is room for one of the files.
        const int Queries = 3000, Room = 18_000;
        Assert.Equal(
            CommandLine.Success,
            ToolRun.Of("build --m 2 --ksub 4 --nlist 4 --npy", _folder.File("vectors.npy"), "--out", _folder.File("i.pqg")).ExitCode);
        string[] targets = ["ids.ibin", "distances.fvecs"];
        var search = "search --index FOLDER/i.pqg --query FOLDER/vectors.npy -k 1 --out FOLDER/ids.ibin --distances FOLDER/distances.fvecs";
        if (areThere)
        {
            Array.ForEach(targets, target => File.WriteAllText(_folder.File(target), $"old {target}"));
        }

        var before = _folder.Files;
        var (exitCode, output, error) = Run(search, "", $"trap '' XFSZ; ulimit -f {Room / 512}; ");
        Assert.Equal((CommandLine.Failure, ""), (exitCode, output));
        Assert.Contains(_folder.File("distances.fvecs") + " cannot be written: ", error, StringComparison.Ordinal);
        Assert.DoesNotContain(".fvecs.", error, StringComparison.Ordinal);
        Assert.Equal(before, _folder.Files);
        Assert.All(areThere ? targets : [], target => Assert.Equal($"old {target}", File.ReadAllText(_folder.File(target))));

        if (areThere && !OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_folder.File("ids.ibin"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        (exitCode, output, error) = Run(search, "");
        Assert.True(exitCode == CommandLine.Success, error);
        Assert.Equal(["distances.fvecs", "i.pqg", "ids.ibin", "vectors.npy"], _folder.Files);
        Assert.Equal(Queries, VectorFile.ReadInts(_folder.File("ids.ibin")).Count);
        Assert.Equal(Queries, VectorFile.ReadFloats(_folder.File("distances.fvecs")).Count);
        if (areThere && !OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder.File("ids.ibin")));
        }
    }

    [Fact]
    public void Files_that_belong_together_come_back_when_one_of_them_cannot_be_put_in_its_place()
    {
        File.WriteAllText(_folder.File("one"), "old");
        Directory.CreateDirectory(_folder.File("three"));
        if (!OperatingSystem.IsWindows())
        {
            File.CreateSymbolicLink(_folder.File("link"), _folder.File("one"));
            OutputFile.WriteTogether((_folder.File("link"), path => File.WriteAllText(path, "through the link")));
            Assert.Equal("through the link", File.ReadAllText(_folder.File("one")));
            Assert.Equal(_folder.File("one"), new FileInfo(_folder.File("link")).LinkTarget);
            File.WriteAllText(_folder.File("one"), "old");
            File.Delete(_folder.File("link"));
        }

        foreach (var names in new string[][] { ["one", "two", "three"], ["two", "one", "three"] })
        {
            var e = Assert.Throws<ToolException>(() => OutputFile.WriteTogether(
                [.. names.Select(name => (_folder.File(name), (Action<string>)(path => File.WriteAllText(path, name))))]));
            Assert.StartsWith($"{_folder.File("three")} cannot be written: ", e.Message, StringComparison.Ordinal);
            Assert.Equal(["one", "vectors.npy"], _folder.Files);
            Assert.Equal("old", File.ReadAllText(_folder.File("one")));
        }

        var failed = Assert.Throws<ToolException>(() => OutputFile.WriteTogether(
            (_folder.File("one"), path => File.WriteAllText(path, "new")),
            (_folder.File("ids.ivecs"), path => VectorFile.WriteInts(path, new IntMatrix(1, [long.MaxValue])))));
        Assert.StartsWith(_folder.File("ids.ivecs"), failed.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(".ivecs.", failed.Message, StringComparison.Ordinal);
        Assert.Equal("old", File.ReadAllText(_folder.File("one")));
        Assert.Equal(["one", "vectors.npy"], _folder.Files);
    }

    /// <summary>Runs the tool by a shell, with streams as its words say; FOLDER stands for the test's folder.</summary>
    private (int ExitCode, string Output, string Error) Run(string commandLine, string streams, string before = "")
    {
        var words = commandLine.Replace("FOLDER", _folder.Path, StringComparison.Ordinal);
        var command = $"{before}'{ToolProcess.Host}' '{ToolProcess.Assembly}' {words} {streams}";
        var start = new ProcessStartInfo(Shell, ["-c", command]) { RedirectStandardOutput = true, RedirectStandardError = true };

        // The runtime's own code is no file then, whose length a limit would forbid.
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output.GetAwaiter().GetResult(), error);
    }
}
