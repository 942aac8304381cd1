using PqGen.Ivf;
using PqGen.Quantization;

namespace PqGen.Storage.Files;

/// <summary>What sections of a file have been read into, section by section.</summary>
/// <param name="header">What the file says of its index.</param>
internal sealed class LoadedIndex(IndexHeader header)
{
    public IndexHeader Header => header;

    /// <summary>What vectors go through before they are encoded; null for nothing.</summary>
    public LinearTransform? Transform { get; set; }

    /// <summary>float <c>[NList][Dimension]</c>; empty without lists.</summary>
    public float[] Centroids { get; set; } = [];

    /// <summary>float <c>[M][Ksub][Dsub]</c>; empty without codes.</summary>
    public float[] Codebooks { get; set; } = [];

    /// <summary>What was computed of the model; null where the file does not have it.</summary>
    public DerivedModel? Derived { get; set; }

    /// <summary>The graph over the centroids; null where there is none.</summary>
    public Ivf.HnswGraph? Graph { get; set; }

    /// <summary>The threshold of score-aware codes; 0 where they are plain.</summary>
    public float AnisotropicThreshold { get; set; }

    /// <summary>float <c>[Dimension]</c>, the origin of terms; empty where it is zero, or there are none.</summary>
    public float[] TermOrigin { get; set; } = [];

    /// <summary>float <c>[InputDimension]</c>, what rows of 8 bits are taken from; empty where it is zero, or there are none.</summary>
    public float[] RowOrigin { get; set; } = [];

    /// <summary>The vectors of each list.</summary>
    public int[] Counts { get; set; } = [(int)header.Count];

    /// <summary>The lists; null until they were read.</summary>
    public ListTable? Lists { get; set; }

    public IdTable Ids { get; set; } = new();

    /// <summary>The rows kept for re-ranking; null where none are.</summary>
    public KeptRows? Rows { get; set; }

    /// <summary>All floats are the caller's times two to this; null where the first vectors to come decide.</summary>
    public int? Exponent { get; set; } = header.Exponent;

    /// <summary>What searches reach; null where nobody has measured it.</summary>
    public Calibration? Calibration { get; set; }

    /// <summary>Sections that this library does not know.</summary>
    public CarriedSections Carried { get; set; } = CarriedSections.None;

    /// <summary>The file in which lists, ids and rows lie, held; null where they were read.</summary>
    public MappedIndex? Mapping { get; init; }
}

/// <summary>What an index has to save.</summary>
internal sealed class SavedIndex
{
    public required IndexHeader Header { get; init; }

    /// <summary>What vectors go through before they are encoded; null for nothing.</summary>
    public required LinearTransform? Transform { get; init; }

    /// <summary>float <c>[NList][Dimension]</c>.</summary>
    public required FloatSource Centroids { get; init; }

    /// <summary>float <c>[M][Ksub][Dsub]</c>.</summary>
    public required FloatSource Codebooks { get; init; }

    /// <summary>What was computed of the model; null where nothing is kept of that.</summary>
    public required DerivedModel? Derived { get; init; }

    /// <summary>The graph over the centroids; null where there is none.</summary>
    public required Ivf.HnswGraph? Graph { get; init; }

    /// <summary>The threshold of score-aware codes; 0 where they are plain.</summary>
    public required float AnisotropicThreshold { get; init; }

    /// <summary>float <c>[Dimension]</c>, the origin of terms; empty where it is zero, or there are none.</summary>
    public required float[] TermOrigin { get; init; }

    /// <summary>float <c>[InputDimension]</c>, what rows of 8 bits are taken from; empty where it is zero, or there are none.</summary>
    public required float[] RowOrigin { get; init; }

    /// <summary>The vectors, part by part in the order of their positions.</summary>
    public required IReadOnlyList<SavedVectors> Parts { get; init; }

    public required Calibration? Calibration { get; init; }

    public required CarriedSections Carried { get; init; }

    /// <summary>The vectors of each list.</summary>
    public int[] Counts => field ??= [.. Enumerable.Range(0, Parts[0].Lists.NList).Select(
        list => Parts.Sum(part => part.Live is null ? part.Lists.Peek(list).Count : part.Places(list).Count()))];

    /// <summary>Whether all vectors of the one part are saved, as they lie.</summary>
    public bool IsOnePiece => Parts is [{ Live: null }];
}

/// <summary>Vectors that an index has to save.</summary>
/// <param name="Lists">The lists in which they lie.</param>
/// <param name="Ids">From positions to ids.</param>
/// <param name="Rows">The rows kept beside codes; null where none are.</param>
/// <param name="Positions">Positions in use.</param>
/// <param name="Live">Those that are saved; null for all of them.</param>
internal sealed record SavedVectors(ListTable Lists, IdView Ids, KeptRows? Rows, int Positions, LivePositions? Live)
{
    /// <summary>The position in the file of the first one.</summary>
    public int First { get; init; }

    /// <summary>Vectors that are saved.</summary>
    public int Count => Live?.Count ?? Positions;

    /// <summary>Those of a list, each with where it lies and its position in the file.</summary>
    public IEnumerable<(Segment Segment, int Place, int Position)> Places(int list)
    {
        foreach (var (segment, place, position) in ListPlaces.Of(Lists, list))
        {
            if (Live is null || Live.Contains(position))
            {
                yield return (segment, place, First + (Live?.Rank(position) ?? position));
            }
        }
    }

    /// <summary>The positions that are saved, in runs: the first of each and how many.</summary>
    public IEnumerable<(int Position, int Count)> Runs()
    {
        for (var first = 0; first < Positions;)
        {
            var end = Live is null ? Positions : first;
            while (end < Positions && Live!.Contains(end))
            {
                end++;
            }

            if (end > first)
            {
                yield return (first, end - first);
            }

            first = Math.Max(end, first + 1);
        }
    }
}

/// <summary>Floats that lie in memory of someone else's.</summary>
internal delegate ReadOnlySpan<float> FloatSource();
