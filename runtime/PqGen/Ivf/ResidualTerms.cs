using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PqGen.Kernels;
using PqGen.Quantization;
using PqGen.Scan;
using PqGen.Storage;
using PqGen.Vectors;

namespace PqGen.Ivf;

/// <summary>
/// The per-vector terms of IVFPQ, ||p||^2 + 2 &lt;c, p&gt; = sum over m of (||p_m||^2 + 2 &lt;c_m, p_m&gt;): one table per list gives them all, and their range.
/// </summary>
internal sealed class ResidualTerms<TKernels>
    where TKernels : struct, IIvfPqKernels
{
    private readonly TKernels _kernels;
    private readonly CoarseQuantizer<TKernels> _coarse;
    private readonly ProductQuantizer<TKernels> _quantizer;
    private readonly double[] _norms;
    private readonly TermRange[] _ranges;

    public ResidualTerms(TKernels kernels, CoarseQuantizer<TKernels> coarse, ProductQuantizer<TKernels> quantizer)
    {
        (_kernels, _coarse, _quantizer) = (kernels, coarse, quantizer);
        _norms = new double[kernels.M * kernels.Ksub];
        for (var c = 0; c < _norms.Length; c++)
        {
            _norms[c] = VectorMath.SquaredNorm(quantizer.Codebooks.Slice(c * kernels.Dsub, kernels.Dsub));
        }

        for (var m = 0; m < kernels.M; m++)
        {
            LargestNorm += _norms.AsSpan(m * kernels.Ksub, kernels.Ksub).ToArray().Max();
        }

        _ranges = new TermRange[coarse.NList];
        Parallelism.ForChunks(coarse.NList, 16, Environment.ProcessorCount, (first, count) =>
        {
            var table = new AlignedBuffer<float>(quantizer.TableSize);
            for (var list = first; list < first + count; list++)
            {
                _ranges[list] = Range(list, table);
            }
        });
    }

    /// <summary>The largest ||p||^2 that codes can stand for.</summary>
    public double LargestNorm { get; }

    public long SizeInBytes => ((long)_norms.Length * sizeof(double)) + ((long)_ranges.Length * Unsafe.SizeOf<TermRange>());

    public TermRange RangeOf(int list) => _ranges[list];

    /// <summary>The terms of vectors of one list.</summary>
    /// <param name="list">The list.</param>
    /// <param name="members">Row numbers of the vectors in the list.</param>
    /// <param name="codes">byte <c>[n][M]</c>, by row number.</param>
    /// <param name="terms">UInt16 <c>[n]</c>, by row number, written for the members.</param>
    /// <param name="table">Working memory of <see cref="ProductQuantizer{TKernels}.TableSize"/> floats.</param>
    public void Quantize(int list, ReadOnlySpan<int> members, ReadOnlySpan<byte> codes, Span<ushort> terms, AlignedBuffer<float> table)
    {
        FillTable(list, table);
        var padded = KernelLayout.PaddedKsub(_kernels.Ksub);
        foreach (var i in members)
        {
            var code = codes.Slice(i * _kernels.M, _kernels.M);
            double term = 0;
            for (var m = 0; m < code.Length; m++)
            {
                term += Entry(table, padded, m, code[m]);
            }

            terms[i] = _ranges[list].Quantize(term);
        }
    }

    private TermRange Range(int list, AlignedBuffer<float> table)
    {
        FillTable(list, table);
        var padded = KernelLayout.PaddedKsub(_kernels.Ksub);
        double min = 0, max = 0;
        for (var m = 0; m < _kernels.M; m++)
        {
            var (rowMin, rowMax) = (double.PositiveInfinity, double.NegativeInfinity);
            for (var k = 0; k < _kernels.Ksub; k++)
            {
                var entry = Entry(table, padded, m, k);
                rowMin = Math.Min(rowMin, entry);
                rowMax = Math.Max(rowMax, entry);
            }

            min += rowMin;
            max += rowMax;
        }

        // The step is rounded up, so that the largest term still fits 16 bits.
        return new TermRange((float)min, MathF.BitIncrement((float)((max - min) / ushort.MaxValue)), (float)VectorMath.SquaredNorm(_coarse.Centroid(list)));
    }

    /// <summary>-2 &lt;c_m, p_m&gt; for every sub-centroid.</summary>
    private void FillTable(int list, AlignedBuffer<float> table) =>
        _kernels.InnerProductTables(ref MemoryMarshal.GetReference(_coarse.Centroid(list)), 1, ref _quantizer.CodebookPanels.Reference, ref table.Reference);

    private double Entry(AlignedBuffer<float> table, int padded, int m, int k) =>
        _norms[(m * _kernels.Ksub) + k] - table.At((m * padded) + k);
}
