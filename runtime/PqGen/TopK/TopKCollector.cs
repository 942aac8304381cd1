using System.Runtime.CompilerServices;

namespace PqGen.TopK;

/// <summary>What a collection that is interrupted remembers beside its heap.</summary>
/// <param name="Count">Neighbours held.</param>
/// <param name="IsHeap">Whether they are in the order of a heap.</param>
/// <param name="Threshold">The largest score that can still enter.</param>
internal readonly record struct CollectorState(int Count, bool IsHeap, float Threshold)
{
    /// <summary>Nothing collected yet.</summary>
    public static CollectorState Empty => new(0, false, float.PositiveInfinity);
}

/// <summary>
/// The k nearest of the vectors pushed, ties to the smaller id: a max-heap ordered by (score, id) in the caller's memory. While it collects,
/// a neighbour is named by its position, whose id is looked up for ties alone.
/// </summary>
/// <typeparam name="TNames">From positions to ids.</typeparam>
/// <remarks>A push that cannot enter costs one comparison; one that can, log2(k) moves. Allocates nothing.</remarks>
internal ref struct TopKCollector<TNames> : ICollector
    where TNames : struct, INames
{
    private readonly Span<Neighbor> _heap;
    private readonly TNames _names;
    private int _count;
    private bool _isHeap;

    /// <summary>Collects the nearest <c>heap.Length</c> neighbours, 1 or more.</summary>
    public TopKCollector(Span<Neighbor> heap, TNames names)
        : this(heap, names, CollectorState.Empty)
    {
    }

    /// <summary>Goes on with a collection in the same heap.</summary>
    public TopKCollector(Span<Neighbor> heap, TNames names, CollectorState state)
    {
        _heap = heap;
        _names = names;
        Resume(state);
    }

    public static bool ThresholdFalls => true;

    public static bool IsForReranking => false;

    public readonly bool AdmitsAll => _names.AdmitsAll;

    /// <summary>What a later collection needs to go on.</summary>
    public readonly CollectorState Suspended => new(_count, _isHeap, Threshold);

    /// <summary>The largest distance that can still enter: infinite until k are held.</summary>
    public float Threshold { get; private set; }

    /// <summary>How many neighbours it takes.</summary>
    public readonly int Capacity => _heap.Length;

    public readonly int Count => _count;

    public readonly bool IsFull => _count == _heap.Length;

    /// <summary>Goes on where a copy of this collector has stopped.</summary>
    public void Resume(CollectorState state) => (_count, _isHeap, Threshold) = state;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool Admits(int position) => _names.Admits(position);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Push(int position, float score)
    {
        if (score <= Threshold && (_names.AdmitsAll || _names.Admits(position)))
        {
            Enter(new Neighbor(position, score));
        }
    }

    /// <summary>Orders what was collected, nearest first, and names it by id instead of position. Ends the collection.</summary>
    /// <returns>How many there are.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int SortById()
    {
        Sort();
        foreach (ref var neighbor in _heap[.._count])
        {
            neighbor = new Neighbor(_names[(int)neighbor.Id], neighbor.Distance);
        }

        return _count;
    }

    /// <summary>Orders what was collected, nearest first, and returns how many there are, named by position. Ends the collection.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Sort()
    {
        if (_count <= Selection.MaxSorted)
        {
            SortFew(_heap[.._count]);
            return _count;
        }

        if (!_isHeap)
        {
            Heapify();
        }

        for (var last = _count - 1; last > 0; last--)
        {
            var farthest = _heap[0];
            SiftDown(0, _heap[last], last);
            _heap[last] = farthest;
        }

        return _count;
    }

    /// <summary>
    /// Sorts without a branch that depends on the distances, which are compared together with their places; then ties go to the smaller id.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void SortFew(Span<Neighbor> neighbors)
    {
        Span<long> numbered = stackalloc long[neighbors.Length];
        Span<long> memory = stackalloc long[neighbors.Length];
        Span<Neighbor> copy = stackalloc Neighbor[neighbors.Length];
        neighbors.CopyTo(copy);
        for (var i = 0; i < neighbors.Length; i++)
        {
            numbered[i] = ((long)Selection.Key(neighbors[i].Distance) << 32) | (uint)i;
        }

        Selection.SortFew(numbered, memory);
        for (var i = 0; i < neighbors.Length; i++)
        {
            var neighbor = copy[(int)numbered[i]];
            var place = i;
            for (; place > 0 && IsAfter(neighbors[place - 1], neighbor); place--)
            {
                neighbors[place] = neighbors[place - 1];
            }

            neighbors[place] = neighbor;
        }
    }

    /// <summary>Whether x comes after y: farther, or as far with a larger id.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly bool IsAfter(in Neighbor x, in Neighbor y) =>
        x.Distance > y.Distance || (x.Distance == y.Distance && _names[(int)x.Id] > _names[(int)y.Id]);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Enter(Neighbor candidate)
    {
        if (!IsFull)
        {
            // No order is needed before the heap is full, nor before something has to leave it.
            _heap[_count++] = candidate;
            if (IsFull)
            {
                Threshold = _heap[0].Distance;
                foreach (var neighbor in _heap)
                {
                    Threshold = MathF.Max(Threshold, neighbor.Distance);
                }
            }

            return;
        }

        if (!_isHeap)
        {
            Heapify();
            _isHeap = true;
        }

        if (IsAfter(_heap[0], candidate))
        {
            SiftDown(0, candidate, _count);
            Threshold = _heap[0].Distance;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Heapify()
    {
        for (var root = (_count / 2) - 1; root >= 0; root--)
        {
            SiftDown(root, _heap[root], _count);
        }
    }

    /// <summary>Places an item at or below a hole, moving farther children up.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void SiftDown(int hole, Neighbor item, int count)
    {
        while (true)
        {
            var child = (2 * hole) + 1;
            if (child >= count)
            {
                break;
            }

            if (child + 1 < count && IsAfter(_heap[child + 1], _heap[child]))
            {
                child++;
            }

            if (!IsAfter(_heap[child], item))
            {
                break;
            }

            _heap[hole] = _heap[child];
            hole = child;
        }

        _heap[hole] = item;
    }
}
