using PqGen;

namespace SearchService;

/// <summary>
/// One opened file: its index, its tags, and how many requests use them. Disposed of when it has been replaced and the last request has ended.
/// </summary>
internal sealed class Generation(VectorIndex index, Tags tags, string file, int number) : IDisposable
{
    /// <summary>Requests that use it, and one for the server as long as it is served.</summary>
    private int _users = 1;

    public VectorIndex Index { get; } = index;

    public Tags Tags { get; } = tags;

    public string File { get; } = file;

    /// <summary>1 for the first that the server has opened.</summary>
    public int Number { get; } = number;

    /// <summary>Begins a use, unless the index is gone.</summary>
    public bool TryEnter()
    {
        for (var users = Volatile.Read(ref _users); users > 0;)
        {
            var seen = Interlocked.CompareExchange(ref _users, users + 1, users);
            if (seen == users)
            {
                return true;
            }

            users = seen;
        }

        return false;
    }

    /// <summary>Ends a use: of a request, or of the server.</summary>
    public void Dispose()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            Index.Dispose();
        }
    }
}

/// <summary>What is served now.</summary>
internal sealed class Served(Generation first) : IDisposable
{
    private Generation _current = first;

    /// <summary>The generation of this moment, for one request: dispose of it when the request ends.</summary>
    public Generation Enter()
    {
        while (true)
        {
            var current = Volatile.Read(ref _current);
            if (current.TryEnter())
            {
                return current;
            }
        }
    }

    /// <summary>Serves another generation from now on.</summary>
    public void Swap(Generation next) => Interlocked.Exchange(ref _current, next).Dispose();

    public void Dispose() => _current.Dispose();
}
