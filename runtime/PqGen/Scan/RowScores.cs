using System.Runtime.CompilerServices;
using PqGen.Kernels;

namespace PqGen.Scan;

/// <summary>Scores of rows: from the kernels, or from others where rows have not as many components as those take.</summary>
/// <param name="kernels">The kernels.</param>
/// <param name="rowKernels">Those of other rows; the default where there are none.</param>
internal readonly struct RowScores<TKernels>(TKernels kernels, GenericKernels rowKernels)
    where TKernels : struct, IVectorKernels
{
    /// <inheritdoc cref="ICode.Score"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Score(ref float query, ref float row) =>
        rowKernels.Dimension == 0 ? kernels.Score(ref query, ref row) : rowKernels.Score(ref query, ref row);

    /// <inheritdoc cref="ICode.Scores"/>
    public void Scores(ref float query, ref float rows, int count, ref float scores)
    {
        if (rowKernels.Dimension == 0)
        {
            kernels.Scores(ref query, ref rows, count, ref scores);
        }
        else
        {
            rowKernels.Scores(ref query, ref rows, count, ref scores);
        }
    }
}
