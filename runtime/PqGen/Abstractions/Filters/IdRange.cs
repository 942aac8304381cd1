namespace PqGen;

/// <summary>Allows the ids from <paramref name="first"/> to <paramref name="last"/>, both included.</summary>
/// <param name="first">The smallest.</param>
/// <param name="last">The largest; where it is below the first, none is allowed.</param>
public readonly struct IdRange(long first, long last) : IIdFilter
{
    /// <inheritdoc/>
    public bool Allows(long id) => id >= first && id <= last;
}
