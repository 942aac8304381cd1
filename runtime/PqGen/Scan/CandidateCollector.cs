using System.Runtime.CompilerServices;
using PqGen.Storage;
using PqGen.TopK;

namespace PqGen.Scan;

/// <summary>
/// The nearest vectors by their codes, which are then compared again by their rows: those that the index keeps are asked for as soon as they are
/// known.
/// </summary>
/// <typeparam name="TNames">From positions to ids.</typeparam>
internal ref struct CandidateCollector<TNames>(TopKCollector<TNames> nearest, KeptRows? rows) : ICollector
    where TNames : struct, INames
{
    private readonly KeptRowView _rows = rows?.View ?? default;
    private readonly bool _areKept = rows is not null;
    private TopKCollector<TNames> _nearest = nearest;

    public static bool ThresholdFalls => true;

    public static bool IsForReranking => true;

    public readonly int Capacity => _nearest.Capacity;

    public readonly int Count => _nearest.Count;

    public readonly bool IsFull => _nearest.IsFull;

    public readonly float Threshold => _nearest.Threshold;

    public readonly bool AdmitsAll => _nearest.AdmitsAll;

    public readonly CollectorState Suspended => _nearest.Suspended;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool Admits(int position) => _nearest.Admits(position);

    public void Resume(CollectorState state) => _nearest.Resume(state);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Push(int position, float score)
    {
        if (_areKept)
        {
            _rows.Prefetch(position);
        }

        _nearest.Push(position, score);
    }
}
