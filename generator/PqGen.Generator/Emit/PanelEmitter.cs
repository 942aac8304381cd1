using System.Globalization;
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

    /// <summary>Writes the loops over points, panels and components.</summary>
    public static void Write(PanelKernel kernel, Isa isa, CodeWriter writer)
    {
        writer.Line("nuint i = 0;");
        var points = kernel.IsUnrolled ? isa.PointsPerTile : isa.PointsPerLoop;
        writer.Line($"// {Text(points)} points at a time, so that each load of centroids serves them all.");
        using (writer.Braces($"for (; i + {Text(points)} <= (nuint)count; i += {Text(points)})"))
        {
            WritePoints(kernel, isa, points, isa.PanelsPerTile, writer);
        }

        writer.Line();
        writer.Line("// The remaining points one by one, against more centroids at a time.");
        using (writer.Braces("for (; i < (nuint)count; i++)"))
        {
            WritePoints(kernel, isa, 1, isa.PanelsPerPoint, writer);
        }
    }

    private static void WritePoints(PanelKernel kernel, Isa isa, int points, int panels, CodeWriter writer)
    {
        WriteRows("point", kernel.Points, kernel.Stride, points, writer);
        if (kernel.IsNearest)
        {
            writer.Line($"{isa.Floats} {List(points, p => p == 0 ? $"best0 = {isa.Vector}.Create(float.PositiveInfinity)" : $"best{p} = best0")};");
            writer.Line($"{isa.Ints} {List(points, p => p == 0 ? $"number0 = {isa.Ints}.Indices" : $"number{p} = number0")};");
        }
        else
        {
            WriteRows("row", "rows", kernel.Row!, points, writer);
        }

        var tile = new Tile(kernel, isa, points, panels);
        if (tile.HoistsPoint)
        {
            for (var d = 0; d < kernel.Components; d++)
            {
                writer.Line($"{isa.Floats} x{d} = {isa.Vector}.Create({At("point0", d)});");
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
                writer.Line($"Unsafe.Add(ref distances, {i}) = LaneReduction.Nearest(best{p}, number{p}, out Unsafe.Add(ref nearest, {i}));");
            }
        }
    }

    /// <summary>References to the rows of the tile's points in an array: name0, name1, ...</summary>
    private static void WriteRows(string name, string array, string stride, int points, CodeWriter writer)
    {
        for (var p = 0; p < points; p++)
        {
            writer.Line(p == 0
                ? $"ref float {name}0 = ref Unsafe.Add(ref {array}, i * {stride});"
                : $"ref float {name}{p} = ref Unsafe.Add(ref {name}{p - 1}, {stride});");
        }
    }

    /// <summary>A number of panels known at run time.</summary>
    private static void WriteVariablePanels(Tile tile, CodeWriter writer)
    {
        var single = tile with { Panels = 1 };
        writer.Line();
        if (tile.Panels == 1)
        {
            using (writer.Braces($"for (nuint k = 0; k < centroids; k += {Width})"))
            {
                WriteTile(single, "k", writer);
            }

            return;
        }

        var step = tile.Panels * Width;
        using (writer.Braces($"if (centroids >= {step})"))
        {
            writer.Line("// Where the panels do not divide into tiles, the last tile begins inside the one before.");
            using (writer.Braces($"for (nuint next = 0; next < centroids; next += {step})"))
            {
                writer.Line($"nuint k = nuint.Min(next, centroids - {step});");
                WriteTile(tile, "k", writer);
            }
        }

        using (writer.Braces("else"))
        using (writer.Braces($"for (nuint k = 0; k < centroids; k += {Width})"))
        {
            WriteTile(single, "k", writer);
        }
    }

    /// <summary>A number of panels known now: whole tiles, and one of what remains.</summary>
    private static void WriteLiteralPanels(Tile tile, CodeWriter writer)
    {
        var step = tile.Panels * Width;
        var whole = tile.Kernel.Centroids / step * step;
        if (whole > 0)
        {
            writer.Line();
            using (writer.Braces(whole > step ? $"for (nuint k = 0; k < {whole}; k += {step})" : $"// Centroids 0 to {step - 1}."))
            {
                WriteTile(tile, whole > step ? "k" : "0", writer);
            }
        }

        if (whole < tile.Kernel.Centroids)
        {
            writer.Line();
            using (writer.Braces($"// Centroids {whole} to {tile.Kernel.Centroids - 1}."))
            {
                WriteTile(tile with { Panels = (tile.Kernel.Centroids - whole) / Width }, Text(whole), writer);
            }
        }
    }

    private static void WriteTile(Tile tile, string k, CodeWriter writer)
    {
        var (kernel, isa) = (tile.Kernel, tile.Isa);
        var first = k == "k" ? $"k * {Text(kernel.Components)}" : Text(int.Parse(k, CultureInfo.InvariantCulture) * kernel.Components);
        writer.Line($"ref float panel = ref {At(kernel.Panels, first)};");
        writer.Line($"{isa.Floats} {tile.Temporaries};");
        if (tile.IsPanelByPanel)
        {
            for (var v = 0; v < tile.Vectors; v++)
            {
                WriteVector(tile, v, writer);
            }
        }
        else if (kernel.IsUnrolled)
        {
            for (var d = 0; d < kernel.Components; d++)
            {
                WriteComponent(tile, d, writer);
            }
        }
        else
        {
            for (var p = 0; p < tile.Points; p++)
            {
                writer.Line($"{isa.Floats} {List(tile.Vectors, v => $"{tile.Sum(p, v)} = {isa.Floats}.Zero")};");
            }

            using (writer.Braces($"for (nuint d = 0; d < {kernel.Components}; d++)"))
            {
                WriteComponent(tile, null, writer);
                writer.Line($"panel = ref Unsafe.Add(ref panel, {Width});");
            }
        }

        writer.Line();
        if (kernel.IsNearest)
        {
            WriteKeep(tile, k, writer);
        }
        else
        {
            WriteStore(tile, k, writer);
        }
    }

    /// <summary>All components of the only point and a vector of centroids, in the order of memory.</summary>
    private static void WriteVector(Tile tile, int v, CodeWriter writer)
    {
        for (var d = 0; d < tile.Kernel.Components; d++)
        {
            writer.Line($"c0 = {Load(tile.Isa.Vector, "panel", Text(tile.Centroid(v, d)))};");
            if (!tile.HoistsPoint)
            {
                writer.Line($"x = {tile.Isa.Vector}.Create({At("point0", d)});");
            }

            WriteStep(tile, tile.HoistsPoint ? "x" + Text(d) : "x", "c0", tile.Sum(0, v), d == 0, writer);
        }
    }

    /// <summary>One component of the tile's points and centroids: a literal, or the loop's d, to which the panel has moved.</summary>
    private static void WriteComponent(Tile tile, int? component, CodeWriter writer)
    {
        var isa = tile.Isa;
        var d = component is { } literal ? Text(literal) : "d";
        for (var v = 0; v < tile.Vectors; v++)
        {
            writer.Line($"c{Text(v)} = {Load(isa.Vector, "panel", Text(tile.Centroid(v, component ?? 0)))};");
        }

        for (var p = 0; p < tile.Points; p++)
        {
            var x = tile.HoistsPoint ? "x" + d : "x";
            if (!tile.HoistsPoint)
            {
                writer.Line($"x = {isa.Vector}.Create({At($"point{Text(p)}", d)});");
            }

            for (var v = 0; v < tile.Vectors; v++)
            {
                WriteStep(tile, x, $"c{Text(v)}", tile.Sum(p, v), component == 0, writer);
            }
        }
    }

    /// <summary>One multiply-add. A fresh sum starts from 0; a square needs no addition for that, a product that is -0 does.</summary>
    private static void WriteStep(Tile tile, string x, string c, string sum, bool fresh, CodeWriter writer)
    {
        var isa = tile.Isa;
        if (tile.Kernel.Sum == PanelSum.MinusTwiceInnerProduct)
        {
            writer.Line(fresh
                ? $"{isa.Floats} {sum} = {isa.Vector}.FusedMultiplyAdd({x}, {c}, {isa.Floats}.Zero);"
                : $"{sum} = {isa.Vector}.FusedMultiplyAdd({x}, {c}, {sum});");
            return;
        }

        writer.Line($"difference = {x} - {c};");
        writer.Line(fresh
            ? $"{isa.Floats} {sum} = difference * difference;"
            : $"{sum} = {isa.Vector}.FusedMultiplyAdd(difference, difference, {sum});");
    }

    private static void WriteStore(Tile tile, string k, CodeWriter writer)
    {
        for (var p = 0; p < tile.Points; p++)
        {
            for (var v = 0; v < tile.Vectors; v++)
            {
                var sum = tile.Kernel.Sum == PanelSum.MinusTwiceInnerProduct ? $"({tile.Sum(p, v)} * -2f)" : tile.Sum(p, v);
                var offset = Plus(k, v * tile.Isa.FloatLanes);
                writer.Line(offset == "0" ? $"{sum}.StoreUnsafe(ref row{Text(p)});" : $"{sum}.StoreUnsafe(ref row{Text(p)}, {offset});");
            }
        }
    }

    private static void WriteKeep(Tile tile, string k, CodeWriter writer)
    {
        var isa = tile.Isa;
        writer.Line("// Keep what is nearer, lane by lane; on a tie the earlier centroid stays.");
        writer.Line($"{isa.Floats} nearer;");
        for (var v = 0; v < tile.Vectors; v++)
        {
            writer.Line(v == 0
                ? $"{isa.Ints} numbers = {isa.Ints}.Indices{(k == "0" ? "" : $" + {isa.Vector}.Create({(k == "k" ? "(int)k" : k)})")};"
                : $"numbers += {isa.Vector}.Create({Text(isa.FloatLanes)});");
            for (var p = 0; p < tile.Points; p++)
            {
                var sum = tile.Sum(p, v);
                writer.Line($"nearer = {isa.Vector}.LessThan({sum}, best{p});");
                writer.Line($"number{Text(p)} = {isa.Vector}.ConditionalSelect(nearer.AsInt32(), numbers, number{Text(p)});");
                writer.Line($"best{Text(p)} = {isa.Vector}.MinNative({sum}, best{Text(p)});");
            }
        }
    }

    /// <summary>Points x panels whose sums are in registers at once.</summary>
    private sealed record Tile(PanelKernel Kernel, Isa Isa, int Points, int Panels)
    {
        /// <summary>Vectors of centroids.</summary>
        public int Vectors => Panels * Isa.VectorsPerPanel;

        /// <summary>Whether the components of the only point stay in registers for all panels.</summary>
        public bool HoistsPoint => Points == 1 && Kernel.IsUnrolled && Kernel.Components + Isa.PanelsPerPoint * Isa.VectorsPerPanel + 2 <= Isa.Registers;

        /// <summary>The name of the sums of a point and a vector of centroids.</summary>
        public string Sum(int point, int vector) => Points == 1 ? $"sum{Text(vector)}" : $"sum{Text(point)}_{Text(vector)}";

        /// <summary>Whether the tile reads its panels one after the other: one point streams through them.</summary>
        public bool IsPanelByPanel => Points == 1 && Kernel.IsUnrolled;

        public string Temporaries
        {
            get
            {
                var temporaries = List(IsPanelByPanel ? 1 : Vectors, v => "c" + Text(v));
                temporaries += HoistsPoint ? "" : ", x";
                return Kernel.Sum == PanelSum.SquaredDistance ? temporaries + ", difference" : temporaries;
            }
        }

        /// <summary>Floats from a component of the tile's first centroid to one of a vector of centroids.</summary>
        public int Centroid(int vector, int component) =>
            (vector / Isa.VectorsPerPanel * Kernel.Components * Width) + (vector % Isa.VectorsPerPanel * Isa.FloatLanes) + (component * Width);
    }
}
