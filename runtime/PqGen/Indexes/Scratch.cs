using PqGen.Common;
using PqGen.Ivf;
using PqGen.Scan;

namespace PqGen.Indexes;

/// <summary>The working memory of one search at a time, and the snapshot that it searches.</summary>
internal sealed class Scratch
{
    public readonly RouteScratch Route = new();

    public readonly ScanScratch Scan = new();

    /// <summary>Candidates for re-ranking.</summary>
    public Neighbor[] Candidates = [];

    /// <summary>Those of them that are compared with attached rows.</summary>
    public Neighbor[] Refined = [];

    /// <summary>float <c>[Dimension]</c>, a row that is kept as something else.</summary>
    public float[] Row = [];

    /// <summary>What a range search has found.</summary>
    public readonly TopK.RangeBuffer Range = new();

    /// <summary>What was collected for the queries of a group.</summary>
    public TopK.CollectorState[] States = [];

    /// <summary>Queries in the units of the index.</summary>
    public float[] Queries = [];

    /// <summary>The same, transformed, and working memory of that.</summary>
    public float[] Transformed = [];
    public AlignedBuffer<float> Products = new(0);

    /// <summary>Probes <c>[queries][NProbe]</c>, where the lists of a batch are found first.</summary>
    public Ivf.Probe[] Routed = [];

    /// <summary>Numbers of queries in the order of their nearest list, which is in the upper half.</summary>
    public long[] Order = [];

    /// <summary>The queries at work in this order, and what is found for them.</summary>
    public float[] Gathered = [];
    public Neighbor[] Results = [];
    public int[] Found = [];

    public long SizeInBytes =>
        Route.SizeInBytes + Scan.SizeInBytes + Range.SizeInBytes
        + (16L * (Candidates.Length + Refined.Length + Results.Length)) + (12L * States.Length)
        + ((long)sizeof(float) * (Queries.Length + Transformed.Length + Row.Length + Gathered.Length)) + Products.SizeInBytes
        + (8L * (Routed.Length + Order.Length)) + (4L * Found.Length);
}

/// <summary>Hands out scratch memory, one to a search; what comes back is used again, so that warm searches allocate nothing.</summary>
internal sealed class ScratchPool
{
    /// <summary>Scratch that has grown larger is left to the garbage collector.</summary>
    public const long MostBytes = 64 << 20;

    private readonly Scratch?[] _free = new Scratch?[Environment.ProcessorCount * 2];

    /// <summary>Bytes held for searches to come.</summary>
    public long SizeInBytes
    {
        get
        {
            long bytes = 0;
            foreach (ref var slot in _free.AsSpan())
            {
                bytes += Volatile.Read(ref slot)?.SizeInBytes ?? 0;
            }

            return bytes;
        }
    }

    /// <summary>Lets go of what is held.</summary>
    public void Clear()
    {
        foreach (ref var slot in _free.AsSpan())
        {
            Volatile.Write(ref slot, null);
        }
    }

    public Scratch Rent()
    {
        for (var i = 0; i < _free.Length; i++)
        {
            if (Volatile.Read(ref _free[i]) is not null && Interlocked.Exchange(ref _free[i], null) is { } scratch)
            {
                return scratch;
            }
        }

        return new Scratch();
    }

    public void Return(Scratch scratch)
    {
        if (scratch.SizeInBytes > MostBytes)
        {
            return;
        }

        for (var i = 0; i < _free.Length; i++)
        {
            if (Interlocked.CompareExchange(ref _free[i], scratch, null) is null)
            {
                return;
            }
        }
    }
}
