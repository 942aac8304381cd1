using PqGen.Vectors;

namespace PqGen.Tool;

/// <summary>The vector of an id, float <c>[dimension]</c>, which holds until the next is asked for.</summary>
internal delegate ReadOnlySpan<float> VectorOf(long id);

/// <summary>
/// recall@k: the share of a search's results that lie no farther than the true k-th neighbour, with a tolerance (<see cref="TrueDistance"/>).
/// Vectors that are equally far are equally right, whatever their ids.
/// </summary>
internal sealed class Recall
{
    private readonly VectorOf _vectors;
    private readonly VectorMatrix _queries;
    private readonly Metric _metric;
    private readonly int _k;

    /// <summary>Of each query, the distance of the farthest true neighbour.</summary>
    private readonly double[] _farthest;

    /// <summary>Of each query, whether so many nearer vectors were found that its true neighbours are none.</summary>
    private readonly bool[] _refuted;

    /// <param name="vectors">What is searched; a vector's id is its row.</param>
    /// <param name="queries">The queries.</param>
    /// <param name="truth">Rows of true neighbours of each query, k at least, nearest first.</param>
    /// <param name="metric">What nearest means.</param>
    /// <param name="k">Neighbours that a search returns.</param>
    public Recall(VectorMatrix vectors, VectorMatrix queries, IntMatrix truth, Metric metric, int k)
        : this(id => vectors.Row((int)id), queries, truth, metric, k)
    {
    }

    /// <param name="vectors">What is searched.</param>
    /// <param name="queries">The queries.</param>
    /// <param name="truth">Rows of true neighbours of each query, k at least, nearest first.</param>
    /// <param name="metric">What nearest means.</param>
    /// <param name="k">Neighbours that a search returns.</param>
    public Recall(VectorOf vectors, VectorMatrix queries, IntMatrix truth, Metric metric, int k)
    {
        (_vectors, _queries, _metric, _k) = (vectors, queries, metric, k);
        _farthest = new double[queries.Count];
        _refuted = new bool[queries.Count];
        for (var q = 0; q < queries.Count; q++)
        {
            _farthest[q] = double.NegativeInfinity;
            foreach (var id in truth.Row(q)[..k])
            {
                _farthest[q] = Math.Max(_farthest[q], Distance(q, id));
            }
        }
    }

    /// <summary>Neighbours that a search returns.</summary>
    public int K => _k;

    /// <summary>
    /// Queries for which a search has found k vectors that are nearer than the k-th of the true neighbours, by more than the tolerance: those were
    /// not the true ones, and the recall is too high.
    /// </summary>
    public int Refuted => _refuted.Count(refuted => refuted);

    /// <summary>
    /// The share of true neighbours among the results by their ids, where nothing is known of vectors: of those that are equally far, only the ones
    /// named count.
    /// </summary>
    /// <inheritdoc cref="Of(ReadOnlySpan{long}, ReadOnlySpan{int})" path="/param"/>
    /// <param name="truth">Rows of true neighbours of each query, k at least, nearest first.</param>
    /// <param name="k">Neighbours that a search returns.</param>
    public static double ById(ReadOnlySpan<long> results, ReadOnlySpan<int> found, IntMatrix truth, int k)
    {
        long hits = 0;
        for (var q = 0; q < found.Length; q++)
        {
            foreach (var id in results.Slice(q * k, found[q]))
            {
                hits += truth.Row(q)[..k].Contains(id) ? 1 : 0;
            }
        }

        return (double)hits / found.Length / k;
    }

    /// <summary>The same of an index.</summary>
    public static double ById(VectorIndex index, VectorMatrix queries, IntMatrix truth, int k, SearchOptions options, int threads)
    {
        var (results, found) = (new Neighbor[queries.Count * k], new int[queries.Count]);
        index.SearchBatch(queries.Values, k, results, found, options, threads);
        return ById(Array.ConvertAll(results, neighbor => neighbor.Id), found, truth, k);
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
            var (farthest, tolerance) = (_farthest[q], TrueDistance.Tolerance(_metric, _farthest[q]));
            var nearer = 0;
            foreach (var id in results.Slice(q * _k, found[q]))
            {
                var distance = Distance(q, id);
                hits += distance <= farthest + tolerance ? 1 : 0;
                nearer += distance < farthest - tolerance ? 1 : 0;
            }

            _refuted[q] |= nearer == _k;
        }

        return (double)hits / _queries.Count / _k;
    }

    /// <summary>Says where the true neighbours that were given cannot be.</summary>
    public void Warn(TextWriter error)
    {
        if (Refuted > 0)
        {
            error.WriteLine(
                $"warning: for {Refuted} of {_queries.Count} queries, {K} vectors nearer than the {K}-th of --gt were found: " +
                $"its rows are not the true neighbours under --metric {MetricWords.Of(_metric)}, and the recall is too high");
        }
    }

    private double Distance(int query, long id) => TrueDistance.Of(_metric, _queries.Row(query), _vectors(id));
}
