using System.Numerics;
using System.Runtime.CompilerServices;
using PqGen.Common;
using PqGen.Kernels;
using PqGen.Quantization;
using PqGen.TopK;

namespace PqGen.Scan;

/// <summary>Some blocks of a segment whose bounds are held.</summary>
/// <param name="Segment">The number of the segment.</param>
/// <param name="FirstBlock">Where its bounds begin among those held.</param>
/// <param name="Blocks">Its blocks, from the first on.</param>
/// <param name="Count">The vectors that the segment holds.</param>
/// <param name="From">What a bound of 0 stands for.</param>
/// <param name="Raised">What was added to its bounds.</param>
internal readonly record struct OpenedPart(int Segment, int FirstBlock, int Blocks, int Count, double From, int Raised = 0);

/// <summary>
/// How a fast scan begins: there is no threshold yet. The bounds of the first few thousand vectors are held, their k-th smallest, roughly, is the
/// first threshold, and only what it leaves is scored.
/// </summary>
/// <remarks>
/// A bound may lie below its score by more than another's. So the k-th smallest score decides at last: what its bound does not exclude, and the
/// first threshold did, is scored too. Nothing is missed, and where vectors are filtered, the threshold grows until k were scored.
/// </remarks>
internal struct Opening
{
    /// <summary>
    /// Blocks of vectors that are looked at before the first is scored, where a search goes through some lists; and where the bounds are the scores,
    /// so that a threshold too high by a little costs next to nothing.
    /// </summary>
    private const int Blocks = 64, FewBlocks = 32;

    /// <summary>Blocks for each vector wanted where a search goes through all, and most of them in any case.</summary>
    private const int BlocksOfEach = 3, MostBlocks = 512;

    /// <summary>A filter is tried on the first vectors of one in so many blocks, to know roughly what share it lets through.</summary>
    private const int SampleStride = 8, SampleLanes = 8;

    /// <summary>What is added to the vectors that a filter has let through, to guess its share: some may follow where there was none.</summary>
    private const double Prior = 0.5;

    /// <summary>More than are needed by a guess: another try costs more than scoring a few.</summary>
    private const double Ample = 1.2;

    private readonly ScanScratch _scratch;
    private readonly int _k;
    private readonly int _most;
    private int _parts;
    private int _blocks;

    /// <summary>Opens a scan.</summary>
    /// <param name="k">Vectors wanted; where there are too many, or 0 for all within a radius, nothing is opened.</param>
    /// <param name="all">Whether every vector will be scanned: then a longer opening pays, since what follows meets a lower threshold.</param>
    /// <param name="scoresAreBounds">Whether to score a vector is to read its bound.</param>
    /// <param name="scratch">Working memory.</param>
    public Opening(int k, bool all, bool scoresAreBounds, ScanScratch scratch)
    {
        (_k, _scratch) = (k, scratch);
        _most = all ? Math.Clamp(BlocksOfEach * k, Blocks, MostBlocks) : scoresAreBounds ? FewBlocks : Blocks;
        IsOpen = k > 0 && k <= Blocks * KernelLayout.BlockSize / 8;
        if (IsOpen)
        {
            WorkingMemory.Ensure(ref scratch.Bounds, (_most + FastScan.Stride) * KernelLayout.BlockSize);
        }
    }

    /// <summary>Whether it still takes vectors.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Whether it has taken all that it wants.</summary>
    public readonly bool IsFull => _blocks + FastScan.Stride > _most;

    /// <summary>Takes the first vectors of the segment at work.</summary>
    /// <param name="scanned">The segment.</param>
    /// <param name="count">The vectors that it holds.</param>
    /// <returns>Blocks taken.</returns>
    public int Take<TBlocks>(ref TBlocks scanned, int count)
        where TBlocks : struct, IScannedBlocks, allows ref struct
    {
        if (!(scanned.Step > 0))
        {
            IsOpen = false;
            return 0;
        }

        if (_parts == _scratch.Opened.Length)
        {
            Array.Resize(ref _scratch.Opened, Math.Max(16, 2 * _parts));
        }

        var taken = FastScan.Bound(
            ref scanned, count, _most + FastScan.Stride - _blocks, ref _scratch.Bounds.At((long)_blocks * KernelLayout.BlockSize));
        var part = new OpenedPart(scanned.Segment, _blocks, taken, count, scanned.From);
        for (var block = FirstSampled(part); block < taken && !scanned.AdmitsAll; block += SampleStride)
        {
            scanned.Expect(block);
        }

        _scratch.Opened[_parts++] = part;
        _blocks += taken;
        return taken;
    }

