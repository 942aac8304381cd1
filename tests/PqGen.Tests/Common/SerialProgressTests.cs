using PqGen.Clustering;

namespace PqGen.Tests.Common;

/// <summary>Reports of steps that end on many threads do not overlap, and never run backwards.</summary>
public class SerialProgressTests
{
    [Fact]
    public void Reports_from_many_threads_come_one_at_a_time_and_count_upwards()
    {
        const int Threads = 8;
        const int Steps = 200;
        var receiver = new Receiver();
        var progress = new SerialProgress(receiver, "stage", Threads * Steps, default);
        using var start = new Barrier(Threads);
        var threads = Enumerable.Range(0, Threads).Select(_ => new Thread(() =>
        {
            start.SignalAndWait();
            for (var step = 0; step < Steps; step++)
            {
                progress.Advance();
            }
        })).ToArray();
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        Assert.Equal(Enumerable.Range(0, (Threads * Steps) + 1).Select(i => new TrainingProgress("stage", i, Threads * Steps)), receiver.Reports);
        Assert.Equal(0, receiver.Overlaps);
    }

    [Fact]
    public void A_receiver_that_throws_leaves_the_others_free_to_report()
    {
        var receiver = new Receiver { Failure = new InvalidOperationException("receiver") };
        var progress = new SerialProgress(receiver, "stage", 2, default);
        Assert.Same(receiver.Failure, Assert.Throws<InvalidOperationException>(progress.Advance));
        receiver.Failure = null;
        var other = new Thread(progress.Advance);
        other.Start();
        other.Join();
        Assert.Equal([0, 2], receiver.Reports.Select(report => report.Completed));
    }

    [Fact]
    public void An_iteration_of_a_sub_quantizer_is_no_step()
    {
        var receiver = new Receiver();
        var progress = new SerialProgress(receiver, "stage", 2, default);
        progress.Iterated(1, 3, 0.5);
        progress.Advance(1);
        progress.Iterated(0, 1, 0.25);
        progress.Finish();
        Assert.Equal(
            [
                new TrainingProgress("stage", 0, 2),
                new TrainingProgress("stage", 0, 2) { SubQuantizer = 1, Iteration = 3, Objective = 0.5 },
                new TrainingProgress("stage", 1, 2) { SubQuantizer = 1 },
                new TrainingProgress("stage", 1, 2) { SubQuantizer = 0, Iteration = 1, Objective = 0.25 },
                new TrainingProgress("stage", 2, 2),
            ],
            receiver.Reports);
    }

    /// <summary>Another thread's step may end while the receiver, told of one, cancels: it waits, and is not reported.</summary>
    [Fact]
    public void Nothing_is_reported_once_the_receiver_has_cancelled()
    {
        using var cancellation = new CancellationTokenSource();
        var receiver = new Receiver { OnStep = cancellation.Cancel };
        var progress = new SerialProgress(receiver, "stage", 2, cancellation.Token);
        progress.Advance();
        Action[] more =
        [
            progress.Advance, () => progress.Advance(1), () => progress.Advance(1, 2), () => progress.Iterated(0, 1, 2), progress.Finish,
        ];
        Assert.All(more, report => Assert.Equal(cancellation.Token, Assert.Throws<OperationCanceledException>(report).CancellationToken));
        Assert.Throws<OperationCanceledException>(() => new SerialProgress(receiver, "next stage", 2, cancellation.Token));
        Assert.Equal([0, 1], receiver.Reports.Select(report => report.Completed));
    }

    [Fact]
    public void No_receiver_is_no_report() => new SerialProgress(null, "stage", 1, default).Advance();

    /// <summary>Not safe on several threads, as many a receiver is not, and slow enough to be entered by two if nothing forbids it.</summary>
    private sealed class Receiver : IProgress<TrainingProgress>
    {
        private int _inside;

        public List<TrainingProgress> Reports { get; } = [];

        public int Overlaps { get; private set; }

        public Exception? Failure { get; set; }

        public Action? OnStep { get; init; }

        public void Report(TrainingProgress value)
        {
            if (Interlocked.Increment(ref _inside) > 1)
            {
                Overlaps++;
            }

            Thread.SpinWait(100);
            try
            {
                if (value.Completed > 0 && Failure is not null)
                {
                    throw Failure;
                }

                Reports.Add(value);
                if (value.Completed > 0)
                {
                    OnStep?.Invoke();
                }
            }
            finally
            {
                Interlocked.Decrement(ref _inside);
            }
        }
    }
}
