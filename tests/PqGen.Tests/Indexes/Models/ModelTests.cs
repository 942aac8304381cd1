using CsCheck;

namespace PqGen.Tests.Indexes.Models;

/// <summary>
/// Random programs of every call that an index has, on the index and on its plain model: after each step both say the same, to the last bit of a
/// distance. A program that finds a difference is shrunk, and printed with the seed that makes it again.
/// </summary>
public class ModelTests
{
    /// <summary>Steps on each kind and metric.</summary>
    private const int Least = 10_000;
    private const int Programs = 310;
    private const int LongestProgram = 80;

    private static readonly Gen<int[]> s_row = Gen.Frequency(
        (12, Gen.Int[-3, 3].Array[Subject.Dimension]), (1, Gen.Const(() => new int[Subject.Dimension])));

    /// <summary>Near the numbers that come by themselves, so that they meet; seldom the ends of what an id can be.</summary>
    private static readonly Gen<long> s_id = Gen.Frequency(
        (30, Gen.Long[-5, 60]), (10, Gen.Long[0, 400]), (1, Gen.Bool.Select(largest => largest ? long.MaxValue : long.MinValue)));

    private static readonly Gen<SearchOptions> s_options = Gen.Select(
        Gen.Int[0, 5], Gen.Int[0, 12], Gen.Int[0, 60], Gen.Bool, Gen.Bool, Gen.Bool, (nprobe, rerank, budget, reranks, hasBudget, ensures) =>
            new SearchOptions
            {
                NProbe = nprobe, Rerank = reranks ? rerank : 0, MaxCodes = hasBudget ? budget : 0, EnsureK = ensures,
            }).SelectMany(options => Gen.Bool.Select(plain => options with { Scan = plain ? ScanKind.Plain : ScanKind.Fast }));

    private static readonly Gen<int> s_k = Gen.Frequency((6, Gen.Int[0, 12]), (1, Gen.Int[0, 500]));

    private static readonly Gen<Step> s_step = Gen.Frequency(
        (6, s_row.Array[1, 4].Select(rows => (Step)new Add(rows))),
        (2, Gen.Select(Gen.Int[1, 150], Gen.Int[0, 99], (count, seed) => (Step)new AddMany(count, seed))),
        (8, Gen.Select(Gen.Select(s_id, s_row).Array[1, 4], Gen.Bool, (rows, replaces) => (Step)new PutOwn(rows, replaces))),
        (2, Gen.Select(
            Gen.Int[-50, 200], Gen.Int[1, 100], Gen.Int[0, 99], Gen.Bool, (first, count, seed, replaces) =>
                (Step)new PutMany(first, count, seed, replaces))),
        (5, s_id.Select(id => (Step)new Remove(id))),
        (3, s_id.Array[0, 6].Select(ids => (Step)new RemoveThese(ids))),
        (2, Gen.Select(Gen.Int[1, 8], Gen.Int[1, 4], (divisor, below) => (Step)new RemoveMany(divisor, below))),
        (2, Gen.Const((Step)new Compact())),
        (1, Gen.Const((Step)new SaveAndOpen())),
        (1, Gen.Const((Step)new CompareWithFresh())),
        (3, s_id.Select(id => (Step)new LookUp(id))),
        (12, Gen.Select(s_row, s_k, Gen.Int[0, 5], s_options, (query, k, filter, options) => (Step)new Search(query, k, filter, options))),
        (6, Gen.Select(s_row, s_k, Gen.Int[-1, 1], Gen.Int[0, 5], s_options, (query, rank, nudge, filter, options) =>
            (Step)new SearchRange(query, rank, nudge, filter, options))),
        (2, Gen.Select(s_row.Array[0, 12], s_k, Gen.Int[0, 5], Gen.Int[1, 2], s_options, (queries, k, filter, threads, options) =>
            (Step)new SearchBatch(queries, k, filter, threads, options))));

    private static readonly Gen<(bool Packed, bool KeepVectors, Step[] Steps)> s_program =
        Gen.Select(Gen.Bool, Gen.Bool, s_step.Array[1, LongestProgram]);

    public static TheoryData<IndexKind, Metric> KindsAndMetrics
    {
        get
        {
            var data = new TheoryData<IndexKind, Metric>();
            foreach (var kind in Enum.GetValues<IndexKind>())
            {
                foreach (var metric in Enum.GetValues<Metric>())
                {
                    data.Add(kind, metric);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(KindsAndMetrics))]
    public void An_index_does_what_its_plain_model_does(IndexKind kind, Metric metric)
    {
        var steps = 0;
        s_program.Sample(
            program =>
            {
                if (Failure(kind, metric, program) is { } exception)
                {
                    var shortest = Shortened(kind, metric, program);
                    throw new InvalidOperationException($"{exception.Message}\nNeeds no more than\n{Print(kind, metric, shortest)}", exception);
                }

                Interlocked.Add(ref steps, program.Steps.Length);
            },
            iter: Programs,
            print: program => Print(kind, metric, program));
        Assert.True(steps >= Least, $"{steps} steps");
    }

    /// <summary>A program that a sample came upon: the third candidate by distance is the fourth by its score, whose term is rounded down.</summary>
    [Fact]
    public void Near_ties_become_candidates_by_their_scores()
    {
        int[][] queries = [[-2, 1, 0, -3, 1, 3], [-1, -1, 2, -3, 2, -3], [-3, 3, -2, 0, 3, -1], [1, 1, 1, -1, -1, -3], [1, 0, 2, -2, 2, 1]];
        var options = new SearchOptions { NProbe = 3, Rerank = 3, EnsureK = true };
        var put = new PutMany(First: 133, Count: 63, Seed: 37, Replaces: false);
        Step[] steps = [put, new SearchBatch(queries, K: 2, Filter: 1, Threads: 2, options)];
        Assert.Null(Failure(IndexKind.IvfPq, Metric.Cosine, (Packed: true, KeepVectors: true, steps)));
    }

    /// <summary>What is wrong; null where nothing is.</summary>
    private static InvalidOperationException? Failure(IndexKind kind, Metric metric, (bool Packed, bool KeepVectors, Step[] Steps) program)
    {
        using var subject = new Subject(kind, metric, program.Packed, program.KeepVectors);
        for (var i = 0; i < program.Steps.Length; i++)
        {
            try
            {
                program.Steps[i].Run(subject);
                Assert.Equal(subject.Plain.Count, subject.Index.Count);
            }
            catch (Exception exception)
            {
                return new InvalidOperationException($"Step {i}, {program.Steps[i]}: {exception.Message}", exception);
            }
        }

        return null;
    }

    /// <summary>A program that fails without one of whose steps it does not.</summary>
    private static (bool Packed, bool KeepVectors, Step[] Steps) Shortened(
        IndexKind kind, Metric metric, (bool Packed, bool KeepVectors, Step[] Steps) program)
    {
        for (var i = program.Steps.Length - 1; i >= 0; i--)
        {
            var without = program with { Steps = [.. program.Steps.Where((_, step) => step != i)] };
            program = Failure(kind, metric, without) is null ? program : without;
        }

        return program;
    }

    private static string Print(IndexKind kind, Metric metric, (bool Packed, bool KeepVectors, Step[] Steps) program) =>
        $"{kind}, {metric}, packed {program.Packed}, keeps vectors {program.KeepVectors}:\n"
        + string.Join('\n', program.Steps.Select((step, i) => $"  {i}: {step}"));
}
