using System.Diagnostics.CodeAnalysis;

namespace PqGen;

/// <summary>Allows what another filter refuses.</summary>
/// <param name="filter">The other filter.</param>
[SuppressMessage("Naming", "CA1716", Justification = "The field's word.")]
public readonly struct Not<TFilter>(TFilter filter) : IIdFilter
    where TFilter : struct, IIdFilter
{
    /// <inheritdoc/>
    public bool Allows(long id) => !filter.Allows(id);
}

/// <summary>Allows what two filters both allow.</summary>
/// <param name="first">Asked first.</param>
/// <param name="second">Asked where the first allows.</param>
[SuppressMessage("Naming", "CA1716", Justification = "The field's word.")]
public readonly struct And<TFirst, TSecond>(TFirst first, TSecond second) : IIdFilter
    where TFirst : struct, IIdFilter
    where TSecond : struct, IIdFilter
{
    /// <inheritdoc/>
    public bool Allows(long id) => first.Allows(id) && second.Allows(id);
}

/// <summary>Allows what one of two filters allows, or both.</summary>
/// <param name="first">Asked first.</param>
/// <param name="second">Asked where the first refuses.</param>
[SuppressMessage("Naming", "CA1716", Justification = "The field's word.")]
public readonly struct Or<TFirst, TSecond>(TFirst first, TSecond second) : IIdFilter
    where TFirst : struct, IIdFilter
    where TSecond : struct, IIdFilter
{
    /// <inheritdoc/>
    public bool Allows(long id) => first.Allows(id) || second.Allows(id);
}

/// <summary>Allows what exactly one of two filters allows.</summary>
/// <param name="first">One filter.</param>
/// <param name="second">The other.</param>
[SuppressMessage("Naming", "CA1716", Justification = "The field's word.")]
public readonly struct Xor<TFirst, TSecond>(TFirst first, TSecond second) : IIdFilter
    where TFirst : struct, IIdFilter
    where TSecond : struct, IIdFilter
{
    /// <inheritdoc/>
    public bool Allows(long id) => first.Allows(id) != second.Allows(id);
}
