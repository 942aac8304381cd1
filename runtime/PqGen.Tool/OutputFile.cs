namespace PqGen.Tool;

/// <summary>Where a command writes.</summary>
internal static class OutputFile
{
    /// <summary>Refuses a path that cannot be written to, before minutes of work: a folder, or one in a folder that is not there.</summary>
    public static void Check(string path)
    {
        var full = Path.GetFullPath(path);
        if (Directory.Exists(full))
        {
            throw new ToolException($"{path} is a folder; the path of a file is needed");
        }

        if (Path.GetDirectoryName(full) is { } folder && !Directory.Exists(folder))
        {
            throw new ToolException($"{path}: there is no folder {folder}; make it first");
        }
    }
}
