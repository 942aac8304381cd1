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
        if (_candidateCount <= _candidates.Length / 2)
        {
            return;
        }

        if (_doubt > 0)
        {
            // Which of them are taken, the end will tell.
            if (_candidates.Length == _scratch.Shortlist.Length)
            {
                Array.Resize(ref _scratch.Shortlist, 2 * _candidates.Length);
            }

            _candidates = _scratch.Shortlist;
        }
        else
        {
            Resolve();
            UpdateLimit();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Drop()
    {
        var threshold = KthDistance + _doubt;
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
            if (_doubt > 0)
            {
                Decide();
            }

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
            DropFarther(0, _collector.Capacity);
        }

        Collect();
    }

    /// <summary>
    /// Keeps of the candidates those whose bounds tell that they are among the nearest, and of the others as many as are still wanted, the nearest by
    /// their scores from floats.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Decide()
    {
        if (_candidateCount <= _collector.Capacity)
        {
            return;
        }

        var certain = KthDistance - _doubt;
        var (taken, codeSize) = (0, _layout.VectorBytes);
        for (var c = 0; c < _candidateCount; c++)
        {
            if (_candidates[c].Lower < certain)
            {
                (_candidates[taken], _candidates[c]) = (_candidates[c] with { Lower = float.NegativeInfinity }, _candidates[taken]);
                taken++;
            }
        }

        foreach (ref var candidate in _candidates[taken.._candidateCount])
        {
            ref readonly var scanned = ref _scratch.Segments[candidate.Segment];
            ref readonly var list = ref _lists[scanned.Probe];
            var (block, lane) = (candidate.Place / KernelLayout.BlockSize, candidate.Place % KernelLayout.BlockSize);
            var term = Unsafe.Add(ref scanned.Segment.Terms(_layout), (block * KernelLayout.BlockSize) + KernelLayout.TermPosition(lane));
            var score = FloatScore(
                list.CoarseDistance + list.Terms.Min,
                list.Terms.Step,
                term,
                ref scanned.Segment.Block(block, codeSize),
                scanned.Segment.RunStride(block),
                lane);
            candidate = candidate with { Lower = score };
        }

        DropFarther(taken, _collector.Capacity - taken);
    }

    /// <summary>
    /// Drops candidates, from one on, that are farther than as many others as are wanted of them, so that the collector need not order those that
    /// leave it.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void DropFarther(int from, int wanted)
    {
        var candidates = _candidates[from.._candidateCount];
        var keys = WorkingMemory.Ensure(ref _scratch.Minima, candidates.Length);
        for (var c = 0; c < keys.Length; c++)
        {
            keys[c] = Selection.Key(candidates[c].Lower);
        }

        var kth = Selection.Kth(keys, wanted);
        var kept = 0;
        for (var c = 0; c < keys.Length; c++)
        {
            candidates[kept] = candidates[c];
            kept += keys[c] <= kth ? 1 : 0;
        }

        _candidateCount = from + kept;
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
