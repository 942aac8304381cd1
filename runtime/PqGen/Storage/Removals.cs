using System.Runtime.CompilerServices;

namespace PqGen.Storage;

/// <summary>Which positions were removed, as of one moment. The default value stands for none.</summary>
internal readonly struct RemovalView(uint[]?[] chunks, uint moment, int count)
{
    /// <summary>How many positions were removed.</summary>
    public int Count => count;

    /// <summary>Whether a position was removed by then. To be asked only where <see cref="Count"/> is not 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Contains(int position)
    {
        // 0, which stands for never, becomes the largest number.
        var chunk = chunks[position >> Removals.ChunkBits];
        return chunk is not null && chunk[position & Removals.ChunkMask] - 1 < moment;
    }
}

/// <summary>
/// When each position was removed. One writer counts moments; a reader's view is of one, so that it sees all of what a call removed or nothing of
/// it, whatever is removed meanwhile. Costs nothing where nothing is removed, else 4 bytes for each of the 4,096 positions around one that was.
/// </summary>
internal sealed class Removals(uint firstMoment = 0)
{
    public const int ChunkBits = 12;
    public const int ChunkMask = (1 << ChunkBits) - 1;

    private uint[]?[] _chunks = [];
    private uint _moment = firstMoment;
    private int _count;

    /// <summary>What was removed up to now.</summary>
    public RemovalView View => _count == 0 ? default : new RemovalView(_chunks, _moment, _count);

    public long SizeInBytes
    {
        get
        {
            var chunks = Volatile.Read(ref _chunks);
            var bytes = (long)chunks.Length * Unsafe.SizeOf<nint>();
            foreach (var chunk in chunks)
            {
                bytes += chunk is null ? 0 : sizeof(uint) << ChunkBits;
            }

            return bytes;
        }
    }

    /// <summary>
    /// Makes room for positions, so that a view may be asked for any of them, and for the removal of some, so that <see cref="Remove"/> cannot fail.
    /// </summary>
    /// <param name="positions">Positions in use, those to come among them.</param>
    /// <param name="removed">Those that will be removed.</param>
    public void Reserve(int positions, ReadOnlySpan<int> removed)
    {
        if (_count == 0 && removed.IsEmpty)
        {
            return;
        }

        Grow(positions);
        foreach (var position in removed)
        {
            _chunks[position >> ChunkBits] ??= new uint[1 << ChunkBits];
        }

        if (_moment >= uint.MaxValue - 1)
        {
            StartAgain();
        }
    }

    /// <summary>Removes positions for which there is room, all at the next moment.</summary>
    /// <param name="removed">Positions, none twice, none removed before.</param>
    public void Remove(ReadOnlySpan<int> removed)
    {
        _moment += removed.IsEmpty ? 0u : 1;
        foreach (var position in removed)
        {
            _chunks[position >> ChunkBits]![position & ChunkMask] = _moment;
        }

        _count += removed.Length;
    }

    private void Grow(int positions)
    {
        var needed = (int)(((long)positions + ChunkMask) >> ChunkBits);
        if (needed > _chunks.Length)
        {
            var chunks = _chunks;
            Array.Resize(ref chunks, Common.Growth.Capacity(chunks.Length, needed, int.MaxValue));
            Volatile.Write(ref _chunks, chunks);
        }
    }

    /// <summary>When moments have run out, all that was removed was so at the first. Views of before keep their memory.</summary>
    private void StartAgain()
    {
        _chunks = Array.ConvertAll(_chunks, chunk => chunk is null ? null : Array.ConvertAll(chunk, moment => Math.Min(moment, 1)));
        _moment = 1;
    }
}
