namespace PqGen.Tests.Indexes.Churn;

/// <summary>One vector of an id: from the step that brings it on, to the step that takes it away. The newest life of an id comes first.</summary>
/// <param name="version">Which of the id's vectors.</param>
/// <param name="begin">The step that adds it.</param>
/// <param name="next">The life before it.</param>
internal sealed class Life(int version, int begin, Life? next)
{
    private int _ending = int.MaxValue;
    private Life? _next = next;

    public int Version => version;

    public int Begin => begin;

    /// <summary>The step that removes or replaces it.</summary>
    public int Ending
    {
        get => Volatile.Read(ref _ending);
        set => Volatile.Write(ref _ending, value);
    }

    public Life? Next
    {
        get => Volatile.Read(ref _next);
        set => Volatile.Write(ref _next, value);
    }
}

/// <summary>All ids, those that are even, or those that are always there.</summary>
internal readonly struct Allowed(int kind) : IIdFilter
{
    public const int Stable = 2;

    public bool AllowsAll => kind == 0;

    public bool Allows(long id) => kind switch { 0 => true, 1 => id % 2 == 0, _ => id < ChurnedIndex.Stable };
}
