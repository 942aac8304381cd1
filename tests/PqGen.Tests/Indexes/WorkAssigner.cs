using PqGen.Clustering;
using PqGen.Kernels;

namespace PqGen.Tests.Indexes;

/// <summary>Assigns points in a pattern instead of by distance, and keeps how much each call would have multiplied.</summary>
/// <param name="dimension">Components of a point.</param>
/// <param name="takesParts">Whether it may be given some of the panels.</param>
/// <param name="called">What to do in each call, by the number of those before; null for nothing.</param>
internal readonly struct WorkAssigner(int dimension, bool takesParts, Action<int>? called = null) : IAssigner
{
    /// <summary>Multiplications of one piece at most.</summary>
    public const long Piece = 1 << 26;

    private readonly List<long> _pieces = [];

    public int Dimension => dimension;

    public bool TakesParts => takesParts;

    /// <summary>Multiplications of each call.</summary>
    public IReadOnlyList<long> Pieces => _pieces;

    public void Assign(ref float points, int count, ref float panels, int panelCount, ref int nearest, ref float distances)
    {
        int calls;
        lock (_pieces)
        {
            calls = _pieces.Count;
            _pieces.Add((long)count * panelCount * KernelLayout.PanelWidth * dimension);
        }

        called?.Invoke(calls);
        for (var i = 0; i < count; i++)
        {
            // A panel's first centroid, another one in every iteration; all are as far.
            System.Runtime.CompilerServices.Unsafe.Add(ref nearest, i) = ((calls / 3) + i) % panelCount * KernelLayout.PanelWidth;
            System.Runtime.CompilerServices.Unsafe.Add(ref distances, i) = 1;
        }
    }
}
