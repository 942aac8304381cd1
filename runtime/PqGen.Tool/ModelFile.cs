namespace PqGen.Tool;

/// <summary>The model that the parts of an index share: an index without vectors, in a file of its own or just trained.</summary>
internal static class ModelFile
{
    /// <summary>What a model's file says of itself, if it is one for these vectors.</summary>
    public static IndexFileInfo Inspect(string path, string basePath, int dimension)
    {
        var info = VectorIndex.Inspect(path);
        if (info.Count > 0)
        {
            throw new ToolException($"{path} holds {info.Count} vectors; a model has none: pqtool build --train-only writes one");
        }

        return info.Shape.InputDimension == dimension
            ? info
            : throw new ToolException($"{path} is a model of vectors of {info.Shape.InputDimension} dims, but {basePath} has {dimension}");
    }

    /// <summary>What the file of a trained index would say of itself.</summary>
    public static IndexFileInfo Of(VectorIndex index)
    {
        using var stream = new MemoryStream();
        index.Save(stream);
        stream.Position = 0;
        return VectorIndex.Inspect(stream);
    }

    /// <summary>Whether a file is a whole part of an index of a model; says why where there is a file that is not.</summary>
    /// <param name="path">The file.</param>
    /// <param name="model">The model.</param>
    /// <param name="first">The id of the part's first vector.</param>
    /// <param name="last">That of its last one.</param>
    /// <param name="count">Its vectors.</param>
    /// <param name="error">Where it is said.</param>
    public static bool IsBuilt(string path, IndexFileInfo model, long first, long last, long count, TextWriter error)
    {
        if (!File.Exists(path))
        {
            return false;
        }

        string found;
        try
        {
            var info = VectorIndex.Verify(path);
            using var index = VectorIndex.Open(path);
            found = info.Model != model.Model ? "it is of another model"
                : (info.KeepsVectors, info.RowFormat) != (model.KeepsVectors, model.RowFormat) ? "its vectors are kept otherwise"
                : info.Count != count ? $"it has {info.Count} vectors instead of {count}"
                : !index.Contains(first) || !index.Contains(last) ? "its vectors have other ids"
                : "";
        }
        catch (IndexFileException e)
        {
            found = e.Message;
        }

        if (found.Length > 0)
        {
            error.WriteLine($"{path} is built again: {found}");
        }

        return found.Length == 0;
    }
}
