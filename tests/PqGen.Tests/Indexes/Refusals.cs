namespace PqGen.Tests.Indexes;

/// <summary>Asserts that bad input is refused with a message to act on, and that the index is as it was.</summary>
internal static class Refusals
{
    /// <summary>Calls <paramref name="call"/>, which must throw; every fragment must be in the message.</summary>
    public static void Expect<TException>(Action call, params string[] fragments)
        where TException : Exception
    {
        var exception = Assert.Throws<TException>(call);
        Assert.All(fragments, fragment => Assert.Contains(fragment, exception.Message, StringComparison.Ordinal));
    }

    /// <summary>As the other overload; afterwards the index has the same count and gives the same answers, and can still be added to.</summary>
    public static void Expect<TException>(VectorIndex index, Action call, params string[] fragments)
        where TException : Exception
    {
        var (count, answers) = (index.Count, Answers(index));
        Expect<TException>(call, fragments);
        Assert.Equal(count, index.Count);
        Assert.Equal(answers, Answers(index));
    }

    /// <summary>The nearest neighbours of a few fixed queries over all lists.</summary>
    public static Neighbor[] Answers(VectorIndex index)
    {
        var (queries, answers) = (TestVectors.Uniform(3, index.Dimension, seed: 99), new Neighbor[3 * 8]);
        for (var q = 0; q < 3; q++)
        {
            index.Search(queries.AsSpan(q * index.Dimension, index.Dimension), answers.AsSpan(q * 8, 8), new SearchOptions { NProbe = index.NList });
        }

        return answers;
    }
}
