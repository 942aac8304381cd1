using System.Runtime.CompilerServices;

namespace PqGen.Storage;

/// <summary>Does something once for each list, before the list is first used. Safe on any number of threads; afterwards it costs one load.</summary>
/// <param name="lists">Lists.</param>
/// <param name="prepare">What is done for a list. Where it throws, it is done again at the next use.</param>
internal sealed class FirstUse(int lists, Action<int> prepare)
{
    /// <summary>Lists that are prepared at the same time, at most.</summary>
    private const int Threads = 32;

    private readonly bool[] _done = new bool[lists];
    private readonly Lock[] _locks = [.. Enumerable.Range(0, Math.Min(lists, Threads)).Select(_ => new Lock())];

    /// <summary>To be called before a list is used.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Of(int list)
    {
        if (!Volatile.Read(ref _done[list]))
        {
            Prepare(list);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Prepare(int list)
    {
        lock (_locks[list % _locks.Length])
        {
            if (!_done[list])
            {
                prepare(list);
                Volatile.Write(ref _done[list], true);
            }
        }
    }
}
