using System.Runtime.CompilerServices;

namespace PqGen.Kernels;

/// <summary>
/// Kernels of points against centroid panels (<see cref="KernelLayout"/>) for any number of components: register tiles of 4 points
/// x 2 vectors of centroids share every load; a single point takes 4 vectors at a time.
/// </summary>
internal static class PanelKernels<TLanes, TVector>
    where TLanes : struct, IFloatLanes<TVector>
    where TVector : struct
{
    private static int VectorsPerPanel => KernelLayout.PanelWidth / TLanes.Count;

    /// <summary>Writes the sums of every point and centroid.</summary>
    /// <param name="points">float, point i at <c>i * stride</c>.</param>
    /// <param name="stride">Floats from one point to the next.</param>
    /// <param name="count">Points.</param>
    /// <param name="panels">float <c>[panelCount][components][16]</c>.</param>
    /// <param name="panelCount">Panels.</param>
    /// <param name="components">Components of a point.</param>
    /// <param name="sums">float, the sums of point i at <c>i * row</c>.</param>
    /// <param name="row">Floats from one point's sums to the next's.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Sums<TSum>(
        ref float points, nint stride, int count, ref float panels, int panelCount, int components, ref float sums, nint row)
        where TSum : struct, ILaneSum<TVector>
    {
        var vectors = (nint)panelCount * VectorsPerPanel;
        var i = 0;
        for (; i + 4 <= count; i += 4)
        {
            for (var v = 0; v < vectors; v += 2)
            {
                var next = Math.Min(v + 1, vectors - 1);
                Tile4x2<TSum>(
                    ref points, stride, ref Centroids(ref panels, components, v), ref Centroids(ref panels, components, next), components,
                    out TVector s00, out TVector s01, out TVector s10, out TVector s11,
                    out TVector s20, out TVector s21, out TVector s30, out TVector s31);

                ref float sums0 = ref Unsafe.Add(ref sums, v * TLanes.Count);
                TLanes.Store(s00, ref sums0);
                TLanes.Store(s10, ref Unsafe.Add(ref sums0, row));
                TLanes.Store(s20, ref Unsafe.Add(ref sums0, row * 2));
                TLanes.Store(s30, ref Unsafe.Add(ref sums0, row * 3));
                ref float sums1 = ref Unsafe.Add(ref sums, next * TLanes.Count);
                TLanes.Store(s01, ref sums1);
                TLanes.Store(s11, ref Unsafe.Add(ref sums1, row));
                TLanes.Store(s21, ref Unsafe.Add(ref sums1, row * 2));
                TLanes.Store(s31, ref Unsafe.Add(ref sums1, row * 3));
            }

            points = ref Unsafe.Add(ref points, stride * 4);
            sums = ref Unsafe.Add(ref sums, row * 4);
        }

        for (; i < count; i++)
        {
            nint v = 0;
            for (; v < vectors && vectors >= 4; v += 4)
            {
                // The last ones take some of those before them along: one alone takes as long as four.
                var at = Math.Min(v, vectors - 4);
                Tile1x4<TSum>(
                    ref points, ref Centroids(ref panels, components, at), ref Centroids(ref panels, components, at + 1),
                    ref Centroids(ref panels, components, at + 2), ref Centroids(ref panels, components, at + 3), components,
                    out TVector s0, out TVector s1, out TVector s2, out TVector s3);
                TLanes.Store(s0, ref Unsafe.Add(ref sums, at * TLanes.Count));
                TLanes.Store(s1, ref Unsafe.Add(ref sums, (at + 1) * TLanes.Count));
                TLanes.Store(s2, ref Unsafe.Add(ref sums, (at + 2) * TLanes.Count));
                TLanes.Store(s3, ref Unsafe.Add(ref sums, (at + 3) * TLanes.Count));
            }

            for (; v < vectors; v++)
            {
                var sum = Tile1x1<TSum>(ref points, ref Centroids(ref panels, components, v), components);
                TLanes.Store(sum, ref Unsafe.Add(ref sums, v * TLanes.Count));
            }

            points = ref Unsafe.Add(ref points, stride);
            sums = ref Unsafe.Add(ref sums, row);
        }
    }

    /// <summary>The nearest centroid of each point, ties to the smaller number, and its squared distance.</summary>
    /// <inheritdoc cref="Sums" path="/param"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Nearest<TSum>(
        ref float points, nint stride, int count, ref float panels, int panelCount, int components, ref int nearest, ref float distances)
        where TSum : struct, ILaneSum<TVector>
    {
        var vectors = (nint)panelCount * VectorsPerPanel;
        var i = 0;
        for (; i + 4 <= count; i += 4)
        {
            TVector best0 = TLanes.Broadcast(float.PositiveInfinity), best1 = best0, best2 = best0, best3 = best0;
            TVector numbers0 = TLanes.Numbers(0), numbers1 = numbers0, numbers2 = numbers0, numbers3 = numbers0;
            for (var v = 0; v < vectors; v += 2)
            {
                var next = Math.Min(v + 1, vectors - 1);
                Tile4x2<TSum>(
                    ref points, stride, ref Centroids(ref panels, components, v), ref Centroids(ref panels, components, next), components,
                    out TVector s00, out TVector s01, out TVector s10, out TVector s11,
                    out TVector s20, out TVector s21, out TVector s30, out TVector s31);

                var numbers = TLanes.Numbers((int)v * TLanes.Count);
                TLanes.Keep(s00, numbers, ref best0, ref numbers0);
                TLanes.Keep(s10, numbers, ref best1, ref numbers1);
                TLanes.Keep(s20, numbers, ref best2, ref numbers2);
                TLanes.Keep(s30, numbers, ref best3, ref numbers3);
                numbers = TLanes.Numbers((int)next * TLanes.Count);
                TLanes.Keep(s01, numbers, ref best0, ref numbers0);
                TLanes.Keep(s11, numbers, ref best1, ref numbers1);
                TLanes.Keep(s21, numbers, ref best2, ref numbers2);
                TLanes.Keep(s31, numbers, ref best3, ref numbers3);
            }

            Unsafe.Add(ref distances, i) = TLanes.Nearest(best0, numbers0, out Unsafe.Add(ref nearest, i));
            Unsafe.Add(ref distances, i + 1) = TLanes.Nearest(best1, numbers1, out Unsafe.Add(ref nearest, i + 1));
            Unsafe.Add(ref distances, i + 2) = TLanes.Nearest(best2, numbers2, out Unsafe.Add(ref nearest, i + 2));
            Unsafe.Add(ref distances, i + 3) = TLanes.Nearest(best3, numbers3, out Unsafe.Add(ref nearest, i + 3));
            points = ref Unsafe.Add(ref points, stride * 4);
        }

        for (; i < count; i++)
        {
            var best = TLanes.Broadcast(float.PositiveInfinity);
            var numbers = TLanes.Numbers(0);
            var v = 0;
            for (; v + 4 <= vectors; v += 4)
            {
                Tile1x4<TSum>(
                    ref points, ref Centroids(ref panels, components, v), ref Centroids(ref panels, components, v + 1),
                    ref Centroids(ref panels, components, v + 2), ref Centroids(ref panels, components, v + 3), components,
                    out TVector s0, out TVector s1, out TVector s2, out TVector s3);
                TLanes.Keep(s0, TLanes.Numbers((int)v * TLanes.Count), ref best, ref numbers);
                TLanes.Keep(s1, TLanes.Numbers((int)(v + 1) * TLanes.Count), ref best, ref numbers);
                TLanes.Keep(s2, TLanes.Numbers((int)(v + 2) * TLanes.Count), ref best, ref numbers);
                TLanes.Keep(s3, TLanes.Numbers((int)(v + 3) * TLanes.Count), ref best, ref numbers);
            }

            for (; v < vectors; v++)
            {
                var s = Tile1x1<TSum>(ref points, ref Centroids(ref panels, components, v), components);
                TLanes.Keep(s, TLanes.Numbers((int)v * TLanes.Count), ref best, ref numbers);
            }

            Unsafe.Add(ref distances, i) = TLanes.Nearest(best, numbers, out Unsafe.Add(ref nearest, i));
            points = ref Unsafe.Add(ref points, stride);
        }
    }

    /// <summary>The first component of the v-th vector of centroids.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref float Centroids(ref float panels, nint components, nint v) =>
        ref Unsafe.Add(ref panels, (v / VectorsPerPanel * components * KernelLayout.PanelWidth) + (v % VectorsPerPanel * TLanes.Count));

    /// <summary>Sums over the components of 4 points x 2 vectors of centroids.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Tile4x2<TSum>(
        ref float point0, nint stride, ref float centroids0, ref float centroids1, nint components,
        out TVector s00, out TVector s01, out TVector s10, out TVector s11,
        out TVector s20, out TVector s21, out TVector s30, out TVector s31)
        where TSum : struct, ILaneSum<TVector>
    {
        ref float point1 = ref Unsafe.Add(ref point0, stride);
        ref float point2 = ref Unsafe.Add(ref point1, stride);
        ref float point3 = ref Unsafe.Add(ref point2, stride);
        TVector a00 = default, a01 = default, a10 = default, a11 = default, a20 = default, a21 = default, a30 = default, a31 = default;
        for (var d = 0; d < components; d++)
        {
            var c0 = TLanes.Load(ref Unsafe.Add(ref centroids0, d * KernelLayout.PanelWidth));
            var c1 = TLanes.Load(ref Unsafe.Add(ref centroids1, d * KernelLayout.PanelWidth));
            var x = TLanes.Broadcast(Unsafe.Add(ref point0, d));
            a00 = TSum.Add(a00, x, c0);
            a01 = TSum.Add(a01, x, c1);
            x = TLanes.Broadcast(Unsafe.Add(ref point1, d));
            a10 = TSum.Add(a10, x, c0);
            a11 = TSum.Add(a11, x, c1);
            x = TLanes.Broadcast(Unsafe.Add(ref point2, d));
            a20 = TSum.Add(a20, x, c0);
            a21 = TSum.Add(a21, x, c1);
            x = TLanes.Broadcast(Unsafe.Add(ref point3, d));
            a30 = TSum.Add(a30, x, c0);
            a31 = TSum.Add(a31, x, c1);
        }

        s00 = TSum.Finish(a00);
        s01 = TSum.Finish(a01);
        s10 = TSum.Finish(a10);
        s11 = TSum.Finish(a11);
        s20 = TSum.Finish(a20);
        s21 = TSum.Finish(a21);
        s30 = TSum.Finish(a30);
        s31 = TSum.Finish(a31);
    }

    /// <summary>Sums over the components of one point x 4 vectors of centroids.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Tile1x4<TSum>(
        ref float point, ref float centroids0, ref float centroids1, ref float centroids2, ref float centroids3, nint components,
        out TVector s0, out TVector s1, out TVector s2, out TVector s3)
        where TSum : struct, ILaneSum<TVector>
    {
        TVector a0 = default, a1 = default, a2 = default, a3 = default;
        for (var d = 0; d < components; d++)
        {
            var x = TLanes.Broadcast(Unsafe.Add(ref point, d));
            a0 = TSum.Add(a0, x, TLanes.Load(ref Unsafe.Add(ref centroids0, d * KernelLayout.PanelWidth)));
            a1 = TSum.Add(a1, x, TLanes.Load(ref Unsafe.Add(ref centroids1, d * KernelLayout.PanelWidth)));
            a2 = TSum.Add(a2, x, TLanes.Load(ref Unsafe.Add(ref centroids2, d * KernelLayout.PanelWidth)));
            a3 = TSum.Add(a3, x, TLanes.Load(ref Unsafe.Add(ref centroids3, d * KernelLayout.PanelWidth)));
        }

        s0 = TSum.Finish(a0);
        s1 = TSum.Finish(a1);
        s2 = TSum.Finish(a2);
        s3 = TSum.Finish(a3);
    }

    /// <summary>Sums over the components of one point x one vector of centroids.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Tile1x1<TSum>(ref float point, ref float centroids, nint components)
        where TSum : struct, ILaneSum<TVector>
    {
        TVector a = default;
        for (var d = 0; d < components; d++)
        {
            var x = TLanes.Broadcast(Unsafe.Add(ref point, d));
            a = TSum.Add(a, x, TLanes.Load(ref Unsafe.Add(ref centroids, d * KernelLayout.PanelWidth)));
        }

        return TSum.Finish(a);
    }
}
