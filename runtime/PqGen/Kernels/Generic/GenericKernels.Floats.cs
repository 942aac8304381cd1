using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PqGen.Kernels;

// The float kernels. Each member picks the widest vector of the processor; the algorithms are in RowKernels, where lanes run over
// components, and in PanelKernels, where lanes run over centroids. Which metric, is a branch.
internal readonly partial struct GenericKernels
{
    private bool IsSquaredL2 => Metric == Metric.SquaredL2;

    /// <inheritdoc cref="IVectorKernels.Score"/>
    public float Score(ref float x, ref float y) =>
        IsSquaredL2 ? Score<SquaredDifference>(ref x, ref y) : Score<MinusTwiceProduct>(ref x, ref y);

    /// <inheritdoc cref="IVectorKernels.Scores"/>
    public void Scores(ref float query, ref float rows, int count, ref float scores)
    {
        if (IsSquaredL2)
        {
            Scores<SquaredDifference>(ref query, ref rows, count, ref scores);
        }
        else
        {
            Scores<MinusTwiceProduct>(ref query, ref rows, count, ref scores);
        }
    }

    /// <inheritdoc cref="ICentroidKernels.CentroidScores"/>
    public void CentroidScores(ref float points, int count, ref float panels, int panelCount, ref float scores)
    {
        if (KernelLayout.ComparesCodesByL2(Metric))
        {
            Sums<SquaredDifference>(ref points, count, ref panels, panelCount, Dimension, ref scores, panelCount * KernelLayout.PanelWidth);
        }
        else
        {
            Sums<MinusTwiceProduct>(ref points, count, ref panels, panelCount, Dimension, ref scores, panelCount * KernelLayout.PanelWidth);
        }
    }

    /// <inheritdoc cref="ICentroidKernels.NearestCentroids"/>
    public void NearestCentroids(ref float points, int count, ref float panels, int panelCount, ref int nearest, ref float distances) =>
        Nearest(ref points, Dimension, count, ref panels, panelCount, Dimension, ref nearest, ref distances);

    /// <inheritdoc cref="IPqKernels.NearestSubcentroids"/>
    public void NearestSubcentroids(ref float subvectors, int stride, int count, ref float panels, ref int nearest, ref float distances) =>
        Nearest(ref subvectors, stride, count, ref panels, KernelLayout.PanelCount(Ksub), Dsub, ref nearest, ref distances);

    /// <inheritdoc cref="IPqKernels.DistanceTables"/>
    public void DistanceTables(ref float queries, int count, ref float codebooks, ref float tables) =>
        Tables<SquaredDifference>(ref queries, count, ref codebooks, ref tables);

    /// <inheritdoc cref="IPqKernels.InnerProductTables"/>
    public void InnerProductTables(ref float queries, int count, ref float codebooks, ref float tables) =>
        Tables<MinusTwiceProduct>(ref queries, count, ref codebooks, ref tables);

    private float Score<TSum>(ref float x, ref float y)
        where TSum : struct, ILaneSum =>
        InstructionSets.Avx512 ? RowKernels.Score512<TSum>(ref x, ref y, Dimension)
        : InstructionSets.Avx2 ? RowKernels.Score256<TSum>(ref x, ref y, Dimension)
        : RowKernels.Score128<TSum>(ref x, ref y, Dimension);

    private void Scores<TSum>(ref float query, ref float rows, int count, ref float scores)
        where TSum : struct, ILaneSum
    {
        if (InstructionSets.Avx512)
        {
            RowKernels.Scores512<TSum>(ref query, ref rows, count, Dimension, ref scores);
        }
        else if (InstructionSets.Avx2)
        {
            RowKernels.Scores256<TSum>(ref query, ref rows, count, Dimension, ref scores);
        }
        else
        {
            RowKernels.Scores128<TSum>(ref query, ref rows, count, Dimension, ref scores);
        }
    }

    /// <summary>One sub-quantizer after the other, so that its codebook is read once for all queries.</summary>
    private void Tables<TSum>(ref float queries, int count, ref float codebooks, ref float tables)
        where TSum : struct, ILaneSum
    {
        var panelCount = KernelLayout.PanelCount(Ksub);
        var row = KernelLayout.PaddedKsub(Ksub);
        for (var m = 0; m < M; m++)
        {
            ref var subqueries = ref Unsafe.Add(ref queries, m * Dsub);
            ref var codebook = ref Unsafe.Add(ref codebooks, (nint)m * row * Dsub);
            Sums<TSum>(ref subqueries, count, ref codebook, panelCount, Dsub, ref Unsafe.Add(ref tables, m * row), M * row);
        }
    }

    private void Sums<TSum>(ref float points, int count, ref float panels, int panelCount, int components, ref float sums, int row)
        where TSum : struct, ILaneSum
    {
        if (InstructionSets.Avx512)
        {
            PanelKernels<FloatLanes512, Vector512<float>>.Sums<TSum>(
                ref points, Dimension, count, ref panels, panelCount, components, ref sums, row);
        }
        else if (InstructionSets.Avx2)
        {
            PanelKernels<FloatLanes256, Vector256<float>>.Sums<TSum>(
                ref points, Dimension, count, ref panels, panelCount, components, ref sums, row);
        }
        else
        {
            PanelKernels<FloatLanes128, Vector128<float>>.Sums<TSum>(
                ref points, Dimension, count, ref panels, panelCount, components, ref sums, row);
        }
    }

    private static void Nearest(
        ref float points, int stride, int count, ref float panels, int panelCount, int components, ref int nearest, ref float distances)
    {
        if (InstructionSets.Avx512)
        {
            PanelKernels<FloatLanes512, Vector512<float>>.Nearest<SquaredDifference>(
                ref points, stride, count, ref panels, panelCount, components, ref nearest, ref distances);
        }
        else if (InstructionSets.Avx2)
        {
            PanelKernels<FloatLanes256, Vector256<float>>.Nearest<SquaredDifference>(
                ref points, stride, count, ref panels, panelCount, components, ref nearest, ref distances);
        }
        else
        {
            PanelKernels<FloatLanes128, Vector128<float>>.Nearest<SquaredDifference>(
                ref points, stride, count, ref panels, panelCount, components, ref nearest, ref distances);
        }
    }
}
