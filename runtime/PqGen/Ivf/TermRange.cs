namespace PqGen.Ivf;

/// <summary>
/// The range of a list's terms ||p||^2 + 2 &lt;c - o, p&gt;, known from centroid, origin and codebooks alone, so that terms never
/// need to be rescaled.
/// </summary>
/// <param name="Min">The smallest possible term.</param>
/// <param name="Step">What one unit of a 16-bit term stands for.</param>
/// <param name="CentroidNorm">||c - o||^2.</param>
internal readonly record struct TermRange(float Min, float Step, float CentroidNorm)
{
    /// <summary>A term rounded down to 16 bits.</summary>
    public ushort Quantize(double term) => Step == 0 ? (ushort)0 : (ushort)Math.Clamp(Math.Floor((term - Min) / Step), 0, ushort.MaxValue);
}
