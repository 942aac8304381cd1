using System.Globalization;
using PqGen.Kernels;
using static PqGen.Generator.Emit.Expressions;

namespace PqGen.Generator.Emit;

/// <summary>Writes one register tile of a kernel over centroid panels: the sums of its points and panels, and what becomes of them.</summary>
internal static class PanelTileEmitter
{
    private const int Width = KernelLayout.PanelWidth;

    /// <summary>Components of each panel that a single point takes before it goes on to the next panel.</summary>
    private const int ComponentsPerStep = 4;

    /// <summary>Writes the tile whose first centroid is <paramref name="k"/>, a literal or the variable k.</summary>
    public static void Write(PanelTile tile, string k, CodeWriter writer)
    {
        var (kernel, isa) = (tile.Kernel, tile.Isa);
        var first = k == "k" ? $"k * {Text(kernel.Components)}" : Text(int.Parse(k, CultureInfo.InvariantCulture) * kernel.Components);
        writer.Line($"ref var panel = ref {At(kernel.Panels, first)};");
        if (tile.Points == 1)
        {
            WriteSinglePoint(tile, writer);
        }
        else
        {
            WritePoints(tile, writer);
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

    /// <summary>Several points: component by component, so that each load of centroids serves them all.</summary>
    private static void WritePoints(PanelTile tile, CodeWriter writer)
    {
        var (kernel, isa) = (tile.Kernel, tile.Isa);
        writer.Line($"{isa.Floats} {List(tile.Vectors, v => "c" + Text(v))}, x;");
        if (kernel.IsUnrolled)
        {
            for (var d = 0; d < kernel.Components; d++)
            {
                WriteComponent(tile, d, writer);
            }

            return;
        }

        WriteZeros(tile, writer);
        using (writer.Braces($"for (nuint d = 0; d < {kernel.Components}; d++)"))
        {
            WriteComponent(tile, null, writer);
            writer.Line($"panel = ref Unsafe.Add(ref panel, {Width});");
        }
    }

    /// <summary>
    /// A single point: it streams through the panels, which come from an outer cache, so what counts is to read them in the order of memory.
    /// </summary>
    private static void WriteSinglePoint(PanelTile tile, CodeWriter writer)
    {
        var (kernel, isa) = (tile.Kernel, tile.Isa);
        if (kernel.IsUnrolled)
        {
            if (!tile.HoistsPoint)
            {
                writer.Line($"{isa.Floats} x;");
            }

            WritePanels(tile, kernel.Components, d => At("point0", d), startsSums: true, writer);
            return;
        }

        writer.Line($"{isa.Floats} {List(ComponentsPerStep, d => "x" + Text(d))};");
        WriteZeros(tile, writer);
        writer.Line($"// {ComponentsPerStep} components of each panel in turn: few streams of memory, each of whole lines.");
        var whole = kernel.Components / ComponentsPerStep * ComponentsPerStep;
        using (writer.Braces($"for (nuint d = 0; d < {Text(whole)}; d += {ComponentsPerStep})"))
        {
            WriteBroadcasts(ComponentsPerStep, d => Plus("d", d));
            WritePanels(tile, ComponentsPerStep, null, startsSums: false, writer);
            writer.Line($"panel = ref Unsafe.Add(ref panel, {Text(ComponentsPerStep * Width)});");
        }

        if (whole < kernel.Components)
        {
            writer.Line();
            WriteBroadcasts(kernel.Components - whole, d => Text(whole + d));
            WritePanels(tile, kernel.Components - whole, null, startsSums: false, writer);
        }

        void WriteBroadcasts(int count, System.Func<int, string> component)
        {
            for (var d = 0; d < count; d++)
            {
                writer.Line($"x{Text(d)} = {isa.Vector}.Create({At("point0", component(d))});");
            }
        }
    }

    /// <summary>The next components of the only point and of one panel after the other.</summary>
    /// <param name="tile">The tile.</param>
    /// <param name="components">Their number.</param>
    /// <param name="component">The point's component, where it is not in a register x0, x1, ...</param>
    /// <param name="startsSums">Whether they are the first.</param>
    /// <param name="writer">Where to write.</param>
    private static void WritePanels(PanelTile tile, int components, System.Func<int, string>? component, bool startsSums, CodeWriter writer)
    {
        var isa = tile.Isa;
        var loads = component is not null && !tile.HoistsPoint;
        for (var panel = 0; panel < tile.Panels; panel++)
        {
            for (var d = 0; d < components; d++)
            {
                if (loads)
                {
                    writer.Line($"x = {isa.Vector}.Create({component!(d)});");
                }

                for (var v = panel * isa.VectorsPerPanel; v < (panel + 1) * isa.VectorsPerPanel; v++)
                {
                    var c = Load(isa.Vector, "panel", Text(tile.Centroid(v, d)));
                    WriteStep(tile, loads ? "x" : "x" + Text(d), c, tile.Sum(0, v), startsSums && d == 0, writer);
                }
            }
        }
    }

    private static void WriteZeros(PanelTile tile, CodeWriter writer)
    {
        for (var p = 0; p < tile.Points; p++)
        {
            var point = p;
            Declare(writer, tile.Isa.Floats, tile.Vectors, v => $"{tile.Sum(point, v)} = default");
        }
    }

    /// <summary>One component of the tile's points and centroids: a literal, or the loop's d, to which the panel has moved.</summary>
    private static void WriteComponent(PanelTile tile, int? component, CodeWriter writer)
    {
        var isa = tile.Isa;
        var d = component is { } literal ? Text(literal) : "d";
        for (var v = 0; v < tile.Vectors; v++)
        {
            writer.Line($"c{Text(v)} = {Load(isa.Vector, "panel", Text(tile.Centroid(v, component ?? 0)))};");
        }

        for (var p = 0; p < tile.Points; p++)
        {
            writer.Line($"x = {isa.Vector}.Create({At($"point{Text(p)}", d)});");
            for (var v = 0; v < tile.Vectors; v++)
            {
                WriteStep(tile, "x", $"c{Text(v)}", tile.Sum(p, v), component == 0, writer);
            }
        }
    }

    /// <summary>One multiply-add, or the start of a fresh sum.</summary>
    private static void WriteStep(PanelTile tile, string x, string c, string sum, bool fresh, CodeWriter writer) =>
        writer.Line(fresh
            ? $"var {sum} = {tile.Kernel.Sum}.Start({x}, {c});"
            : $"{sum} = {tile.Kernel.Sum}.Add({sum}, {x}, {c});");

    private static void WriteStore(PanelTile tile, string k, CodeWriter writer)
    {
        for (var p = 0; p < tile.Points; p++)
        {
            for (var v = 0; v < tile.Vectors; v++)
            {
                var offset = Plus(k, v * tile.Isa.FloatLanes);
                var place = offset == "0" ? $"ref row{Text(p)}" : $"ref row{Text(p)}, {offset}";
                writer.Line($"{tile.Kernel.Sum}.Finish({tile.Sum(p, v)}).StoreUnsafe({place});");
            }
        }
    }

    private static void WriteKeep(PanelTile tile, string k, CodeWriter writer)
    {
        var isa = tile.Isa;
        for (var v = 0; v < tile.Vectors; v++)
        {
            writer.Line(v == 0
                ? $"var numbers = {isa.Ints}.Indices{(k == "0" ? "" : $" + {isa.Vector}.Create({(k == "k" ? "(int)k" : k)})")};"
                : $"numbers += {isa.Vector}.Create({Text(isa.FloatLanes)});");
            for (var p = 0; p < tile.Points; p++)
            {
                writer.Line($"LaneReduction.Keep({tile.Sum(p, v)}, numbers, ref best{Text(p)}, ref number{Text(p)});");
            }
        }
    }
}
