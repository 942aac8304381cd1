using System.Globalization;
using PqGen.Tests.Storage;

namespace PqGen.Tests.Indexes.Models;

/// <summary>An index, and beside it the plain one, which a program's steps go through together.</summary>
internal sealed class Subject : IDisposable
{
    public const int Dimension = 6;
    private const int NList = 4;
    private static readonly float[] s_centroids = TestVectors.Uniform(NList, Dimension, seed: 1);

    private readonly TempFolder _folder = new();
    private readonly IndexShape _shape;
    private readonly float[] _codebooks;
    private readonly bool _keepVectors;

    /// <summary>Two empty ones of the same model.</summary>
    public Subject(IndexKind kind, Metric metric, bool packed, bool keepVectors)
    {
        var (m, ksub) = packed ? (3, 5) : (2, 20);
        _shape = (kind switch
        {
            IndexKind.Flat => IndexShape.Flat(Dimension),
            IndexKind.IvfFlat => IndexShape.IvfFlat(Dimension),
            IndexKind.Pq => IndexShape.Pq(Dimension, m, ksub),
            _ => IndexShape.IvfPq(Dimension, m, ksub),
        }) with { Metric = metric };
        _codebooks = _shape.HasCodes ? TestVectors.Uniform(ksub, Dimension, seed: 2) : [];
        _keepVectors = keepVectors;
        Index = Empty();
        Plain = new PlainIndex(_shape, _shape.HasLists ? s_centroids : [], _codebooks, keepVectors);
    }

    public VectorIndex Index { get; private set; }

    public PlainIndex Plain { get; }

    /// <summary>Replaces the index by what is opened from its file.</summary>
    public void Reopen()
    {
        Index.Save(_folder.File("index.pqg"));
        Index.Dispose();
        Index = VectorIndex.Open(_folder.File("index.pqg"));
        Plain.Compact();
    }

    /// <summary>The index, compacted, is to the bytes of its file one to which what is left was added in its order.</summary>
    public void CheckAgainstFresh()
    {
        using var fresh = Empty();
        var (ids, vectors) = Plain.Live;
        fresh.Add(ids, vectors);
        var query = TestVectors.Uniform(1, Dimension, seed: 3);
        foreach (var options in new[] { new SearchOptions { NProbe = 2 }, new SearchOptions { NProbe = NList, Rerank = Plain.CanRerank ? 5 : 0 } })
        {
            Searching.Same(fresh.Nearest(query, ids.Length, options), Index.Nearest(query, ids.Length, options), "the fresh index");
        }

        Index.Compact();
        Plain.Compact();
        fresh.Save(_folder.File("fresh.pqg"));
        Index.Save(_folder.File("index.pqg"));
        if (VectorIndex.Inspect(_folder.File("fresh.pqg")).OwnIds == VectorIndex.Inspect(_folder.File("index.pqg")).OwnIds)
        {
            Assert.True(Contents("fresh.pqg").AsSpan().SequenceEqual(Contents("index.pqg")), "The files differ.");
        }
    }

    public void Dispose()
    {
        Index.Dispose();
        _folder.Dispose();
    }

    /// <summary>Text in the invariant culture.</summary>
    public static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);

    /// <summary>The bytes of a file but for what may differ: how many vectors were ever added, and whether one of them was no zero.</summary>
    private byte[] Contents(string file)
    {
        var bytes = File.ReadAllBytes(_folder.File(file));
        bytes.AsSpan(IndexFileBytes.Section(bytes, "SHAP").Offset + 32, 12).Clear();
        return IndexFileBytes.Sealed(bytes);
    }

    private GenericIndex Empty() => GenericIndex.FromModel(_shape, _shape.HasLists ? s_centroids : default, _codebooks, _keepVectors);
}
