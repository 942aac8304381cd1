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

    /// <summary>The graph over the centroids; null where there is none.</summary>
    public Ivf.HnswGraph? Graph { get; set; }

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

    /// <summary>The graph over the centroids; null where there is none.</summary>
    public required Ivf.HnswGraph? Graph { get; init; }

    public required ListTable Lists { get; init; }

    public required IdView Ids { get; init; }

    public required KeptRows? Rows { get; init; }

    public required Calibration? Calibration { get; init; }

    public required CarriedSections Carried { get; init; }
}

/// <summary>Floats that lie in memory of someone else's.</summary>
internal delegate ReadOnlySpan<float> FloatSource();
