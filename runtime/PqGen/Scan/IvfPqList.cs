using System.Runtime.CompilerServices;
using PqGen.Kernels;
using PqGen.Storage;

namespace PqGen.Scan;

/// <summary>What one query needs for every list it probes.</summary>
/// <param name="Scale">The byte table's scale.</param>
/// <param name="ErrorScale">What float rounding can cost, relative to the sum of the magnitudes involved.</param>
/// <param name="Magnitude">The magnitudes that do not depend on the list: ||x||^2 + 3 * the largest ||p||^2, and <see cref="Underflow"/>.</param>
internal readonly record struct IvfPqQuery(TableScale Scale, double ErrorScale, double Magnitude)
{
    /// <summary>
    /// 2^-122: where squares are too small for a normal float, a step's error is no longer relative but up to 2^-150. Among the
    /// magnitudes, this allows for 16 such errors with each component.
    /// </summary>
    public const double Underflow = 1.0 / (1UL << 61) / (1UL << 61);
}

/// <summary>
/// One list of an IVFPQ index as the fast scan sees it. With x the query, c the list's centroid and p the decoded residual,
/// ||x - c - p||^2 = ||x - c||^2 + (||p||^2 + 2 &lt;c, p&gt;) - 2 &lt;x, p&gt;: the first comes from the coarse search, the second is the vector's term, kept in 16 bits
/// rounded down, the third needs one table per query.
/// </summary>
/// <remarks>
/// A survivor of the byte bounds is looked at twice: the float table and its term bound its distance to within 1/65,536 of the
/// terms' range; only what passes that, nearly always a true candidate, is re-scored by decoding it.
/// </remarks>
internal ref struct IvfPqList<TKernels> : IScannedList
    where TKernels : struct, IIvfPqKernels
{
    private readonly TKernels _kernels;
    private readonly ref float _table;
    private readonly ref byte _byteTable;
    private readonly ref byte _blocks;
    private readonly ref ushort _terms;
    private readonly ref float _codebooks;
    private readonly ReadOnlySpan<float> _query;
    private readonly ReadOnlySpan<float> _centroid;
    private readonly Span<float> _residual;
    private readonly int[] _positions;
    private readonly long[]? _ids;
    private readonly bool _asPositions;
    private readonly int _codeSize;
    private readonly int _capacity;

    private readonly float _base;
    private readonly float _termStep;
    private readonly double _from;
    private readonly double _step;
    private readonly double _errorScale;
    private readonly double _magnitude;
    private readonly int _termFactor;
    private bool _hasResidual;

    public IvfPqList(
        TKernels kernels,
        IvfPqQuery query,
        ref float table,
        ref byte byteTable,
        ref float codebooks,
        ReadOnlySpan<float> vector,
        ReadOnlySpan<float> centroid,
        Span<float> residual,
        float coarseDistance,
        TermRange terms,
        CodeList.Buffers contents,
        long[]? ids,
        bool asPositions)
    {
        _kernels = kernels;
        _table = ref table;
        _byteTable = ref byteTable;
        _codebooks = ref codebooks;
        _query = vector;
        _centroid = centroid;
        _residual = residual;
        _blocks = ref contents.Codes.Reference;
        _terms = ref contents.Terms.Reference;
        _positions = contents.Positions;
        _ids = ids;
        _asPositions = asPositions;
        _codeSize = KernelLayout.CodeSize(kernels.M, kernels.Ksub);
        _capacity = contents.Capacity;

        _base = coarseDistance + terms.Min;
        _termStep = terms.Step;
        _from = (double)coarseDistance + terms.Min + query.Scale.Bias;
        _step = query.Scale.Step > 0 ? query.Scale.Step : terms.Step > 0 ? terms.Step : 1;
        _termFactor = (int)Math.Min(ushort.MaxValue, Math.Floor(65536 * (terms.Step / _step)));
        _errorScale = query.ErrorScale;
        _magnitude = query.Magnitude + terms.CentroidNorm + coarseDistance;
    }

    public readonly int Capacity => _capacity;

    public readonly int Threshold(float distance) => FastScan.Quantize(distance + Slack(distance), _from, _step);

    public readonly void Scan(int firstBlock, int blockCount, int threshold, ref ulong survivors) =>
        _kernels.ScanBlocks(ref _byteTable, ref Block(firstBlock), ref Unsafe.Add(ref _terms, (nint)firstBlock * KernelLayout.BlockSize), blockCount, _termFactor, threshold, ref survivors);

    public float Distance(int i, float threshold)
    {
        var (blockIndex, lane) = (i / KernelLayout.BlockSize, i % KernelLayout.BlockSize);
        ref var block = ref Block(blockIndex);
        var runStride = KernelLayout.RunStride(blockIndex, _capacity);
        var term = Unsafe.Add(ref _terms, ((nint)blockIndex * KernelLayout.BlockSize) + KernelLayout.TermPosition(lane));
        var bound = _base + (_termStep * term) + _kernels.AdcDistance(ref _table, ref block, runStride, lane);
        if (bound > threshold + Slack(threshold))
        {
            return float.PositiveInfinity;
        }

        if (!_hasResidual)
        {
            Vectors.VectorMath.Subtract(_query, _centroid, _residual);
            _hasResidual = true;
        }

        return _kernels.DecodedDistance(ref _residual[0], ref _codebooks, ref block, runStride, lane);
    }

    public readonly long Id(int i) => _asPositions ? _positions[i] : IdMap.Id(_ids, _positions[i]);

    /// <summary>What float rounding can have cost the bound and the distance together.</summary>
    private readonly double Slack(float distance) => _errorScale * (_magnitude + distance);

    private readonly ref byte Block(int block) => ref Unsafe.Add(ref _blocks, (nint)KernelLayout.BlockOffset(block, _capacity, _codeSize));
}

/// <summary>The range of a list's terms ||p||^2 + 2 &lt;c, p&gt;, known from centroid and codebooks alone, so that terms never need to be rescaled.</summary>
/// <param name="Min">The smallest possible term.</param>
/// <param name="Step">What one unit of a 16-bit term stands for.</param>
/// <param name="CentroidNorm">||c||^2.</param>
internal readonly record struct TermRange(float Min, float Step, float CentroidNorm)
{
    /// <summary>A term rounded down to 16 bits.</summary>
    public ushort Quantize(double term) => Step == 0 ? (ushort)0 : (ushort)Math.Clamp(Math.Floor((term - Min) / Step), 0, ushort.MaxValue);
}
