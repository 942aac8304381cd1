using PqGen.Tests.Kernels;

namespace PqGen.Tests.Indexes.Models;

/// <summary>
/// What an index is, written down plainly: vectors in the order of adding, each in a list, and sums of floats in the order that the kernels'
/// contract states. No blocks, no bounds, no tables of bytes.
/// </summary>
/// <param name="shape">Kind, sizes, metric.</param>
/// <param name="centroids">float <c>[nlist][Dimension]</c>; empty without lists.</param>
/// <param name="codebooks">float <c>[M][Ksub][Dsub]</c>; empty without codes.</param>
/// <param name="keepVectors">Whether vectors are kept beside codes.</param>
internal sealed class PlainIndex(IndexShape shape, float[] centroids, float[] codebooks, bool keepVectors)
{
    /// <summary>In the order of adding, removed ones among them until <see cref="Compact"/>.</summary>
    private readonly List<Entry> _entries = [];
    private readonly Dictionary<long, Entry> _byId = [];
    private readonly PlainTerms _terms = new(shape, centroids, codebooks);

    private sealed record Entry(long Id, float[] Given, float[] Row, int List, byte[] Code)
    {
        public bool IsRemoved { get; set; }
    }

    public int Count => _byId.Count;

    /// <summary>Vectors that were ever added.</summary>
    public long Added { get; private set; }

    public int NList => Math.Max(1, centroids.Length / shape.Dimension);

    public bool CanRerank => keepVectors || !shape.HasCodes;

    private bool KeepsRows => keepVectors && shape.HasCodes;

    /// <summary>Ids and vectors, as they were given, in the order of adding.</summary>
    public (long[] Ids, float[] Vectors) Live
    {
        get
        {
            var live = _entries.Where(entry => !entry.IsRemoved).ToArray();
            return ([.. live.Select(entry => entry.Id)], [.. live.SelectMany(entry => entry.Given)]);
        }
    }

    public bool Contains(long id) => _byId.ContainsKey(id);

    /// <summary>The vector that an index holds for an id; null where there is none.</summary>
    public float[]? Vector(long id)
    {
        if (!_byId.TryGetValue(id, out var entry))
        {
            return null;
        }

        if (CanRerank)
        {
            return entry.Row;
        }

        var decoded = new float[shape.Dimension];
        for (var d = 0; d < decoded.Length; d++)
        {
            decoded[d] = Subcentroid(d / Dsub, entry.Code[d / Dsub])[d % Dsub];
            decoded[d] += shape.HasLists ? centroids[(entry.List * shape.Dimension) + d] : 0;
        }

        return decoded;
    }

    /// <summary>The first id that adding with the next numbers would take twice; null where there is none.</summary>
    public long? TakenNumber(int count) => Enumerable.Range(0, count).Select(i => (long?)(Added + i)).FirstOrDefault(id => Contains(id!.Value));

    /// <summary>The place of the first id that is there before, or in use.</summary>
    public int FirstTwice(long[] ids, bool orInUse) =>
        Array.FindIndex([.. ids.Select((id, i) => ids.AsSpan(0, i).Contains(id) || (orInUse && Contains(id)))], taken => taken);

    /// <summary>Adds vectors whose ids are free, or replaces those of the ids in use.</summary>
    public void Put(long[] ids, float[] vectors)
    {
        foreach (var id in ids)
        {
            Remove(id);
        }

        for (var i = 0; i < ids.Length; i++)
        {
            var given = vectors.AsSpan(i * shape.Dimension, shape.Dimension).ToArray();
            var row = Transformed(given);
            var list = shape.HasLists ? ScalarReference.Nearest(row, centroids).Number : 0;
            var entry = new Entry(ids[i], given, row, list, Encode(row, list));
            _entries.Add(entry);
            _byId.Add(ids[i], entry);
        }

        Added += ids.Length;
    }

    public bool Remove(long id)
    {
        if (!_byId.Remove(id, out var entry))
        {
            return false;
        }

        entry.IsRemoved = true;
        return true;
    }

    public void Compact() => _entries.RemoveAll(entry => entry.IsRemoved);

