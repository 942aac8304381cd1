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
        if (TCollector.ThresholdFalls)
        {
            _uppers.SettleAll();
        }

        Drop();
        if (TCollector.IsForReranking)
        {
            Collect();
            return;
        }

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

        if (TCollector.ThresholdFalls && _candidateCount > _collector.Capacity)
        {
            DropFarther();
        }

        Collect();
    }

    /// <summary>Drops candidates that are farther than as many others as are collected, so that the collector need not order those that leave
    /// it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void DropFarther()
    {
        var keys = WorkingMemory.Ensure(ref _scratch.Minima, _candidateCount);
        for (var c = 0; c < keys.Length; c++)
        {
            keys[c] = Selection.Key(_candidates[c].Lower);
        }

        var kth = Selection.Kth(keys, _collector.Capacity);
        var kept = 0;
        for (var c = 0; c < keys.Length; c++)
        {
            _candidates[kept] = _candidates[c];
            kept += keys[c] <= kth ? 1 : 0;
        }

        _candidateCount = kept;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Collect()
    {
        // Positions were asked for when the vectors were scored; what has not come yet, the processor waits for at once.
        foreach (var candidate in _candidates[.._candidateCount])
        {
            _collector.Push(Unsafe.Add(ref _scratch.Segments[candidate.Segment].Segment.Positions(_layout), candidate.Place), candidate.Lower);
        }

        _candidateCount = 0;
    }
}
