using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PqGen.Common;
using PqGen.Kernels;
using PqGen.Quantization;

namespace PqGen.Storage.Files;

/// <summary>
/// Checks what lists from a file hold. Kernels look codes up and searches positions without checks: every code is below Ksub, every position is there
/// once, and floats are finite.
/// </summary>
/// <param name="header">What the file says of its index.</param>
/// <param name="damaged">Makes an exception of what was found and what is needed.</param>
/// <remarks>Lists may be checked on several threads at once, each once. Takes an eighth of a byte for each position.</remarks>
internal sealed class ListChecks(IndexHeader header, Func<string, string, IndexFileException> damaged)
{
    private readonly SearchValues<byte>? _any = Allowed(header.Shape, lastRun: false), _last = Allowed(header.Shape, lastRun: true);
    private readonly ulong[] _seen = header.Layout.HasPositions ? new ulong[(header.Count + 63) / 64] : [];
    private readonly ListLayout _layout = header.Layout;

    /// <summary>Checks all lists.</summary>
    public void Run(ListTable lists)
    {
        for (var list = 0; list < lists.NList; list++)
        {
            Run(list, lists.Peek(list));
        }
    }

    /// <summary>Checks one list.</summary>
    public void Run(int list, in ListState state)
    {
        var (left, before) = (state.Count, -1);
        foreach (ref readonly var segment in state.Used)
        {
            var count = Math.Min(left, segment.Blocks * _layout.BlockSize);
            Run(list, segment, count, ref before);
            left -= count;
        }
    }

    /// <summary>Checks a segment of a list.</summary>
    /// <param name="list">The list.</param>
    /// <param name="segment">The segment.</param>
    /// <param name="count">The vectors that it holds.</param>
    /// <param name="before">The last position of the list before it, -1 for none; then its own last.</param>
    public void Run(int list, in Segment segment, int count, ref int before)
    {
        if (_layout.IsBlocked)
        {
            CheckCodes(list, segment, count);
        }
        else
        {
            CheckRows(list, segment, count);
        }

        if (_layout.HasTerms)
        {
            CheckTerms(list, segment, count);
        }

        if (_layout.HasPositions)
        {
            CheckPositions(list, MemoryMarshal.CreateReadOnlySpan(ref segment.Positions(_layout), count), ref before);
        }
    }

    private void CheckCodes(int list, in Segment segment, int count)
    {
        var runs = _layout.VectorBytes;
        for (var block = 0; block < _layout.Blocks(count); block++)
        {
            var (lanes, stride) = (Math.Min(KernelLayout.BlockSize, count - (block * KernelLayout.BlockSize)), segment.RunStride(block));
            ref var first = ref segment.Block(block, runs);
            for (nint run = 0; run < runs; run++)
            {
                var codes = MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref first, run * stride), KernelLayout.BlockSize);
                var allowed = run == runs - 1 ? _last : _any;
                if ((allowed is not null && codes.ContainsAnyExcept(allowed)) || codes[lanes..].ContainsAnyExcept((byte)0))
                {
                    throw damaged(
                        Guard.Text($"block {block} of list {list} holds a code that its index cannot have"),
                        Guard.Text($"codes below Ksub = {header.Shape.Ksub}, and 0 behind the last vector"));
                }
            }
        }
    }

    private void CheckTerms(int list, in Segment segment, int count)
    {
        for (var place = count; place < _layout.Blocks(count) * KernelLayout.BlockSize; place++)
        {
            var (block, lane) = (place / KernelLayout.BlockSize, place % KernelLayout.BlockSize);
            if (Unsafe.Add(ref segment.Terms(_layout), ((nint)block * KernelLayout.BlockSize) + KernelLayout.TermPosition(lane)) != 0)
            {
                throw damaged(Guard.Text($"list {list} holds a term behind its last vector"), "0 there");
            }
        }
    }

    private void CheckRows(int list, in Segment segment, int count)
    {
        // In spans of a moderate length: one of a whole segment may not exist.
        var dimension = header.Shape.Dimension;
        var limit = header.Shape.RowsBehindTransform ? 2 * LinearTransform.MaxBias(header.Shape.InputDimension) : Guard.MaxMagnitude;
        var chunk = Math.Max(1, (1 << 22) / dimension);
        for (var row = 0; row < count; row += chunk)
        {
            var rows = MemoryMarshal.CreateReadOnlySpan(
                ref Unsafe.Add(ref segment.Rows, (nint)row * dimension), Math.Min(chunk, count - row) * dimension);
            if (Guard.IndexOfNotFinite(rows, limit) is >= 0 and var bad)
            {
                throw damaged(
                    Guard.Text($"component {bad % dimension} of vector {row + (bad / dimension)} of list {list} is {rows[bad]}"),
                    Guard.Text($"every component is finite and at most {limit} in magnitude"));
            }
        }
    }

    private void CheckPositions(int list, ReadOnlySpan<int> positions, ref int before)
    {
        foreach (var position in positions)
        {
            var bit = 1UL << position;
            if ((ulong)(uint)position >= (ulong)header.Count || (Interlocked.Or(ref _seen[position / 64], bit) & bit) != 0)
            {
                throw damaged(
                    Guard.Text($"list {list} holds position {position}"), Guard.Text($"each position of 0 to {header.Count - 1} is there once"));
            }

            if (position <= before)
            {
                throw damaged(Guard.Text($"list {list} holds position {position} after {before}"), "positions ascend in a list");
            }

            before = position;
        }
    }

    /// <summary>The bytes that a run of codes may hold; null where it may be any.</summary>
    private static SearchValues<byte>? Allowed(IndexShape shape, bool lastRun)
    {
        var packed = shape.Ksub <= KernelLayout.MaxPackedKsub;
        var highs = !packed || (lastRun && shape.M % 2 != 0) ? 1 : shape.Ksub;
        return !shape.HasCodes || shape.Ksub > byte.MaxValue ? null : SearchValues.Create(
            [.. Enumerable.Range(0, highs).SelectMany(high => Enumerable.Range(0, shape.Ksub).Select(low => (byte)((high << 4) | low)))]);
    }
}
