using System.Runtime.CompilerServices;
using PqGen.Kernels;

namespace PqGen.Tests.Kernels;

/// <summary>The run-time-sized twin's algorithms over vectors of one width, called past the dispatch.</summary>
internal sealed class TwinLeafKernels<TLanes, TVector, TSquares, TProducts>(int dimension, int m, int ksub) : FloatOnlyKernels(dimension, m, ksub)
    where TLanes : struct, IFloatLanes<TVector>
    where TVector : struct
    where TSquares : struct, ILaneSum<TVector>
    where TProducts : struct, ILaneSum<TVector>
{
    public override float SquaredDistance(ref float x, ref float y) => TLanes.Count switch
    {
        16 => RowKernels.SquaredDistance512(ref x, ref y, Dimension),
        8 => RowKernels.SquaredDistance256(ref x, ref y, Dimension),
        _ => RowKernels.SquaredDistance128(ref x, ref y, Dimension),
    };

    public override void SquaredDistances(ref float query, ref float rows, int count, ref float distances)
    {
        if (TLanes.Count == 16)
        {
            RowKernels.SquaredDistances512(ref query, ref rows, count, Dimension, ref distances);
        }
        else if (TLanes.Count == 8)
        {
            RowKernels.SquaredDistances256(ref query, ref rows, count, Dimension, ref distances);
        }
        else
        {
            RowKernels.SquaredDistances128(ref query, ref rows, count, Dimension, ref distances);
        }
    }

    public override void CentroidDistances(ref float points, int count, ref float panels, int panelCount, ref float distances) =>
        PanelKernels<TLanes, TVector>.Sums<TSquares>(
            ref points, Dimension, count, ref panels, panelCount, Dimension, ref distances, panelCount * KernelLayout.PanelWidth);

    public override void NearestCentroids(ref float points, int count, ref float panels, int panelCount, ref int nearest, ref float distances) =>
        PanelKernels<TLanes, TVector>.Nearest<TSquares>(ref points, Dimension, count, ref panels, panelCount, Dimension, ref nearest, ref distances);

    public override void NearestSubcentroids(ref float subvectors, int stride, int count, ref float panels, ref int nearest, ref float distances) =>
        PanelKernels<TLanes, TVector>.Nearest<TSquares>(
            ref subvectors, stride, count, ref panels, KernelLayout.PanelCount(Ksub), Dsub, ref nearest, ref distances);

    public override void DistanceTables(ref float queries, int count, ref float codebooks, ref float tables) =>
        Tables<TSquares>(ref queries, count, ref codebooks, ref tables);

    public override void InnerProductTables(ref float queries, int count, ref float codebooks, ref float tables) =>
        Tables<TProducts>(ref queries, count, ref codebooks, ref tables);

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
