namespace PqGen.Tool;

/// <summary>The sizes of the IVFPQ index to measure.</summary>
internal sealed record IndexShape(int Dimension, int M, int Ksub, int NList)
{
    /// <summary>Training vectors per centroid below which k-means has too little to learn from; the rule of thumb of the field.</summary>
    private const int RecommendedPerCentroid = 39;

    /// <summary>The attribute to paste.</summary>
    public string Declaration => $"[IvfPqIndex(Dimension = {Dimension}, M = {M}, Ksub = {Ksub})]";

    /// <summary>Refuses sizes that the vectors cannot fill, naming those that they can, and warns of thin training.</summary>
    public void Check(int trainingVectors, TextWriter error)
    {
        if (Dimension % M != 0 || M > IndexLimits.MaxM)
        {
            var fitting = Enumerable.Range(1, Math.Min(Dimension, IndexLimits.MaxM)).Where(m => Dimension % m == 0);
            throw new ToolException($"{Dimension} dims do not divide into m = {M} parts; --m can be {string.Join(", ", fitting)}");
        }

        if (Ksub > trainingVectors)
        {
            throw new ToolException(trainingVectors < IndexLimits.MinKsub
                ? $"{trainingVectors} training vectors are too few for any --ksub; it needs {IndexLimits.MinKsub} at least"
                : $"--ksub {Ksub} needs as many training vectors, there are {trainingVectors}; the largest --ksub for them is {trainingVectors}");
        }

        if (NList > trainingVectors)
        {
            throw new ToolException(
                $"--nlist {NList} needs as many training vectors, there are {trainingVectors}; the largest --nlist for them is {trainingVectors}");
        }

        var centroids = Math.Max(NList, Ksub);
        if (trainingVectors / RecommendedPerCentroid < centroids)
        {
            var option = NList >= Ksub ? "--nlist" : "--ksub";
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
