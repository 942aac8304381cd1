using PqGen.Vectors;

namespace PqGen.Tool;

/// <summary>
/// recall@k: the share of a search's results that lie no farther than the true k-th neighbour, with a tolerance of a thousandth of that distance, as
/// ann-benchmarks counts. Vectors that are equally far are equally right, whatever their ids.
/// </summary>
internal sealed class Recall
{
    private const double Tolerance = 1e-3;

    private readonly VectorMatrix _vectors;
    private readonly VectorMatrix _queries;
    private readonly int _k;

    /// <summary>Of each query, the largest squared distance that counts.</summary>
    private readonly double[] _farthest;

    /// <param name="vectors">What is searched; a vector's id is its row.</param>
    /// <param name="queries">The queries.</param>
    /// <param name="truth">Rows of true neighbours of each query, k at least, nearest first.</param>
    /// <param name="k">Neighbours that a search returns.</param>
    public Recall(VectorMatrix vectors, VectorMatrix queries, IntMatrix truth, int k)
    {
        (_vectors, _queries, _k) = (vectors, queries, k);
        _farthest = new double[queries.Count];
        for (var q = 0; q < queries.Count; q++)
        {
            foreach (var id in truth.Row(q)[..k])
            {
                _farthest[q] = Math.Max(_farthest[q], SquaredDistance(q, id));
            }

            _farthest[q] *= (1 + Tolerance) * (1 + Tolerance);
        }
    }

    /// <summary>The recall of an index, averaged over the queries: 0 to 1.</summary>
    public double Of(VectorIndex index, SearchOptions options, int threads)
    {
        var results = new Neighbor[_queries.Count * _k];
        var found = new int[_queries.Count];
        index.SearchBatch(_queries.Values, _k, results, found, options, threads);
        return Of(Array.ConvertAll(results, neighbor => neighbor.Id), found);
    }

    /// <summary>The recall of results.</summary>
    /// <param name="results">Ids <c>[queries][k]</c>.</param>
    /// <param name="found">How many of each query's k there are.</param>
    public double Of(ReadOnlySpan<long> results, ReadOnlySpan<int> found)
    {
        long hits = 0;
        for (var q = 0; q < found.Length; q++)
        {
            foreach (var id in results.Slice(q * _k, found[q]))
            {
                hits += SquaredDistance(q, id) <= _farthest[q] ? 1 : 0;
            }
        }

        return (double)hits / _queries.Count / _k;
    }

    private double SquaredDistance(int query, long id)
    {
        var a = _queries.Row(query);
        var b = _vectors.Row((int)id);
        var sum = 0.0;
        for (var d = 0; d < a.Length; d++)
        {
            var difference = (double)a[d] - b[d];
            sum += difference * difference;
        }

        return sum;
    }
}
