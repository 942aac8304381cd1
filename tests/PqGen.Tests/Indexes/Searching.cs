using System.Buffers;

namespace PqGen.Tests.Indexes;

/// <summary>Searches that return what they find, and the comparison of what two have found.</summary>
internal static class Searching
{
    /// <summary>The k nearest.</summary>
    public static Neighbor[] Nearest(this VectorIndex index, ReadOnlySpan<float> query, int k, SearchOptions options = default)
    {
        var results = new Neighbor[k];
        return results[..index.Search(query, results, options)];
    }

    /// <summary>The k nearest that a filter allows.</summary>
    public static Neighbor[] Nearest<TFilter>(
        this VectorIndex index, ReadOnlySpan<float> query, int k, TFilter filter, SearchOptions options = default)
        where TFilter : struct, IIdFilter
    {
        var results = new Neighbor[k];
        return results[..index.Search(query, results, filter, options)];
    }

    /// <summary>All within a radius.</summary>
    public static Neighbor[] Within(this VectorIndex index, ReadOnlySpan<float> query, float radius, SearchOptions options = default)
    {
        var matches = new ArrayBufferWriter<Neighbor>();
        index.SearchRange(query, radius, matches, options);
        return matches.WrittenSpan.ToArray();
    }

    /// <summary>All within a radius that a filter allows.</summary>
    public static Neighbor[] Within<TFilter>(
        this VectorIndex index, ReadOnlySpan<float> query, float radius, TFilter filter, SearchOptions options = default)
        where TFilter : struct, IIdFilter
    {
        var matches = new ArrayBufferWriter<Neighbor>();
        index.SearchRange(query, radius, matches, filter, options);
        return matches.WrittenSpan.ToArray();
    }

    /// <summary>Asserts the same ids in the same order with the same bits of distance.</summary>
    /// <param name="expected">What should be found.</param>
    /// <param name="found">What is.</param>
    /// <param name="where">The case, for the message.</param>
    public static void Same(ReadOnlySpan<Neighbor> expected, ReadOnlySpan<Neighbor> found, string where)
    {
        for (var i = 0; i < Math.Min(expected.Length, found.Length); i++)
        {
            if (expected[i].Id != found[i].Id
                || BitConverter.SingleToInt32Bits(expected[i].Distance) != BitConverter.SingleToInt32Bits(found[i].Distance))
            {
                Assert.Fail($"{where}, place {i}: {expected[i]} expected, {found[i]} found");
            }
        }

        Assert.True(expected.Length == found.Length, $"{where}: {expected.Length} expected, {found.Length} found");
    }
}

/// <summary>Allows ids whose remainder by a number is one of the first.</summary>
internal readonly struct Remainder(long divisor, long below = 1) : IIdFilter
{
    public bool Allows(long id) => (((id % divisor) + divisor) % divisor) < below;
}
