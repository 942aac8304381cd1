using System.Runtime.CompilerServices;

namespace PqGen.Storage;

/// <summary>Goes through the vectors of a list, off the hot paths. Allocates nothing.</summary>
internal struct ListPlaces(ListLayout layout, ListState state)
{
    private int _segment;
    private int _place = -1;
    private int _first;

    /// <summary>The vectors of a list, each with where it lies and its position.</summary>
    public static ListPlaces Of(ListTable lists, int list) => new(lists.Layout, lists[list]);

    public readonly (Segment Segment, int Place, int Position) Current
    {
        get
        {
            var segment = state.Segments[_segment];
            return (segment, _place, layout.HasPositions ? Unsafe.Add(ref segment.Positions(layout), _place) : _first + _place);
        }
    }

    public readonly ListPlaces GetEnumerator() => this;

    public bool MoveNext()
    {
        _place++;
        while (_segment < state.SegmentCount && _place >= state.Segments[_segment].Blocks * layout.BlockSize)
        {
            _first += state.Segments[_segment].Blocks * layout.BlockSize;
            (_segment, _place) = (_segment + 1, 0);
        }

        return _segment < state.SegmentCount && _first + _place < state.Count;
    }
}