    /// <summary>The k nearest, and what a search does to find them.</summary>
    public (Neighbor[] Found, SearchStatistics Statistics) Search<TFilter>(float[] query, int k, TFilter filter, SearchOptions options)
        where TFilter : struct, IIdFilter
    {
        var wanted = Math.Min(k, Count);
        if (wanted == 0)
        {
            return ([], default);
        }

        query = Transformed(query);
        var (scanned, statistics) = Scanned(query, wanted, filter, options);
        if (HasNoDirection(query))
        {
            return ([.. AllAlike(scanned).Take(wanted)], statistics);
        }

        if (options.Rerank == 0 || !KeepsRows)
        {
            return (Distances(Nearest(scanned, entry => Score(query, entry)).Take(wanted), byRow: !shape.HasCodes), statistics);
        }

        var reranked = Candidates(query, scanned, Math.Max(wanted, options.Rerank));
        var nearest = Nearest(reranked, entry => RowScore(query, entry)).Take(wanted);
        return (Distances(nearest, byRow: true), statistics with { RowsReranked = reranked.Length });
    }

    /// <summary>All within a radius, and what a search does to find them.</summary>
    public (Neighbor[] Found, SearchStatistics Statistics) SearchRange<TFilter>(float[] query, float radius, TFilter filter, SearchOptions options)
        where TFilter : struct, IIdFilter
    {
        if (Count == 0)
        {
            return ([], default);
        }

        query = Transformed(query);
        var byRow = options.Rerank > 0 && KeepsRows;
        var (scanned, statistics) = Scanned(query, 0, filter, options with { EnsureK = false });
        var zero = HasNoDirection(query);
        var found = zero ? AllAlike(scanned) : Distances(
            Nearest(scanned, entry => byRow ? RowScore(query, entry) : Score(query, entry)), byRow || !shape.HasCodes);
        return (
            [.. found.Where(neighbor => !shape.Metric.IsNearer(radius, neighbor.Distance))],
            statistics with { RowsReranked = byRow && !zero ? scanned.Count : 0 });
    }

    private int Dsub => shape.Dimension / shape.M;

    /// <summary>What may be found in the lists that a search scans.</summary>
    private (List<Entry> Entries, SearchStatistics Statistics) Scanned<TFilter>(float[] query, int k, TFilter filter, SearchOptions options)
        where TFilter : struct, IIdFilter
    {
        var usual = (int)Math.Min(NList, Math.Ceiling(Math.Sqrt(2 * NList)));
        var nprobe = Math.Min(NList, options.NProbe == 0 ? usual : options.NProbe);
        var order = Enumerable.Range(0, NList).OrderBy(list => shape.HasLists ? CentroidScore(query, list) : 0).ThenBy(list => list).ToArray();
        var (entries, lists, codes) = (new List<Entry>(), 0, 0L);
        foreach (var list in order)
        {
            var members = _entries.Where(entry => entry.List == list).ToArray();
            var withinBudget = !shape.HasLists || (lists < nprobe && (options.MaxCodes == 0 || codes + members.Length <= options.MaxCodes));
            if (!withinBudget && !(options.EnsureK && entries.Count < k))
            {
                break;
            }

            entries.AddRange(members.Where(entry => !entry.IsRemoved && filter.Allows(entry.Id)));
            (lists, codes) = (lists + 1, codes + members.Length);
        }

        return (entries, new SearchStatistics(lists, codes, 0, 0));
    }

    private static (Entry Entry, float Score)[] Nearest(IReadOnlyCollection<Entry> entries, Func<Entry, float> score) =>
        [.. entries.Select(entry => (Entry: entry, Score: score(entry))).OrderBy(scored => scored.Score).ThenBy(scored => scored.Entry.Id)];

    private bool HasNoDirection(float[] query) => shape.Metric == Metric.Cosine && query.All(component => component == 0);

    private static Neighbor[] AllAlike(List<Entry> entries) =>
        [.. entries.Select(entry => new Neighbor(entry.Id, 0)).OrderBy(neighbor => neighbor.Id)];

    /// <summary>Scores as the metric's own values. Codes are compared by squared L2 under cosine too, rows of length 1 by their inner
    /// product.</summary>
    private Neighbor[] Distances(IEnumerable<(Entry Entry, float Score)> scored, bool byRow) =>
        [.. scored.Select(one => new Neighbor(one.Entry.Id, Distance(one.Score, byRow)))];