    /// <summary>Scores of the vectors taken those that may be among the k nearest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Close<TBlocks>(ref TBlocks scanned)
        where TBlocks : struct, IScannedBlocks, allows ref struct
    {
        if (!IsOpen)
        {
            return;
        }

        IsOpen = false;
        if (_parts == 0)
        {
            return;
        }

        var last = scanned.Segment;
        var step = scanned.Step;
        var parts = _scratch.Opened.AsSpan(0, _parts);
        var from = double.PositiveInfinity;
        foreach (ref readonly var part in parts)
        {
            from = Math.Min(from, part.From);
        }

        // Bounds of one scale: those of each list begin where its own bounds do.
        foreach (ref var part in parts)
        {
            part = part with { Raised = (int)Math.Min(ushort.MaxValue, Math.Floor((part.From - from) / step)) };
            WordBounds.Add(Part(part), part.Raised);
        }

        var all = _scratch.Bounds.Span(0, _blocks * KernelLayout.BlockSize);
        var scored = -1;
        var wanted = scanned.AdmitsAll ? _k : Wanted(ref scanned, parts);
        for (; scored < ushort.MaxValue && !scanned.HasThreshold; wanted = Math.Max(wanted + (wanted / 2), Wanted(wanted, scanned.Count)))
        {
            var threshold = wanted < all.Length ? WordBounds.AboutKth(all, wanted, ref _scratch.Minima) : ushort.MaxValue;
            Score(ref scanned, parts, scored, threshold);
            scored = Math.Max(scored, threshold);
        }

        // Slack differs from list to list a little; the largest limit decides.
        var limit = double.NegativeInfinity;
        foreach (ref readonly var part in parts)
        {
            scanned.Return(part.Segment);
            limit = Math.Max(limit, scanned.Limit);
        }

        Score(ref scanned, parts, scored, ByteBounds.Threshold(limit, from, step));
        scanned.Return(last);
    }

    /// <summary>How many of the nearest vectors have k that a filter lets through, by what it let through of those tried.</summary>
    private readonly int Wanted(int tried, int admitted) => (int)Math.Min(int.MaxValue / 2, Ample * tried * _k / (admitted + Prior));

    /// <summary>The same, by a sample.</summary>
    private readonly int Wanted<TBlocks>(ref TBlocks scanned, ReadOnlySpan<OpenedPart> parts)
        where TBlocks : struct, IScannedBlocks, allows ref struct
    {
        var (tried, admitted) = (0, 0);
        foreach (ref readonly var part in parts)
        {
            for (var block = FirstSampled(part); block < part.Blocks; block += SampleStride)
            {
                var lanes = FastScan.Lanes(block, part.Count) & ((1UL << SampleLanes) - 1);
                scanned.Return(part.Segment);
                tried += BitOperations.PopCount(lanes);
                admitted += BitOperations.PopCount(scanned.Admitted(block, lanes));
            }
        }

        return Math.Max(_k, Wanted(tried, admitted));
    }

    /// <summary>The first block of a part whose number among all is a multiple of the stride.</summary>
    private static int FirstSampled(in OpenedPart part) => -part.FirstBlock & (SampleStride - 1);

    /// <summary>Scores the vectors whose bound is above one threshold and at most another.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Score<TBlocks>(ref TBlocks scanned, ReadOnlySpan<OpenedPart> parts, int above, int atMost)
        where TBlocks : struct, IScannedBlocks, allows ref struct
    {
        if (atMost <= above)
        {
            return;
        }

        Span<ulong> lanes = stackalloc ulong[MostBlocks + FastScan.Stride];
        foreach (ref readonly var part in parts)
        {
            var bounds = Part(part);
            var any = 0UL;
            for (var block = 0; block < part.Blocks; block++)
            {
                any |= lanes[part.FirstBlock + block] =
                    WordBounds.Between(bounds.Slice(block * KernelLayout.BlockSize, KernelLayout.BlockSize), above, atMost)
                    & FastScan.Lanes(block, part.Count);
            }

            if (any != 0 && !scanned.AdmitsAll)
            {
                scanned.Return(part.Segment);
                FastScan.Expect(ref scanned, 0, lanes.Slice(part.FirstBlock, part.Blocks));
            }
        }

        foreach (ref readonly var part in parts)
        {
            var returned = false;
            var bounds = Part(part);
            for (var block = 0; block < part.Blocks; block++)
            {
                if (lanes[part.FirstBlock + block] is not 0 and var some)
                {
                    if (!returned)
                    {
                        scanned.Return(part.Segment);
                        returned = true;
                    }

                    if (atMost < ushort.MaxValue)
                    {
                        scanned.Score(block, some, ref bounds[block * KernelLayout.BlockSize], part.Raised);
                    }
                    else
                    {
                        // Some may have stayed at the largest number when they were raised.
                        FastScan.Score(ref scanned, block, some);
                    }

                    scanned.Settle();
                }
            }
        }
    }

    private readonly Span<ushort> Part(in OpenedPart part) =>
        _scratch.Bounds.Span((long)part.FirstBlock * KernelLayout.BlockSize, part.Blocks * KernelLayout.BlockSize);
}
