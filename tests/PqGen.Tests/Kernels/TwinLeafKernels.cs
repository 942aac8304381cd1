using System.Runtime.CompilerServices;
using PqGen.Kernels;

namespace PqGen.Tests.Kernels;

/// <summary>The run-time-sized twin's algorithms over vectors of one width, called past the dispatch.</summary>
internal sealed class TwinLeafKernels<TLanes, TVector, TSquares, TProducts>(int dimension, int m, int ksub, Metric metric)
    : FloatOnlyKernels(dimension, m, ksub, metric)
    where TLanes : struct, IFloatLanes<TVector>
    where TVector : struct
    where TSquares : struct, ILaneSum, ILaneSum<TVector>
    where TProducts : struct, ILaneSum, ILaneSum<TVector>
{
    public override float Score(ref float x, ref float y) =>
        Metric == Metric.SquaredL2 ? ScoreOf<TSquares>(ref x, ref y) : ScoreOf<TProducts>(ref x, ref y);

    public override void Scores(ref float query, ref float rows, int count, ref float scores)
    {
        if (Metric == Metric.SquaredL2)
        {
            ScoresOf<TSquares>(ref query, ref rows, count, ref scores);
        }
        else
        {
            ScoresOf<TProducts>(ref query, ref rows, count, ref scores);
        }
    }

    public override void CentroidScores(ref float points, int count, ref float panels, int panelCount, ref float scores)
    {
        var row = panelCount * KernelLayout.PanelWidth;
        if (Metric != Metric.InnerProduct)
        {
            PanelKernels<TLanes, TVector>.Sums<TSquares>(
                ref points, Dimension, count, ref panels, panelCount, Dimension, ref scores, row);
        }
        else
        {
            PanelKernels<TLanes, TVector>.Sums<TProducts>(
                ref points, Dimension, count, ref panels, panelCount, Dimension, ref scores, row);
        }
    }

    public override void NearestCentroids(ref float points, int count, ref float panels, int panelCount, ref int nearest, ref float distances) =>
        PanelKernels<TLanes, TVector>.Nearest<TSquares>(ref points, Dimension, count, ref panels, panelCount, Dimension, ref nearest, ref distances);

    public override void NearestSubcentroids(ref float subvectors, int stride, int count, ref float panels, ref int nearest, ref float distances) =>
        PanelKernels<TLanes, TVector>.Nearest<TSquares>(
            ref subvectors, stride, count, ref panels, KernelLayout.PanelCount(Ksub), Dsub, ref nearest, ref distances);

    public override void DistanceTables(ref float queries, int count, ref float codebooks, ref float tables) =>
        Tables<TSquares>(ref queries, count, ref codebooks, ref tables);

    public override void InnerProductTables(ref float queries, int count, ref float codebooks, ref float tables) =>
        Tables<TProducts>(ref queries, count, ref codebooks, ref tables);

    private float ScoreOf<TSum>(ref float x, ref float y)
        where TSum : struct, ILaneSum => TLanes.Count switch
        {
            16 => RowKernels.Score512<TSum>(ref x, ref y, Dimension),
            8 => RowKernels.Score256<TSum>(ref x, ref y, Dimension),
            _ => RowKernels.Score128<TSum>(ref x, ref y, Dimension),
        };

    private void ScoresOf<TSum>(ref float query, ref float rows, int count, ref float scores)
        where TSum : struct, ILaneSum
    {
        if (TLanes.Count == 16)
        {
            RowKernels.Scores512<TSum>(ref query, ref rows, count, Dimension, ref scores);
        }
        else if (TLanes.Count == 8)
        {
            RowKernels.Scores256<TSum>(ref query, ref rows, count, Dimension, ref scores);
        }
        else
        {
            RowKernels.Scores128<TSum>(ref query, ref rows, count, Dimension, ref scores);
        }
    }

    private void Tables<TSum>(ref float queries, int count, ref float codebooks, ref float tables)
        where TSum : struct, ILaneSum<TVector>
    {
        var row = KernelLayout.PaddedKsub(Ksub);
        for (var m = 0; m < M; m++)
        {
            PanelKernels<TLanes, TVector>.Sums<TSum>(
                ref Unsafe.Add(ref queries, m * Dsub), Dimension, count,
                ref Unsafe.Add(ref codebooks, m * row * Dsub), KernelLayout.PanelCount(Ksub), Dsub,
                ref Unsafe.Add(ref tables, m * row), M * row);
        }
    }
}
