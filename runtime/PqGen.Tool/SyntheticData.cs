using PqGen.Vectors;

namespace PqGen.Tool;

/// <summary>Clustered random vectors: the same for a seed on every machine and any number of threads.</summary>
internal static class SyntheticData
{
    private const int VectorsPerCentre = 250;
    private const double CentreDeviation = 5;
    private const double QueryDeviation = 0.5;

    /// <summary>
    /// max(n / 250, 2) centres from N(0, 5^2); vector i is centre i mod centres plus N(0, 1); a query is a random vector plus N(0, 0.5^2).
    /// </summary>
    public static (VectorMatrix Base, VectorMatrix Queries) Generate(int n, int dimension, int queries, int seed)
    {
        var vectors = Allocate(n, dimension);
        var normal = new Normal(seed);
        var centreCount = Math.Max(n / VectorsPerCentre, 2);
        var centres = Allocate(centreCount, dimension);
        for (var i = 0; i < centres.Length; i++)
        {
            centres[i] = (float)(CentreDeviation * normal.Next());
        }

        for (var i = 0; i < n; i++)
        {
            for (var d = 0; d < dimension; d++)
            {
                vectors[(i * dimension) + d] = (float)(centres[(i % centreCount * dimension) + d] + normal.Next());
            }
        }

        var queryVectors = Allocate(queries, dimension);
        for (var q = 0; q < queries; q++)
        {
            var row = normal.Random.Next(n);
            for (var d = 0; d < dimension; d++)
            {
                queryVectors[(q * dimension) + d] = (float)(vectors[(row * dimension) + d] + (QueryDeviation * normal.Next()));
            }
        }

        return (new VectorMatrix(dimension, vectors), new VectorMatrix(dimension, queryVectors));
    }

    private static float[] Allocate(int rows, int dimension)
    {
        if (rows > Array.MaxLength / dimension)
        {
            var most = Array.MaxLength / dimension;
            throw new ToolException(
                $"{rows} vectors x {dimension} dims are more than one array holds; the largest --n for --d {dimension} is {most}");
        }

        return new float[rows * dimension];
    }

    /// <summary>Standard normal numbers (Box and Muller 1958), two at a time.</summary>
    private sealed class Normal(int seed)
    {
        private double _second;
        private bool _hasSecond;

        public Random Random { get; } = new(seed);

        public double Next()
        {
            if (_hasSecond)
            {
                _hasSecond = false;
                return _second;
            }

            var radius = Math.Sqrt(-2 * Math.Log(1 - Random.NextDouble()));
            var (sin, cos) = Math.SinCos(2 * Math.PI * Random.NextDouble());
            _second = radius * sin;
            _hasSecond = true;
            return radius * cos;
        }
    }
}
