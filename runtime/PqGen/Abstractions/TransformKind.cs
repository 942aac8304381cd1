namespace PqGen;

/// <summary>What training puts before an index of codes: vectors and queries go through it, and distances stay what they were.</summary>
public enum TransformKind
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>
    /// The mean of the training vectors is subtracted: for vectors that lie so far from the origin, compared with their distances, that differences
    /// lose digits. Squared L2 alone; an inner product would be another one, and vectors of length 1 do not lie far away.
    /// </summary>
    Mean = 1,

    /// <summary>
    /// Optimized product quantization (OPQ; Ge, He, Ke, Sun, CVPR 2013): a rotation that makes the error of the codes smaller, learned by turns with
    /// the codebooks. Under squared L2 the mean is subtracted, too. A search rotates its query, at Dimension^2 multiplications.
    /// </summary>
    Opq = 2,
}
