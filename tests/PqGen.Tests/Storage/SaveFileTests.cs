using System.Diagnostics;
using PqGen.Storage.Files;
using PqGen.Vectors;

namespace PqGen.Tests.Storage;

/// <summary>What a save leaves in the file system: contents, modes, links and no temporary files, whatever happens meanwhile.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public class SaveFileTests
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    [Theory]
    [InlineData(Private)]
    [InlineData(Private | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite)]
    [InlineData(Private | UnixFileMode.UserExecute)]
    public void The_mode_of_a_file_is_kept(UnixFileMode mode)
    {
        using var folder = new TempFolder();
        var path = folder.File("index.pqg");
        Save(path, "old");
        File.SetUnixFileMode(path, mode);
        ReplacedFile.Write(path, stream =>
        {
            // Nobody reads more of the temporary file than of the file.
            Assert.Equal(mode, File.GetUnixFileMode(stream.Name));
            stream.Write("new"u8);
        });
        Assert.Equal(("new", mode), (File.ReadAllText(path), File.GetUnixFileMode(path)));
    }

    [Fact]
    public void A_new_file_has_the_default_mode()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder.File("plain"), "");
        Save(folder.File("index.pqg"), "new");
        Assert.Equal(File.GetUnixFileMode(folder.File("plain")), File.GetUnixFileMode(folder.File("index.pqg")));
    }

    [Fact]
    public void Symbolic_links_stay_and_what_they_lead_to_is_replaced()
    {
        using var folder = new TempFolder();
        using var other = new TempFolder();
        var target = other.File("target.pqg");
        Save(target, "old");
        File.SetUnixFileMode(target, Private);
        File.CreateSymbolicLink(other.File("second"), "target.pqg");
        File.CreateSymbolicLink(folder.File("first"), other.File("second"));
        ReplacedFile.Write(folder.File("first"), stream =>
        {
            Assert.Equal(Path.GetDirectoryName(target), Path.GetDirectoryName(stream.Name));
            stream.Write("new"u8);
        });
        Assert.Equal(("new", Private), (File.ReadAllText(target), File.GetUnixFileMode(target)));
        Assert.Equal("target.pqg", new FileInfo(other.File("second")).LinkTarget);
        Assert.Equal(other.File("second"), new FileInfo(folder.File("first")).LinkTarget);
        Assert.Equal(["second", "target.pqg"], other.Files);
        Assert.Equal(["first"], folder.Files);
    }

    [Fact]
    public void A_dangling_link_gets_its_target()
    {
        using var folder = new TempFolder();
        File.CreateSymbolicLink(folder.File("link"), "target.pqg");
        Save(folder.File("link"), "new");
        Assert.Equal("target.pqg", new FileInfo(folder.File("link")).LinkTarget);
        Assert.Null(new FileInfo(folder.File("target.pqg")).LinkTarget);
        Assert.Equal("new", File.ReadAllText(folder.File("target.pqg")));
        File.CreateSymbolicLink(folder.File("nowhere"), "missing/target.pqg");
        Assert.Throws<DirectoryNotFoundException>(() => Save(folder.File("nowhere"), "new"));
    }

    /// <summary>As the system reads it, ".." of a link that was reached through a linked folder is the folder above the real one.</summary>
    [Fact]
    public void A_relative_link_starts_where_it_really_lies()
    {
        using var folder = new TempFolder();
        var (real, above) = (folder.File("a/b"), folder.File("a"));
        Directory.CreateDirectory(real);
        Directory.CreateSymbolicLink(folder.File("linked"), real);
        File.CreateSymbolicLink(Path.Combine(real, "link"), "../target.pqg");
        Save(Path.Combine(folder.File("linked"), "link"), "new");
        Assert.Equal("new", File.ReadAllText(Path.Combine(above, "target.pqg")));
    }

    [Fact]
    public void Links_in_a_ring_are_refused()
    {
        using var folder = new TempFolder();
        File.CreateSymbolicLink(folder.File("a"), "b");
        File.CreateSymbolicLink(folder.File("b"), "a");
        var e = Assert.Throws<IOException>(() => Save(folder.File("a"), "new"));
        Assert.Contains("symbolic links", e.Message, StringComparison.Ordinal);
        Assert.Equal(["a", "b"], folder.Files);
    }

    [Fact]
    public void A_read_only_file_and_a_folder_are_refused()
    {
        using var folder = new TempFolder();
        var path = folder.File("index.pqg");
        Save(path, "old");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        var e = Assert.Throws<UnauthorizedAccessException>(() => Save(path, "new"));
        Assert.Contains($"{path} is read-only", e.Message, StringComparison.Ordinal);
        Assert.Equal("old", File.ReadAllText(path));
        Directory.CreateDirectory(folder.File("folder"));
        e = Assert.Throws<UnauthorizedAccessException>(() => Save(folder.File("folder"), "new"));
        Assert.Contains("is a folder", e.Message, StringComparison.Ordinal);
        Assert.Equal(["index.pqg"], folder.Files);
    }

    /// <summary>As root a rename would put a file in the place of /dev/null, for all who write there.</summary>
    [Fact]
    public void A_device_and_a_pipe_are_refused_and_stay()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        using var folder = new TempFolder();
        using (var made = Process.Start("mkfifo", [folder.File("pipe")]))
        {
            made.WaitForExit();
            Assert.Equal(0, made.ExitCode);
        }

        File.CreateSymbolicLink(folder.File("device"), "/dev/null");
        using var index = GenericIndex.Train(IndexShape.Flat(2), [1, 2, 3, 4]);
        foreach (var path in new[] { "/dev/null", folder.File("device"), folder.File("pipe") })
        {
            foreach (var save in new Action[]
            {
                () => index.Save(path), () => index.ExportFaiss(path), () => VectorFile.WriteNpy(path, 2, [1, 2]), () => Save(path, "new"),
            })
            {
                var e = Assert.Throws<UnauthorizedAccessException>(save);
                Assert.StartsWith($"{path} is a device, a pipe or a socket", e.Message, StringComparison.Ordinal);
            }
        }

        Assert.Equal("/dev/null", new FileInfo(folder.File("device")).LinkTarget);
        Assert.Equal(["device", "pipe"], folder.Files);
        File.WriteAllText("/dev/null", "nothing stays of this");
        Assert.Equal("", File.ReadAllText("/dev/null"));
    }

    [Fact]
    public void A_save_that_fails_leaves_what_was_there()
    {
        using var folder = new TempFolder();
        var path = folder.File("index.pqg");
        Save(path, "old");
        Assert.Throws<InvalidOperationException>(() => ReplacedFile.Write(path, stream =>
        {
            stream.Write("half"u8);
            throw new InvalidOperationException("stop");
        }));
        Assert.Throws<DirectoryNotFoundException>(() => Save(folder.File("missing/index.pqg"), "new"));
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Equal(["index.pqg"], folder.Files);
    }

    [Fact]
    public void Leftovers_of_killed_saves_go_with_the_next_save_of_the_same_file_alone()
    {
        using var folder = new TempFolder();
        string[] leftovers = [".index.pqg.0123456789abcdef.pqgen-tmp", ".index.pqg.ffffffffffffffff.pqgen-tmp"];
        string[] others =
        [
            ".index.pqg.0123456789abcdeg.pqgen-tmp",
            ".index.pqg.old.0123456789abcdef.pqgen-tmp",
            ".other.0123456789abcdef.pqgen-tmp",
            "index.pqgen-tmp",
        ];
        foreach (var name in (string[])[.. leftovers, .. others])
        {
            File.WriteAllText(folder.File(name), "half");
        }

        Save(folder.File("index.pqg"), "new");
        Assert.Equal([.. others.Append("index.pqg").Order(StringComparer.Ordinal)], folder.Files);
    }

    [Fact]
    public void A_temporary_file_is_named_after_its_target_and_kept_while_another_save_writes_it()
    {
        using var folder = new TempFolder();
        var path = folder.File("index.pqg");
        ReplacedFile.Write(path, stream =>
        {
            Assert.Matches(@"^\.index\.pqg\.[0-9a-f]{16}\.pqgen-tmp$", Path.GetFileName(stream.Name));
            Save(path, "inner");
            Assert.True(File.Exists(stream.Name));
            stream.Write("outer"u8);
        });
        Assert.Equal("outer", File.ReadAllText(path));
        Assert.Equal(["index.pqg"], folder.Files);
    }

    [Theory]
    [InlineData("a", 255)]
    [InlineData("\u00e9", 127)]
    [InlineData("\U0001F600", 63)]
    public void The_longest_names_are_saved_too(string part, int times)
    {
        using var folder = new TempFolder();
        var name = string.Concat(Enumerable.Repeat(part, times));
        Save(folder.File(name), "new");
        Assert.Equal([name], folder.Files);
    }

    [Fact]
    public void Saves_to_one_path_at_the_same_time_leave_one_whole_file()
    {
        using var folder = new TempFolder();
        var path = folder.File("index.pqg");
        Save(path, new string('x', 3));
        var threads = Enumerable.Range(0, 6).Select(t => (Action)(() =>
        {
            for (var i = 0; i < 40; i++)
            {
                Save(path, new string((char)('a' + t), 10_000 + t));
                var text = File.ReadAllText(path);
                Assert.Equal(new string(text[0], 10_000 + text[0] - 'a'), text);
            }
        })).ToArray();
        Parallel.Invoke(new ParallelOptions { MaxDegreeOfParallelism = 6 }, threads);
        Assert.Equal(["index.pqg"], folder.Files);
    }

    [Fact]
    public void Exceptions_without_a_file_say_something_too()
    {
        Assert.Equal("The index file cannot be read.", new IndexFileException().Message);
        Assert.Equal("The file of vectors cannot be read.", new VectorFileException().Message);
        Assert.IsAssignableFrom<IOException>(Assert.IsAssignableFrom<DataFileException>(new VectorFileException("file", "found", "needed")));
        Assert.Equal("file: found; needed", new IndexFileException("file", "found", "needed").Message);
    }

    private static void Save(string path, string text) => ReplacedFile.Write(path, stream => stream.Write(System.Text.Encoding.ASCII.GetBytes(text)));
}
