using System;
using PqGen.Kernels;
using static PqGen.Generator.Emit.Expressions;

namespace PqGen.Generator.Emit;

/// <summary>
/// Writes the one algorithm of all kernels over centroid panels: register tiles of points x panels, lanes over centroids, components
/// in order. A tile's sums are stored, or compared at once with the nearest so far.
/// </summary>
internal static class PanelEmitter
{
    private const int Width = KernelLayout.PanelWidth;

    /// <summary>Components from which on a panel, 64 bytes for each, is long: half a first-level cache.</summary>
    private const int LongPanel = 384;

    /// <summary>Writes the loops over points, panels and components.</summary>
    public static void Write(PanelKernel kernel, Isa isa, CodeWriter writer)
    {
        writer.Line("nuint i = 0;");
        var points = kernel.IsUnrolled ? isa.Tile.Points : isa.Tile.LoopPoints;
        writer.Line($"// {Text(points)} points at a time, so that each load of centroids serves them all.");
        using (writer.Braces($"for (; i + {Text(points)} <= (nuint)count; i += {Text(points)})"))
        {
            var panels = kernel.IsUnrolled && !kernel.IsNearest ? isa.Tile.TablePanels : isa.Tile.Panels;
            WritePoints(kernel, isa, points, panels, writer);
        }

        writer.Line();
        writer.Line("// The remaining points one by one.");
        using (writer.Braces("for (; i < (nuint)count; i++)"))
        {
            WritePoints(kernel, isa, 1, PanelsPerPoint(kernel, isa), writer);
        }
    }

    /// <summary>
    /// Panels that a point on its own is compared with at once: fewer where they are long and come from an outer cache, which is fastest in few
    /// streams.
    /// </summary>
    private static int PanelsPerPoint(PanelKernel kernel, Isa isa)
        => kernel.IsUnrolled ? 1
        : kernel.Components >= LongPanel ? Math.Min(isa.Tile.PointPanels, 4)
        : isa.Tile.PointPanels;

    private static void WritePoints(PanelKernel kernel, Isa isa, int points, int panels, CodeWriter writer)
    {
        WriteRows("point", kernel.Points, kernel.Stride, points, writer);
        if (kernel.IsNearest)
        {
            var infinity = $"{isa.Vector}.Create(float.PositiveInfinity)";
            Declare(writer, isa.Floats, points, p => p == 0 ? $"best0 = {infinity}" : $"best{p} = best0");
            Declare(writer, isa.Ints, points, p => p == 0 ? $"number0 = {isa.Ints}.Indices" : $"number{p} = number0");
        }
        else
        {
            WriteRows("row", "rows", kernel.Row!, points, writer);
        }

        var tile = new PanelTile(kernel, isa, points, panels);
        if (tile.HoistsPoint)
        {
            for (var d = 0; d < kernel.Components; d++)
            {
                writer.Line($"var x{d} = {isa.Vector}.Create({At("point0", d)});");
            }
        }

        if (kernel.Centroids == 0)
        {
            WriteVariablePanels(tile, writer);
        }
        else
        {
            WriteLiteralPanels(tile, writer);
        }

        if (kernel.IsNearest)
        {
            writer.Line();
            for (var p = 0; p < points; p++)
            {
                var i = Plus("i", p);
                var nearest = $"LaneReduction.Nearest(best{p}, number{p}, out Unsafe.Add(ref nearest, {i}))";
                writer.Line($"Unsafe.Add(ref distances, {i}) = {nearest};");
            }
        }
    }

    /// <summary>References to the rows of the tile's points in an array: name0, name1, ...</summary>
    private static void WriteRows(string name, string array, string stride, int points, CodeWriter writer)
    {
        for (var p = 0; p < points; p++)
        {
            writer.Line(p == 0
                ? $"ref var {name}0 = ref Unsafe.Add(ref {array}, i * {stride});"
                : $"ref var {name}{p} = ref Unsafe.Add(ref {name}{p - 1}, {stride});");
        }
    }

    /// <summary>A number of panels known at run time.</summary>
    private static void WriteVariablePanels(PanelTile tile, CodeWriter writer)
    {
        var single = tile with { Panels = 1 };
        writer.Line();
        if (tile.Panels == 1)
        {
            using (writer.Braces($"for (nuint k = 0; k < centroids; k += {Width})"))
            {
                PanelTileEmitter.Write(single, "k", writer);
            }

            return;
        }

        var step = tile.Panels * Width;
        using (writer.Braces($"if (centroids >= {step})"))
        {
            writer.Line("// Where the panels do not divide into tiles, the last tile begins inside the one before.");
            using (writer.Braces($"for (nuint next = 0; next < centroids; next += {step})"))
            {
                writer.Line($"var k = nuint.Min(next, centroids - {step});");
                PanelTileEmitter.Write(tile, "k", writer);
            }
        }

        using (writer.Braces("else"))
        using (writer.Braces($"for (nuint k = 0; k < centroids; k += {Width})"))
        {
            PanelTileEmitter.Write(single, "k", writer);
        }
    }

    /// <summary>A number of panels known now: whole tiles, and one of what remains.</summary>
    private static void WriteLiteralPanels(PanelTile tile, CodeWriter writer)
    {
        var step = tile.Panels * Width;
        var whole = tile.Kernel.Centroids / step * step;
        if (whole > 0)
        {
            writer.Line();
            using (writer.Braces(whole > step ? $"for (nuint k = 0; k < {whole}; k += {step})" : $"// Centroids 0 to {step - 1}."))
            {
                PanelTileEmitter.Write(tile, whole > step ? "k" : "0", writer);
            }
        }

        if (whole < tile.Kernel.Centroids)
        {
            writer.Line();
            using (writer.Braces($"// Centroids {whole} to {tile.Kernel.Centroids - 1}."))
            {
                PanelTileEmitter.Write(tile with { Panels = (tile.Kernel.Centroids - whole) / Width }, Text(whole), writer);
            }
        }
    }
}
