namespace PqGen.Storage.Files;

/// <summary>The section of the caller's own ids, by position.</summary>
internal static class IdSection
{
    /// <summary>Writes the ids; nothing where they are the positions.</summary>
    public static void Write(IndexFileWriter writer, in IdView ids, int count)
    {
        if (!ids.IsOwn)
        {
            return;
        }

        writer.Begin(IndexSection.Ids);
        for (var position = 0; position < count;)
        {
            var run = ids.Run(position, count - position);
            writer.Write(run);
            position += run.Length;
        }
    }
}
