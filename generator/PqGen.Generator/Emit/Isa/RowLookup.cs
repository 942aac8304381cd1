using PqGen.Generator.Spec;
using PqGen.Kernels;
using static PqGen.Generator.Emit.Expressions;

namespace PqGen.Generator.Emit;

/// <summary>An instruction set's look-ups of codes of a whole byte.</summary>
/// <param name="Class">The runtime's class of them.</param>
/// <param name="HasTables">Whether a row is tables of 16 entries, kept in memory, instead of registers of 64.</param>
/// <param name="BoundsFirst">Whether they take so long that bounds by groups of codes may come first.</param>
internal sealed record ByteLookups(string Class, bool HasTables, bool BoundsFirst);

/// <summary>How a scan looks up one run of codes: what it loads of the byte table, and what it calls.</summary>
/// <param name="Isa">The instruction set.</param>
/// <param name="Function">The function of the runtime.</param>
/// <param name="Load">The function that loads a part of a row; null for a load of a register.</param>
/// <param name="Parts">Parts of a row, each of which is loaded.</param>
/// <param name="RowSize">Bytes of the byte table that one run of codes looks up.</param>
/// <param name="Blocks">Blocks of a tile that share the loads.</param>
internal sealed record RowLookup(Isa Isa, string Function, string? Load, int Parts, int RowSize, int Blocks)
{
    private const int TableSize = 16, PartSize = 64;

    /// <summary>Whether tiles are looked up faster than they come from memory by themselves, so that each asks for the next.</summary>
    public bool AsksForNextTile { get; init; }

    /// <summary>How codes are looked up, in words.</summary>
    public string Manner { get; init; } = "";

    /// <summary>An argument behind the parts of a row.</summary>
    private string Argument { get; init; } = "";

    /// <summary>Two rows of 16, repeated over registers.</summary>
    public static RowLookup OfNibbles(Isa isa, KernelSpec spec) =>
        new(isa, $"{isa.Nibbles}.LookupNibbles", $"{isa.ScanLanes}.Load16", 2, 2 * TableSize, isa.ScanBlocks)
        {
            Manner = spec.IsPacked ? "exactly, in 2 tables of 16" : "by bounds of their nibbles, never exactly",
        };

    /// <summary>A row of 64, 128 or 256 entries in registers.</summary>
    public static RowLookup OfRows(Isa isa, KernelSpec spec, ByteLookups lookups)
    {
        var parts = spec.Ksub <= 64 ? 1 : spec.Ksub <= 128 ? 2 : 4;
        var load = isa.Width == PartSize ? null : $"{lookups.Class}.Load{PartSize}";
        return new RowLookup(isa, $"{lookups.Class}.Lookup", load, parts, parts * PartSize, isa.ScanBlocks)
        {
            Manner = $"exactly, in {Text(parts * PartSize)} entries held in registers",
        };
    }

    /// <summary>A row of as many tables as there are entries for; it is read where it lies, so that blocks have no loads to share.</summary>
    public static RowLookup OfTables(Isa isa, KernelSpec spec, ByteLookups lookups) =>
        new(isa, $"{lookups.Class}.Lookup", $"{lookups.Class}.Load{PartSize}", 1, spec.PaddedKsub, 1)
        {
            Argument = Text(spec.PaddedKsub / TableSize) + ", ",
            Manner = $"exactly, in {Text(spec.PaddedKsub / TableSize)} tables of 16",
        };

    /// <summary>A row of the least entry of each group, in one table or two.</summary>
    public static RowLookup OfGroups(Isa isa, KernelSpec spec, ByteLookups lookups)
    {
        var parts = spec.Ksub <= KernelLayout.BoundGroup * TableSize ? 1 : 2;
        return new RowLookup(isa, $"{lookups.Class}.LookupGroups", $"{isa.ScanLanes}.Load16", parts, parts * TableSize, isa.ScanBlocks)
        {
            AsksForNextTile = true,
        };
    }

    /// <summary>The expression that loads part <paramref name="part"/> of the row that begins so many bytes behind <c>row</c>.</summary>
    public string LoadPart(int offset, int part)
    {
        var place = Text(offset + (part * (RowSize / Parts)));
        return Load is null ? Expressions.Load(Isa.Vector, "row", place) : $"{Load}(ref row, {place})";
    }

    /// <summary>The expression that looks codes up, the parts of the row being <c>row0</c> and so on.</summary>
    public string Of(string codes) => $"{Function}({List(Parts, part => $"row{part}")}, {Argument}{codes})";
}
