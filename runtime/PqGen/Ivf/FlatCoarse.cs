using PqGen.Kernels;

namespace PqGen.Ivf;

/// <summary>
/// The route through a flat coarse quantizer: a query finds the nearest of all centroids. One that comes alone is held against bounds of their
/// scores, and compared with those that can be among the nearest; several that come together are compared with all, and share the loads. Both find
/// the same.
/// </summary>
internal readonly struct FlatCoarse<TKernels> : IRoute
    where TKernels : struct, ICentroidKernels
{
    /// <summary>Queries from which on comparing all centroids for all of them is faster.</summary>
    private const int FewestTogether = 4;

    private readonly CoarseQuantizer<TKernels> _coarse;
    private readonly CentroidBounds? _bounds;

    /// <param name="kernels">The kernels of the index.</param>
    /// <param name="coarse">The centroids.</param>
    public FlatCoarse(TKernels kernels, CoarseQuantizer<TKernels> coarse) =>
        (_coarse, _bounds) = (coarse, CentroidBounds.Of(coarse.Centroids, kernels.Dimension, kernels.Metric));

    public int NList => _coarse.NList;

    public bool IsInverted => true;

    public ReadOnlySpan<float> Centroids => _coarse.Centroids;

    public HnswGraph? Graph => null;

    public long SizeInBytes => _coarse.SizeInBytes + (_bounds?.SizeInBytes ?? 0);

    public void Assign(ReadOnlySpan<float> vectors, Span<int> lists) => _coarse.Assign(vectors, lists);

    public void Prepare(ReadOnlySpan<float> queries, int count, RouteScratch scratch)
    {
        scratch.IsBounded = _bounds is not null && count < FewestTogether;
        if (!scratch.IsBounded)
        {
            _coarse.Prepare(queries, count, scratch);
        }
    }

    public ReadOnlySpan<Probe> Probes(int q, ReadOnlySpan<float> query, int nprobe, int factor, RouteScratch scratch)
    {
        if (!scratch.IsBounded)
        {
            return _coarse.Probes(q, nprobe, scratch);
        }

        if (_bounds!.Nearest(query, nprobe, scratch) is { IsEmpty: false } lists)
        {
            return _coarse.NearestOf(query, lists, nprobe, scratch);
        }

        _coarse.Prepare(query, 1, scratch);
        return _coarse.Probes(0, nprobe, scratch);
    }
}
