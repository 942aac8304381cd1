namespace PqGen;

/// <summary>
/// Says which ids a search may find. A struct, so that the compiler builds it into the scan; asked before a vector can count for k.
/// </summary>
/// <remarks>
/// Asked from any number of threads at once, in any order, only about vectors that may be near enough. It has to give the same answer while a search
/// runs, and must not change the index.
/// </remarks>
public interface IIdFilter
{
    /// <summary>Whether a search may find the vector with this id.</summary>
    bool Allows(long id);
}

/// <summary>Allows every id.</summary>
internal readonly struct AllIds : IIdFilter
{
    public bool Allows(long id) => true;
}

/// <summary>Ready-made filters, and filters made of others, with their types inferred.</summary>
public static class IdFilter
{
    /// <summary>Allows what the filter refuses.</summary>
    public static Not<TFilter> Not<TFilter>(TFilter filter)
        where TFilter : struct, IIdFilter => new(filter);

    /// <summary>Allows what both allow.</summary>
    public static And<TFirst, TSecond> And<TFirst, TSecond>(TFirst first, TSecond second)
        where TFirst : struct, IIdFilter
        where TSecond : struct, IIdFilter => new(first, second);

    /// <summary>Allows what one of them allows, or both.</summary>
    public static Or<TFirst, TSecond> Or<TFirst, TSecond>(TFirst first, TSecond second)
        where TFirst : struct, IIdFilter
        where TSecond : struct, IIdFilter => new(first, second);

    /// <summary>Allows what exactly one of them allows.</summary>
    public static Xor<TFirst, TSecond> Xor<TFirst, TSecond>(TFirst first, TSecond second)
        where TFirst : struct, IIdFilter
        where TSecond : struct, IIdFilter => new(first, second);
}
