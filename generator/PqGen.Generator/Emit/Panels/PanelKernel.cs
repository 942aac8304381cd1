namespace PqGen.Generator.Emit;

/// <summary>
/// A kernel of points against centroid panels, as <see cref="PanelEmitter"/> writes it: the sizes, and the names that the emitted code
/// around it has given to its operands.
/// </summary>
/// <param name="Sum">What a lane sums: the type that says so.</param>
/// <param name="Components">Components of a point and of a centroid.</param>
/// <param name="Points">The reference to the first point; their number is <c>count</c>.</param>
/// <param name="Stride">Floats from one point to the next, an expression of type nuint.</param>
/// <param name="Panels">The reference to the first panel, float <c>[panel][Components][16]</c>.</param>
/// <param name="Centroids">Centroids in all panels where that is a literal; 0 where it is a variable <c>centroids</c>.</param>
/// <param name="Row">
/// Floats from one point's sums to the next's, an expression of type nuint; the sums are stored at <c>rows</c>. Null where only the
/// nearest centroid is asked for: its number is stored at <c>nearest</c> and its distance at <c>distances</c>.
/// </param>
internal sealed record PanelKernel(
    string Sum, int Components, string Points, string Stride, string Panels, int Centroids, string? Row)
{
    /// <summary>The most components that are written out. More are looped over: at 16 that is as fast, in a third of the text.</summary>
    private const int MaxUnrolled = 8;

    public bool IsNearest => Row is null;

    public bool IsUnrolled => Components <= MaxUnrolled;
}
