using System.Runtime.CompilerServices;

namespace PqGen.TopK;

/// <summary>Neighbours that a range search has found, in memory that grows and is used again.</summary>
internal sealed class RangeBuffer
{
    private Neighbor[] _found = [];

    public int Count { get; private set; }

    public Span<Neighbor> Found => _found.AsSpan(0, Count);

    public long SizeInBytes => 16L * _found.Length;

    public void Clear() => Count = 0;

    public void Add(Neighbor neighbor)
    {
        if (Count == _found.Length)
        {
            Array.Resize(ref _found, Common.Growth.Capacity(Math.Max(64, Count), Count + 1, Array.MaxLength));
        }

        _found[Count++] = neighbor;
    }
}

/// <summary>Every vector whose score is at most a radius, named by its position.</summary>
/// <typeparam name="TNames">From positions to ids.</typeparam>
internal ref struct RangeCollector<TNames>(RangeBuffer buffer, float radius, TNames names) : ICollector
    where TNames : struct, INames
{
    public static bool ThresholdFalls => false;

    public static bool IsForReranking => false;

    public readonly int Capacity => 0;

    public readonly int Count => buffer.Count;

    public readonly bool IsFull => true;

    public readonly float Threshold => radius;

    public readonly bool AdmitsAll => names.AdmitsAll;

    public readonly CollectorState Suspended => new(buffer.Count, IsHeap: false, radius);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool Admits(int position) => names.Admits(position);

    public readonly void Resume(CollectorState state)
    {
        // Copies share the buffer.
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Push(int position, float score)
    {
        if (score <= radius && (names.AdmitsAll || names.Admits(position)))
        {
            buffer.Add(new Neighbor(position, score));
        }
    }
}
