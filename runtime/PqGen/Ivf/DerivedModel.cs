namespace PqGen.Ivf;

/// <summary>
/// What an index computes of its model when it is made. It follows from centroids, codebooks and the origin of terms; a file keeps it, so that
/// an index of many lists opens without computing it again.
/// </summary>
/// <param name="Terms">The range of each list's terms; empty where there are none.</param>
/// <param name="CoarseCodebooks">float <c>[M][Ksub][Dsub]</c>, the codebooks of the centroids' own codes; empty where they have none.</param>
/// <param name="CoarseCodes">byte <c>[NList][M]</c>, these codes.</param>
internal sealed record DerivedModel(TermRange[] Terms, float[] CoarseCodebooks, byte[] CoarseCodes)
{
    /// <summary>Lists from which on it is kept: of fewer it is computed in a few milliseconds.</summary>
    public const int LeastLists = 256;
}
