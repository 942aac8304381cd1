using PqGen.Scan;
using PqGen.Storage;

namespace PqGen;

/// <summary>The working memory of one search at a time; grows to what its searches ask for and is used again.</summary>
internal sealed class Scratch
{
    /// <summary>float <c>[queries][panels * 16]</c>, distances to the coarse centroids.</summary>
    public AlignedBuffer<float> CoarseDistances = new(0);

    /// <summary>float <c>[queries][M][PaddedKsub]</c>, distance tables.</summary>
    public AlignedBuffer<float> Tables = new(0);

    /// <summary>float <c>[M][PaddedKsub]</c>, the table of a list's residual.</summary>
    public AlignedBuffer<float> ResidualTable = new(0);

    /// <summary>The byte tables of the queries at work.</summary>
    public AlignedBuffer<byte> ByteTable = new(0);

    /// <summary>float <c>[Dimension]</c>, the residual of the query from a list's centroid.</summary>
    public AlignedBuffer<float> Residual = new(0);

    /// <summary>float, distances of vectors of a list.</summary>
    public AlignedBuffer<float> Distances = new(0);

    /// <summary>The lists to probe, nearest first.</summary>
    public Neighbor[] Probes = [];

    /// <summary>The minima of groups of coarse distances.</summary>
    public int[] Minima = [];

    /// <summary>Numbered coarse distances, and room to sort them.</summary>
    public long[] Numbered = [];

    /// <summary>What those lists hold; cleared after a search, which would else keep replaced buffers alive.</summary>
    public ProbedList[] Lists = [];

    /// <summary>The vectors that may be among the nearest.</summary>
    public Candidate[] Shortlist = [];

    /// <summary>The keys of the smallest upper bounds of distances.</summary>
    public int[] Uppers = [];

    /// <summary>The scales of the byte tables of queries that are scanned for together, and what was collected for them.</summary>
    public GroupQuery[] Group = [];

    /// <summary>Candidates for re-ranking.</summary>
    public Neighbor[] Candidates = [];

    /// <summary>Makes sure a buffer holds <paramref name="length"/> elements; its contents may be lost.</summary>
    public static AlignedBuffer<T> Ensure<T>(ref AlignedBuffer<T> buffer, long length)
        where T : unmanaged
    {
        if (buffer.Length < length)
        {
            buffer = new AlignedBuffer<T>(length);
        }

        return buffer;
    }

    /// <summary>Makes sure an array holds <paramref name="length"/> elements, and returns that many; its contents may be lost.</summary>
    public static Span<T> Ensure<T>(ref T[] array, int length)
        where T : struct
    {
        if (array.Length < length)
        {
            array = new T[length];
        }

        return array.AsSpan(0, length);
    }
}

/// <summary>Hands out scratch memory, one to a search; what comes back is used again, so that warm searches allocate nothing.</summary>
internal sealed class ScratchPool
{
    private readonly Scratch?[] _free = new Scratch?[Environment.ProcessorCount * 2];

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
        for (var i = 0; i < _free.Length; i++)
        {
            if (Interlocked.CompareExchange(ref _free[i], scratch, null) is null)
            {
                return;
            }
        }
    }
}
