using System.Numerics;

namespace PqGen.Storage;

/// <summary>
/// Some of the positions of an index, those that were not removed, and which number each of them has among those: its position once the others are
/// gone. Takes three sixteenths of a byte for each position.
/// </summary>
internal sealed class LivePositions
{
    private const int WordBits = 64;
    private readonly ulong[] _live;

    /// <summary>Live positions before each word.</summary>
    private readonly int[] _before;

    /// <summary>Those that were not removed.</summary>
    public LivePositions(int positions, RemovalView removed)
        : this(positions, position => !removed.Contains(position))
    {
    }

    /// <summary>Those that are chosen.</summary>
    public LivePositions(int positions, Func<int, bool> isLive)
    {
        _live = new ulong[(positions + WordBits - 1) / WordBits];
        _before = new int[_live.Length];
        for (var word = 0; word < _live.Length; word++)
        {
            _before[word] = Count;
            for (var position = word * WordBits; position < Math.Min((long)positions, (word + 1L) * WordBits); position++)
            {
                _live[word] |= isLive(position) ? 1UL << position : 0;
            }

            Count += BitOperations.PopCount(_live[word]);
        }
    }

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>Whether a position was not removed.</summary>
    public bool Contains(int position) => (_live[position / WordBits] & (1UL << position)) != 0;

    /// <summary>How many live positions are before one.</summary>
    public int Rank(int position) =>
        _before[position / WordBits] + BitOperations.PopCount(_live[position / WordBits] & ((1UL << position) - 1));
}
