using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PqGen.Common;
using PqGen.Kernels;
using PqGen.Quantization;

namespace PqGen.Ivf;

/// <summary>
/// The per-vector terms of IVFPQ, ||p||^2 + 2 &lt;c - o, p&gt; = sum over m of (||p_m||^2 + 2 &lt;c_m - o_m, p_m&gt;): one table per list gives them
/// all, and their range.
/// </summary>
/// <remarks>
/// ||x - c - p||^2 = ||x - c||^2 + (||p||^2 + 2 &lt;c - o, p&gt;) - 2 &lt;x - o, p&gt; for any o, the origin. The nearer it lies to
/// the vectors, the less the two products take back of each other, and the finer the steps of terms and byte tables are.
/// </remarks>
internal sealed class ResidualTerms<TKernels>
    where TKernels : struct, IIvfPqKernels
{
    private readonly TKernels _kernels;
    private readonly CoarseQuantizer<TKernels> _coarse;
    private readonly ProductQuantizer<TKernels> _quantizer;
    private readonly float[] _origin;
    private readonly double[] _norms;
    private readonly TermRange[] _ranges;

    /// <param name="kernels">The kernels.</param>
    /// <param name="coarse">The centroids.</param>
    /// <param name="quantizer">The codebooks.</param>
    /// <param name="origin">float <c>[Dimension]</c>, what centroids and queries are taken from.</param>
    /// <param name="threads">Threads to use.</param>
    /// <param name="ranges">What was computed of the same before; null where nothing was.</param>
    /// <param name="cancellation">Ends it early.</param>
    public ResidualTerms(
        TKernels kernels,
        CoarseQuantizer<TKernels> coarse,
        ProductQuantizer<TKernels> quantizer,
        float[] origin,
        int threads,
        TermRange[]? ranges = null,
        CancellationToken cancellation = default)
    {
        (_kernels, _coarse, _quantizer, _origin) = (kernels, coarse, quantizer, origin);
        _norms = new double[kernels.M * kernels.Ksub];
        for (var c = 0; c < _norms.Length; c++)
        {
            _norms[c] = VectorMath.SquaredNorm(quantizer.KernelCodebooks.Slice(c * kernels.Dsub, kernels.Dsub));
        }

        for (var m = 0; m < kernels.M; m++)
        {
            LargestNorm += _norms.AsSpan(m * kernels.Ksub, kernels.Ksub).ToArray().Max();
        }

        if (ranges is { Length: > 0 })
        {
            _ranges = ranges;
            LargestStep = Largest(ranges);
            return;
        }

        _ranges = new TermRange[coarse.NList];
        Parallelism.ForChunks(coarse.NList, 64, threads, (first, count) =>
        {
            var table = new AlignedBuffer<float>(quantizer.TableSize);
            for (var list = first; list < first + count; list++)
            {
                _ranges[list] = Range(list, table);
            }
        }, cancellation);
        LargestStep = Largest(_ranges);
    }

    /// <summary>float <c>[Dimension]</c>, what centroids and queries are taken from.</summary>
    public ReadOnlySpan<float> Origin => _origin;

    /// <summary>The largest ||p||^2 that codes can stand for.</summary>
    public double LargestNorm { get; }

    /// <summary>The largest unit of a list's terms.</summary>
    public float LargestStep { get; }

    public long SizeInBytes =>
        ((long)_norms.Length * sizeof(double)) + ((long)_ranges.Length * Unsafe.SizeOf<TermRange>()) + ((long)_origin.Length * sizeof(float));

    /// <summary>The range of each list's terms.</summary>
    public TermRange[] Ranges => _ranges;

    public TermRange RangeOf(int list) => _ranges[list];

    /// <summary>The terms of vectors of one list.</summary>
    /// <param name="list">The list.</param>
    /// <param name="members">Row numbers of the vectors in the list.</param>
    /// <param name="codes">byte <c>[n][M]</c>, by row number.</param>
    /// <param name="terms">UInt16 <c>[n]</c>, by row number, written for the members.</param>
    /// <param name="table">Working memory of <see cref="ProductQuantizer{TKernels}.TableSize"/> floats, made when many members need it.</param>
    public void Quantize(int list, ReadOnlySpan<int> members, ReadOnlySpan<byte> codes, Span<ushort> terms, ref AlignedBuffer<float> table)
    {
        // A table costs Ksub products for each sub-quantizer, a vector on its own one. Both give the same bits.
        var usesTable = members.Length >= _kernels.Ksub / 8;
        if (usesTable)
        {
            FillTable(FromOrigin(list), WorkingMemory.Ensure(ref table, _quantizer.TableSize));
        }

        var padded = KernelLayout.PaddedKsub(_kernels.Ksub);
        foreach (var i in members)
        {
            double term = 0;
            for (var m = 0; m < _kernels.M; m++)
            {
                var code = codes[(i * _kernels.M) + m];
                term += _norms[(m * _kernels.Ksub) + code] - (usesTable ? table.At((m * padded) + code) : Product(list, m, code));
            }

            terms[i] = _ranges[list].Quantize(term);
        }
    }

    private static float Largest(TermRange[] ranges)
    {
        var step = 0f;
        foreach (ref readonly var range in ranges.AsSpan())
        {
            step = MathF.Max(step, range.Step);
        }

        return step;
    }

    private TermRange Range(int list, AlignedBuffer<float> table)
    {
        var centroid = FromOrigin(list);
        FillTable(centroid, table);
        var padded = KernelLayout.PaddedKsub(_kernels.Ksub);
        double min = 0, max = 0;
        for (var m = 0; m < _kernels.M; m++)
        {
            var (rowMin, rowMax) = (double.PositiveInfinity, double.NegativeInfinity);
            for (var k = 0; k < _kernels.Ksub; k++)
            {
                var entry = _norms[(m * _kernels.Ksub) + k] - table.At((m * padded) + k);
                rowMin = Math.Min(rowMin, entry);
                rowMax = Math.Max(rowMax, entry);
            }

            min += rowMin;
            max += rowMax;
        }

        // The step is rounded up, so that the largest term still fits 16 bits.
        return new TermRange(
            (float)min, MathF.BitIncrement((float)((max - min) / ushort.MaxValue)), (float)VectorMath.SquaredNorm(centroid));
    }

    /// <summary>c - o, float <c>[Dimension]</c>.</summary>
    private float[] FromOrigin(int list)
    {
        var centroid = new float[_origin.Length];
        VectorMath.Subtract(_coarse.Centroid(list), _origin, centroid);
        return centroid;
    }

    /// <summary>-2 &lt;c_m - o_m, p_m&gt; for every sub-centroid.</summary>
    private void FillTable(float[] centroid, AlignedBuffer<float> table) =>
        _kernels.InnerProductTables(ref centroid[0], 1, ref _quantizer.CodebookPanels.Reference, ref table.Reference);

    /// <summary>One entry of that table, in the same order of sums.</summary>
    private float Product(int list, int m, int code)
    {
        var (start, sum) = (m * _kernels.Dsub, 0f);
        var centroid = _coarse.Centroid(list).Slice(start, _kernels.Dsub);
        var origin = _origin.AsSpan(start, _kernels.Dsub);
        var subcentroid = _quantizer.KernelCodebooks.Slice(((m * _kernels.Ksub) + code) * _kernels.Dsub, _kernels.Dsub);
        for (var d = 0; d < centroid.Length; d++)
        {
            sum = Fused.MultiplyAdd(centroid[d] - origin[d], subcentroid[d], sum);
        }

        return sum * -2f;
    }
}
