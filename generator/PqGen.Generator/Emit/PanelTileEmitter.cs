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
        writer.Line($"ref float panel = ref {At(kernel.Panels, first)};");
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
        writer.Line($"{isa.Floats} {List(tile.Vectors, v => "c" + Text(v))}, x{Difference(kernel)};");
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
            writer.Line($"{isa.Floats} c{(tile.HoistsPoint ? "" : ", x")}{Difference(kernel)};");
            WritePanels(tile, kernel.Components, d => At("point0", d), startsSums: true, writer);
            return;
        }

        writer.Line($"{isa.Floats} c, {List(ComponentsPerStep, d => "x" + Text(d))}{Difference(kernel)};");
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
                    writer.Line($"c = {Load(isa.Vector, "panel", Text(tile.Centroid(v, d)))};");
                    WriteStep(tile, loads ? "x" : "x" + Text(d), "c", tile.Sum(0, v), startsSums && d == 0, writer);
                }
            }
        }
    }

    private static void WriteZeros(PanelTile tile, CodeWriter writer)
    {
        for (var p = 0; p < tile.Points; p++)
        {
            writer.Line($"{tile.Isa.Floats} {List(tile.Vectors, v => $"{tile.Sum(p, v)} = {tile.Isa.Floats}.Zero")};");
        }
    }

    /// <summary>The temporary that a squared distance needs more.</summary>
    private static string Difference(PanelKernel kernel) => kernel.Sum == PanelSum.SquaredDistance ? ", difference" : "";

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

    /// <summary>One multiply-add. A fresh sum starts from 0; a square needs no addition for that, a product that is -0 does.</summary>
    private static void WriteStep(PanelTile tile, string x, string c, string sum, bool fresh, CodeWriter writer)
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

    private static void WriteStore(PanelTile tile, string k, CodeWriter writer)
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

    private static void WriteKeep(PanelTile tile, string k, CodeWriter writer)
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
}
