namespace PqGen.Tool;

/// <summary>Where a command writes.</summary>
internal static class OutputFile
{
    /// <summary>
    /// Refuses a path that cannot be written to, before minutes of work: a folder, one in a folder that is not there, or that takes no new file.
    /// </summary>
    public static void Check(string path)
    {
        var full = Path.GetFullPath(path);
        if (Directory.Exists(full))
        {
            throw new ToolException($"{path} is a folder; the path of a file is needed");
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

    private static string Beside(string path) => path + "." + Path.GetRandomFileName();
}
