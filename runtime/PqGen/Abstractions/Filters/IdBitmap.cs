using System.Runtime.CompilerServices;
using PqGen.Common;

namespace PqGen;

/// <summary>Allows the ids whose bit is set. One bit for each id of a range: the fastest filter where ids are dense.</summary>
public readonly struct IdBitmap : IIdFilter
{
    private readonly ulong[]? _words;
    private readonly long _firstId;

    /// <summary>Bits in words.</summary>
    /// <param name="words">Bit i % 64 of word i / 64 stands for the id <paramref name="firstId"/> + i, where that is an Int64. Copied.</param>
    /// <param name="firstId">The id of the first bit.</param>
    public IdBitmap(ReadOnlySpan<ulong> words, long firstId = 0)
    {
        (_words, _firstId) = (words.ToArray(), firstId);
        var last = unchecked((ulong)long.MaxValue - (ulong)firstId);
        if (last / 64 < (ulong)_words.Length)
        {
            _words[(int)(last / 64)] &= ulong.MaxValue >> (63 - (int)(last % 64));
            _words.AsSpan((int)(last / 64) + 1).Clear();
        }
    }

    private IdBitmap(ulong[] words, long firstId)
    {
        (_words, _firstId) = (words, firstId);
    }

    /// <summary>A bitmap of some ids, from the smallest to the largest of them.</summary>
    /// <param name="ids">In any order; may be there twice.</param>
    /// <exception cref="ArgumentException">The ids lie so far apart that an array cannot hold a bit for each between them.</exception>
    public static IdBitmap Of(ReadOnlySpan<long> ids)
    {
        if (ids.IsEmpty)
        {
            return default;
        }

        var (first, last) = (long.MaxValue, long.MinValue);
        foreach (var id in ids)
        {
            (first, last) = (Math.Min(first, id), Math.Max(last, id));
        }

        var words = (unchecked((ulong)last - (ulong)first) / 64) + 1;
        if (words > (ulong)Array.MaxLength)
        {
            throw new ArgumentException(
                Guard.Text($"ids lie between {first} and {last}; a bitmap needs them within {64L * Array.MaxLength} of each other. Use an IdSet."),
                nameof(ids));
        }

        var bits = new ulong[words];
        foreach (var id in ids)
        {
            var bit = unchecked((ulong)id - (ulong)first);
            bits[bit / 64] |= 1UL << (int)(bit % 64);
        }

        return new IdBitmap(bits, first);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Allows(long id)
    {
        var bit = unchecked((ulong)id - (ulong)_firstId);
        var words = _words;
        return words is not null && bit / 64 < (ulong)words.Length && ((words[(int)(bit / 64)] >> (int)(bit % 64)) & 1) != 0;
    }
}
