using PqGen;
using PqGen.Vectors;

namespace SearchService;

/// <summary>Where the server's index comes from: section Index of the configuration.</summary>
internal sealed class IndexFiles
{
    /// <summary>The folder of index files, which reload and save name.</summary>
    public string Folder { get; init; } = "search-service-data";

    /// <summary>The file served first; made where it is not there.</summary>
    public string File { get; init; } = "vectors.pqg";

    /// <summary>A file of vectors to make it of; null for vectors by a random generator.</summary>
    public string? Vectors { get; init; }

    /// <summary>How many are generated, and of how many components.</summary>
    public int Count { get; init; } = 20_000;

    public int Dimension { get; init; } = 64;

    /// <summary>Searches at once, and how many wait.</summary>
    public int Searches { get; init; } = Environment.ProcessorCount;

    public int Waiting { get; init; } = 256;

    public string PathOf(string file) => Path.Combine(Folder, file);

    /// <summary>Opens a file of the folder.</summary>
    public Generation Open(string file, int number) => new(VectorIndex.Open(PathOf(file)), Tags.Open(PathOf(file)), file, number);

    /// <summary>Makes the first file where it is not there.</summary>
    public void Make(ILogger log)
    {
        if (System.IO.File.Exists(PathOf(File)))
        {
            return;
        }

        Directory.CreateDirectory(Folder);
        var (vectors, dimension) = Vectors is null ? (Generated(Count, Dimension), Dimension) : Read(Vectors);
        Log.Trains(log, vectors.Length / dimension, dimension);
        using var index = GenericIndex.Train(IndexShape.IvfPq(dimension, dimension % 4 == 0 ? dimension / 4 : dimension), vectors);
        index.Add(vectors);
        index.Calibrate();
        index.Save(PathOf(File));
    }

    /// <summary>Seeded vectors around 100 centres, float <c>[n][dimension]</c>.</summary>
    internal static float[] Generated(int n, int dimension)
    {
        var random = new Random(1);
        var vectors = new float[n * dimension];
        var centers = new float[100 * dimension];
        for (var i = 0; i < centers.Length; i++)
        {
            centers[i] = 4 * random.NextSingle();
        }

        for (var i = 0; i < vectors.Length; i++)
        {
            vectors[i] = centers[(i / dimension % 100 * dimension) + (i % dimension)] + random.NextSingle();
        }

        return vectors;
    }

    private static (float[] Vectors, int Dimension) Read(string path)
    {
        var matrix = VectorFile.ReadFloats(path);
        return (matrix.Values.ToArray(), matrix.Dimension);
    }
}
