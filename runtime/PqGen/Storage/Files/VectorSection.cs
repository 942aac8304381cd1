namespace PqGen.Storage.Files;

/// <summary>The section of kept rows, by position.</summary>
internal static class VectorSection
{
    /// <summary>Writes the rows of a column.</summary>
    public static void Write(IndexFileWriter writer, Column<float> rows, int count)
    {
        writer.Begin(IndexSection.Vectors);
        var view = rows.View;
        for (var row = 0; row < count;)
        {
            var run = view.Run(row, count - row);
            writer.Write<float>(run);
            row += run.Length / rows.Width;
        }
    }

    /// <summary>The rows of a file by position.</summary>
    public static Column<float> Read(IndexFileReader reader)
    {
        reader.Begin(IndexSection.Vectors);
        var (count, dimension) = ((int)reader.Header.Count, reader.Header.Shape.Dimension);
        var rows = new Column<float>(dimension);
        rows.Reserve(count, 0);
        var view = rows.View;
        for (var row = 0; row < count;)
        {
            var run = view.Run(row, count - row);
            reader.ReadVectors(run, (long)row * dimension);
            row += run.Length / dimension;
        }

        return rows;
    }
}