    private float Distance(float score, bool byRow) => shape.Metric switch
    {
        Metric.SquaredL2 => score,
        Metric.Cosine when !byRow => 1 - (score / 2),
        _ => 0 - (score / 2),
    };

    /// <summary>How codes and centroids are compared.</summary>
    private Metric CodeMetric => shape.Metric == Metric.InnerProduct ? Metric.InnerProduct : Metric.SquaredL2;

    private float RowScore(float[] query, Entry entry) => ScalarReference.Score(shape.Metric, query, entry.Row);

    private float CentroidScore(float[] query, int list) => ScalarReference.LaneScore(CodeMetric, query, Centroid(list));

    private float Score(float[] query, Entry entry)
    {
        if (!shape.HasCodes)
        {
            return RowScore(query, entry);
        }

        var compared = HasResiduals ? Residual(query, entry.List) : query;
        var sum = 0f;
        for (var m = 0; m < shape.M; m++)
        {
            sum += ScalarReference.LaneScore(CodeMetric, compared.AsSpan(m * Dsub, Dsub), Subcentroid(m, entry.Code[m]));
        }

        return shape.HasLists && !HasResiduals ? sum + CentroidScore(query, entry.List) : sum;
    }

    /// <summary>Codes of residuals, which need terms.</summary>
    private bool HasResiduals => shape.HasCodes && shape.HasLists && CodeMetric == Metric.SquaredL2;

    /// <summary>Candidates for re-ranking: those whose bounds tell, and of those about which there is doubt the nearest by their scores.</summary>
    private Entry[] Candidates(float[] query, List<Entry> scanned, int count)
    {
        if (!HasResiduals || !_terms.BoundsTell(query) || scanned.Count <= count)
        {
            return [.. Nearest(scanned, entry => CandidateScore(query, entry)).Take(count).Select(candidate => candidate.Entry)];
        }

        var bounds = scanned.ToDictionary(entry => entry, entry => _terms.Bound(query, CentroidScore(query, entry.List), entry.List, entry.Code));
        var (last, doubt) = (bounds.Values.Order().ElementAt(count - 1), _terms.Doubt(query));
        var certain = scanned.Where(entry => bounds[entry] < last - doubt).ToArray();
        var others = scanned.Where(entry => bounds[entry] >= last - doubt && bounds[entry] <= last + doubt).ToArray();
        var nearest = Nearest(others, entry => CandidateScore(query, entry)).Take(count - certain.Length);
        return [.. certain, .. nearest.Select(candidate => candidate.Entry)];
    }

    private float CandidateScore(float[] query, Entry entry) =>
        HasResiduals ? _terms.Score(query, CentroidScore(query, entry.List), entry.List, entry.Code) : Score(query, entry);

    private byte[] Encode(float[] row, int list)
    {
        var encoded = shape.HasLists ? Residual(row, list) : row;
        return
        [
            .. Enumerable.Range(0, shape.M).Select(m => (byte)ScalarReference.Nearest(
                encoded.AsSpan(m * Dsub, Dsub), codebooks.AsSpan(m * shape.Ksub * Dsub, shape.Ksub * Dsub)).Number),
        ];
    }

    private ReadOnlySpan<float> Centroid(int list) => centroids.AsSpan(list * shape.Dimension, shape.Dimension);

    private ReadOnlySpan<float> Subcentroid(int m, int k) => codebooks.AsSpan(((m * shape.Ksub) + k) * Dsub, Dsub);

    private float[] Residual(float[] x, int list) => [.. x.Select((component, d) => component - centroids[(list * shape.Dimension) + d])];

    /// <summary>Under cosine of length 1, in double precision; a vector of zeros stays one.</summary>
    private float[] Transformed(float[] vector)
    {
        var norm = vector.Sum(component => (double)component * component);
        return shape.Metric != Metric.Cosine
            ? vector
            : Array.ConvertAll(vector, component => norm > 0 ? (float)(component * (1 / Math.Sqrt(norm))) : 0);
    }
}
