namespace PqGen.Tool;

/// <summary>Refuses sizes that the vectors at hand cannot fill.</summary>
internal static class Sizes
{
    /// <summary>Training vectors per centroid below which k-means has too little to learn from; the rule of thumb of the field.</summary>
    private const int RecommendedPerCentroid = 39;

    /// <summary>Refuses sizes of an index that the vectors cannot fill, naming those that they can, and warns of thin training.</summary>
    public static void Check(IndexShape shape, int nlist, long trainingVectors, TextWriter error)
    {
        var (dimension, m, ksub) = (shape.Dimension, shape.M, shape.Ksub);
        if (shape.HasCodes && (dimension % m != 0 || m > IndexLimits.MaxM))
        {
            var fitting = Enumerable.Range(1, Math.Min(dimension, IndexLimits.MaxM)).Where(part => dimension % part == 0);
            throw new ToolException(
                $"{dimension} dims do not divide into m = {m} parts; --m can be {string.Join(", ", fitting)}, or --pad adds zeros");
        }

        if (ksub > trainingVectors)
        {
            throw new ToolException(trainingVectors < IndexLimits.MinKsub
                ? $"{trainingVectors} training vectors are too few for any --ksub; it needs {IndexLimits.MinKsub} at least"
                : $"--ksub {ksub} needs as many training vectors, there are {trainingVectors}; the largest --ksub for them is {trainingVectors}");
        }

        if (nlist > trainingVectors)
        {
            throw new ToolException(
                $"--nlist {nlist} needs as many training vectors, there are {trainingVectors}; the largest --nlist for them is {trainingVectors}");
        }

        var centroids = Math.Max(nlist, ksub);
        if (centroids > 0 && trainingVectors / RecommendedPerCentroid < centroids)
        {
            var option = nlist >= ksub ? "--nlist" : "--ksub";
            error.WriteLine(
                $"warning: {trainingVectors} training vectors for {option} {centroids} are fewer than {RecommendedPerCentroid} per centroid; " +
                $"recall on other vectors may be lower than here (recommended: {(long)RecommendedPerCentroid * centroids} vectors)");
        }
    }

    /// <summary>Refuses more neighbours than there are vectors, or than one array holds of all queries.</summary>
    public static void CheckNeighbours(int k, int vectors, int queries)
    {
        if (k > vectors)
        {
            throw new ToolException($"-k {k} needs as many vectors, there are {vectors}; the largest -k for them is {vectors}");
        }

        if ((long)k * queries > Array.MaxLength)
        {
            var most = Array.MaxLength / queries;
            throw new ToolException($"-k {k} of {queries} queries are more neighbours than one array holds; the largest -k for them is {most}");
        }
    }
}
