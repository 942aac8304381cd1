using System.Numerics;
using System.Runtime.CompilerServices;
using PqGen.Kernels;
using PqGen.TopK;

namespace PqGen.Scan;

/// <summary>Where scores of codes come from.</summary>
internal enum ScoreSource
{
    /// <summary>The float table and the term: the score is within 1/65,536 of the terms' range.</summary>
    Floats,

    /// <summary>The bounds that the scan has written.</summary>
    Bounds,

    /// <summary>The same sums of bytes, computed for one vector after the other.</summary>
    Bytes,
}

/// <content>
/// The scores of survivors. Whoever re-ranks by rows needs no distances of codes, only the nearest codes, the same on every path. Of most vectors
/// their bounds, which the scan has summed already, tell whether they are among these: all bounds lie below the scores from floats by about as much,
/// half a step for each sub-quantizer. Those about which there is doubt are scored from floats in the end.
/// </content>
internal ref partial struct ResidualScan<TKernels, TCollector>
    where TKernels : struct, IIvfPqKernels
    where TCollector : struct, ICollector, allows ref struct
{
    /// <summary>
    /// By how many steps, and standard deviations of what M roundings take, a bound has to miss the k-th smallest to tell. With half of it GloVe
    /// loses .0003 of recall, collections whose neighbours differ less in distance .03; with these neither loses any.
    /// </summary>
    private const double Steps = 1, Deviations = 2;

    /// <summary>Whether to score a vector is to read its bound.</summary>
    public readonly bool ScoresAreBounds => TCollector.IsForReranking && _scores == ScoreSource.Bounds;

    /// <summary>Bounds that are not farther than this from the k-th smallest do not tell; 0 where scores come from floats.</summary>
    private readonly float DoubtOf(TableScale scale, ScoreSource scores) =>
        scores == ScoreSource.Floats ? 0 : (float)(scale.Step * (Steps + (Deviations * Math.Sqrt(_kernels.M / 12.0))));

    /// <summary>A vector's score from floats: ||x - c||^2 and the list's smallest term, its own term, its table entries, in this order.</summary>
    private readonly float FloatScore(float from, float termStep, ushort term, ref byte codes, int runStride, int lane) =>
        from + (termStep * term) + _kernels.AdcDistance(ref _table, ref codes, runStride, lane);

    /// <summary>
    /// Makes the byte table. For bounds to tell candidates, no byte sum may saturate, and terms must not count in larger steps than bytes.
    /// </summary>
    private readonly (TableScale Scale, ScoreSource Scores) Quantize(bool isPlain, float largestTermStep)
    {
        if (TCollector.IsForReranking)
        {
            var scale = _kernels.QuantizeTable(ref _table, float.PositiveInfinity, saturates: false, ref _byteTable);
            if (scale.Step > 0 && largestTermStep <= scale.Step)
            {
                var oneByOne = isPlain || (_kernels.Ksub > KernelLayout.MaxPackedKsub && !InstructionSets.ByteLookups);
                return (scale, oneByOne ? ScoreSource.Bytes : ScoreSource.Bounds);
            }
        }

        return (_kernels.QuantizeTable(ref _table, float.PositiveInfinity, saturates: true, ref _byteTable), ScoreSource.Floats);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void ScoreByBounds(ulong lanes, ref ushort bounds, int raised)
    {
        for (var count = 0; lanes != 0; lanes &= lanes - 1, count++)
        {
            var place = KernelLayout.TermPosition(BitOperations.TrailingZeroCount(lanes));
            _bounds[count] = OfUnits(Unsafe.Add(ref bounds, place) - raised);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void ScoreByCodes(int block, ulong lanes)
    {
        ref var codes = ref Block(block);
        ref var terms = ref Terms(block);
        var runStride = KernelLayout.RunStride(block, _capacity);
        for (var count = 0; lanes != 0; lanes &= lanes - 1, count++)
        {
            var lane = BitOperations.TrailingZeroCount(lanes);
            var term = Unsafe.Add(ref terms, KernelLayout.TermPosition(lane));
            if (_scores == ScoreSource.Floats)
            {
                _bounds[count] = FloatScore(_base, _termStep, term, ref codes, runStride, lane);
            }
            else
            {
                var sum = (int)_kernels.AdcDistance(ref _plainBytes, ref codes, runStride, lane);
                _bounds[count] = OfUnits(Math.Min(ushort.MaxValue, sum + (int)((long)term * _termFactor >> 16)));
            }
        }
    }

    /// <summary>What so many units of a bound stand for in the list at work.</summary>
    private readonly float OfUnits(int units) => (float)(_from + (_step * units));
}
