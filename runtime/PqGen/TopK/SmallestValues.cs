using System.Runtime.CompilerServices;

namespace PqGen.TopK;

/// <summary>
/// The k smallest of the values added, for the sake of the largest of them: a threshold that sinks. Values are added without a branch, and
/// settled a batch at a time.
/// </summary>
/// <remarks>Between two settlings the threshold is one that was. Allocates nothing.</remarks>
internal ref struct SmallestValues
{
    private readonly Span<int> _keys;
    private readonly int _k;
    private int _count;
    private int _settled;

    /// <summary>Collects the <paramref name="k"/> smallest, 1 or more.</summary>
    /// <param name="k">How many.</param>
    /// <param name="memory">Working memory of <see cref="Room"/> integers.</param>
    public SmallestValues(int k, Span<int> memory)
    {
        _k = k;
        _keys = memory;
        Threshold = float.PositiveInfinity;
    }

    /// <summary>The k-th smallest value as last settled: infinite until k were added.</summary>
    public float Threshold { get; private set; }

    /// <summary>Values held, up to k.</summary>
    public readonly int Count => Math.Min(_count, _k);

    public readonly bool IsFull => _count >= _k;

    /// <summary>
    /// The integers of working memory for k values, where at most <paramref name="batch"/> are added between two calls of <see cref="Settle"/>.
    /// </summary>
    public static int Room(int k, int batch) => checked(k + Lag(k) + batch);

    /// <summary>Adds a value, or does not.</summary>
    public void Add(float value, bool adds)
    {
        _keys[_count] = Selection.Key(value);
        _count += adds ? 1 : 0;
    }

    /// <summary>Brings the threshold up to date, if enough values were added for it to be worth while.</summary>
    /// <returns>Whether it may have changed.</returns>
    public bool Settle() => _count >= _k && _count - _settled >= Lag(_k) && SettleAll();

    /// <summary>Brings the threshold up to date with every value added.</summary>
    /// <returns>Whether it may have changed.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool SettleAll()
    {
        if (_count < _k || _count == _settled)
        {
            return false;
        }

        var kth = Selection.Kth(_keys[.._count], _k);
        var kept = 0;
        foreach (var key in _keys[.._count])
        {
            _keys[kept] = key;
            kept += key < kth ? 1 : 0;
        }

        _keys[kept.._k].Fill(kth);
        (_count, _settled) = (_k, _k);
        Threshold = Selection.Value(kth);
        return true;
    }

    /// <summary>Values that a settling waits for: the more are held, the less one of them changes, and the more a settling costs.</summary>
    private static int Lag(int k) => 1 + (k / 2);
}
