using System.Numerics;
using System.Runtime.CompilerServices;

namespace PqGen.TopK;

/// <summary>
/// The k nearest of the neighbours pushed, ties to the smaller id: a max-heap ordered by (distance, id) in the caller's memory.
/// </summary>
/// <remarks>A push that cannot enter costs one comparison; one that can, log2(k) moves. Allocates nothing.</remarks>
internal ref struct TopK
{
    private readonly Span<Neighbor> _heap;
    private int _count;
    private bool _isHeap;

    /// <summary>What a collection that is interrupted has to remember beside its heap.</summary>
    public readonly record struct State(int Count, bool IsHeap, float Threshold)
    {
        /// <summary>Nothing collected yet.</summary>
        public static State Empty => new(0, false, float.PositiveInfinity);
    }

    /// <summary>Collects the nearest <c>heap.Length</c> neighbours, 1 or more.</summary>
    public TopK(Span<Neighbor> heap)
        : this(heap, State.Empty)
    {
    }

    /// <summary>Goes on with a collection in the same heap.</summary>
    public TopK(Span<Neighbor> heap, State state)
    {
        _heap = heap;
        (_count, _isHeap, Threshold) = state;
    }

    /// <summary>What a later collection needs to go on.</summary>
    public readonly State Suspended => new(_count, _isHeap, Threshold);

    /// <summary>The largest distance that can still enter: infinite until k are held.</summary>
    public float Threshold { get; private set; }

    public readonly int Count => _count;

    public readonly bool IsFull => _count == _heap.Length;

    /// <summary>Offers one neighbour.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Push(long id, float distance)
    {
        if (distance <= Threshold)
        {
            Enter(new Neighbor(id, distance));
        }
    }

    /// <summary>Offers neighbours with the given ids; where there are none, ids run upwards from <paramref name="firstId"/>.</summary>
    public void PushAll(ReadOnlySpan<float> distances, long firstId, ReadOnlySpan<long> ids = default)
    {
        var i = 0;
        for (; i <= distances.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            if (Vector.LessThanOrEqualAny(new Vector<float>(distances[i..]), new Vector<float>(Threshold)))
            {
                for (var l = 0; l < Vector<float>.Count; l++)
                {
                    Push(ids.IsEmpty ? firstId + i + l : ids[i + l], distances[i + l]);
                }
            }
        }

        for (; i < distances.Length; i++)
        {
            Push(ids.IsEmpty ? firstId + i : ids[i], distances[i]);
        }
    }

    /// <summary>Orders what was collected, nearest first, and returns how many there are. Ends the collection.</summary>
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

    /// <summary>Sorts without a branch that depends on the distances, which are compared together with their places; then ties go to the smaller id.</summary>
    private static void SortFew(Span<Neighbor> neighbors)
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
    private static bool IsAfter(in Neighbor x, in Neighbor y) =>
        x.Distance > y.Distance || (x.Distance == y.Distance && x.Id > y.Id);

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

    private readonly void Heapify()
    {
        for (var root = (_count / 2) - 1; root >= 0; root--)
        {
            SiftDown(root, _heap[root], _count);
        }
    }

    /// <summary>Places an item at or below a hole, moving farther children up.</summary>
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
