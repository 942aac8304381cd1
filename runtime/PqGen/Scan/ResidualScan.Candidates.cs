using System.Runtime.CompilerServices;
using PqGen.Common;
using PqGen.Kernels;
using PqGen.TopK;

namespace PqGen.Scan;

/// <content>What becomes of candidates.</content>
internal ref partial struct ResidualScan<TKernels, TCollector>
    where TKernels : struct, IIvfPqKernels
    where TCollector : struct, ICollector, allows ref struct
{
    /// <summary>
    /// Drops the candidates that the threshold excludes by now. If most remain, because many distances are nearly the same, computes them.
    /// </summary>
    private void MakeRoom()
    {
        Drop();
        if (_candidateCount > _candidates.Length / 2)
        {
            Resolve();
            UpdateLimit();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Drop()
    {
        var threshold = KthDistance;
        var kept = 0;
        foreach (var candidate in _candidates[.._candidateCount])
        {
            _candidates[kept] = candidate;
            kept += candidate.Lower <= threshold ? 1 : 0;
        }

        _candidateCount = kept;
    }

    /// <summary>Computes the distances of the candidates by decoding them, and collects the nearest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Resolve()
    {
        if (TCollector.IsForReranking)
        {
            _uppers.SettleAll();
            Drop();
            Collect();
            return;
        }

        Drop();
        var residualOf = -1;
        var codeSize = _layout.VectorBytes;
        foreach (ref var candidate in _candidates[.._candidateCount])
        {
            ref readonly var scanned = ref _scratch.Segments[candidate.Segment];
            if (residualOf != scanned.Probe)
            {
                VectorMath.Subtract(_query, _coarse.Centroid(_lists[scanned.Probe].List), _residual);
                residualOf = scanned.Probe;
            }

            var (block, lane) = (candidate.Place / KernelLayout.BlockSize, candidate.Place % KernelLayout.BlockSize);
            var distance = _kernels.DecodedDistance(
                ref _residual[0], ref _codebooks, ref scanned.Segment.Block(block, codeSize), scanned.Segment.RunStride(block), lane);
            candidate = candidate with { Lower = distance };
        }

        Collect();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Collect()
    {
        // Positions lie in memory that nothing has touched; here the processor can wait for all of them at once.
        foreach (var candidate in _candidates[.._candidateCount])
        {
            _collector.Push(Unsafe.Add(ref _scratch.Segments[candidate.Segment].Segment.Positions(_layout), candidate.Place), candidate.Lower);
        }

        _candidateCount = 0;
    }
}
