using PqGen.Common;
using PqGen.Vectors;

namespace PqGen.Tool;

/// <summary>Where a command writes.</summary>
internal static class OutputFile
{
    /// <summary>
    /// Refuses a path that cannot be written to, before minutes of work: a folder, a device, one in a folder that is not there or takes no new file.
    /// </summary>
    public static void Check(string path)
    {
        var full = Path.GetFullPath(path);
        if (Directory.Exists(full))
        {
            throw new ToolException($"{path} is a folder; the path of a file is needed");
        }

        if (SpecialFile.IsAt(full))
        {
            throw new ToolException($"{path} is a device, a pipe or a socket; the path of a file is needed");
        }

        if (Path.GetDirectoryName(full) is { } folder && !Directory.Exists(folder))
        {
            throw new ToolException($"{path}: there is no folder {folder}; make it, or name another file");
        }

        try
        {
            // As the file will be: beside it, and gone again at once.
            using var _ = new FileStream(Beside(full), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ToolException($"{path} cannot be written: {e.Message}");
        }
    }

    /// <summary>Writes a file, whole or not at all.</summary>
    /// <exception cref="ToolException">It cannot be written; what was there stays.</exception>
    public static void Write(string path, string text)
    {
        var beside = Beside(Path.GetFullPath(path));
        try
        {
            File.WriteAllText(beside, text);
            File.Move(beside, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (File.Exists(beside))
            {
                File.Delete(beside);
            }

            throw new ToolException($"{path} cannot be written: {e.Message}");
        }
    }

    /// <summary>Writes files that belong together, all whole or none.</summary>
    /// <param name="files">Their paths, and what writes each of them, to a path of the same extension.</param>
    /// <exception cref="ToolException">One cannot be written; what was there stays.</exception>
    public static void WriteTogether(params IReadOnlyList<(string Path, Action<string> Write)> files)
    {
        // New files lie beside their places until all are whole; what is there makes room for them, and comes back if one of them cannot go there.
        var (made, replaced, at) = (new List<(string New, string Target)>(), new List<(string Target, string? Old)>(), 0);
        try
        {
            for (at = 0; at < files.Count; at++)
            {
                var target = Target(files[at].Path);
                made.Add((Beside(target) + Path.GetExtension(target), target));
                Make(made[at].New, target, files[at].Write);
            }

            for (at = 0; at < files.Count; at++)
            {
                var (whole, target) = made[at];
                var old = File.Exists(target) ? Beside(target) : null;
                if (old is not null)
                {
                    File.Move(target, old);
                }

                replaced.Add((target, old));
                File.Move(whole, target);
            }

            replaced.ForEach(file => Delete(file.Old));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or VectorFileException)
        {
            replaced.ForEach(file => Return(file.Old, file.Target));
            made.ForEach(file => Delete(file.New));
            var message = made.Aggregate(e.Message, (text, file) => text.Replace(file.New, file.Target, StringComparison.Ordinal));
            throw new ToolException(e is VectorFileException ? message : $"{files[at].Path} cannot be written: {message}");
        }
    }

    /// <summary>The file that a path means: symbolic links stay.</summary>
    private static string Target(string path) =>
        (File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName : null) ?? Path.GetFullPath(path);

    /// <summary>Writes a file that is to take the place of another, and may be read by whom that may.</summary>
    private static void Make(string path, string target, Action<string> write)
    {
        var isThere = File.Exists(target);
        if (isThere && new FileInfo(target).IsReadOnly)
        {
            throw new UnauthorizedAccessException("it is read-only; make it writable, or name another file");
        }

        write(path);
        if (isThere && !OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, File.GetUnixFileMode(target));
        }
    }

    private static void Return(string? old, string target)
    {
        Delete(target);
        if (old is not null)
        {
            File.Move(old, target);
        }
    }

    private static void Delete(string? path)
    {
        if (File.Exists(path))
        {
            File.Delete(path);
        }
    }

    private static string Beside(string path) => path + "." + Path.GetRandomFileName();
}
