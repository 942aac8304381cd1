using static PqGen.Generator.Emit.Expressions;

namespace PqGen.Generator.Emit;

/// <summary>The sizes and names of the scores of a vector x and some rows.</summary>
/// <param name="Dimension">Components.</param>
/// <param name="Isa">The instruction set.</param>
/// <param name="Sum">What is summed: the type that says so.</param>
/// <param name="X">The reference to the vector x; hoisted, the prefix of the locals that hold its components.</param>
/// <param name="IsHoisted">Whether x is in locals.</param>
/// <param name="Rows">The references to the rows.</param>
internal sealed record RowKernel(int Dimension, Isa Isa, string Sum, string X, bool IsHoisted, string[] Rows)
{
    /// <summary>Partial sums of the body.</summary>
    public const int Body = 32;

    /// <summary>Partial sums of the tail.</summary>
    public const int Tail = 4;

    /// <summary>The most vectors of a row that are written out; more are looped over.</summary>
    private const int MaxUnrolled = 32;

    public int BodyEnd => Dimension / Body * Body;

    public int TailEnd => Dimension / Tail * Tail;

    public int BodySums => Body / Isa.FloatLanes;

    public bool IsUnrolled => Unrolls(Dimension, Isa);

    /// <summary>Whether a row's vectors are written out.</summary>
    public static bool Unrolls(int dimension, Isa isa) => dimension / Body * Body / isa.FloatLanes <= MaxUnrolled;

    /// <summary>Whether a vector's components, the sums and two temporaries fit the registers.</summary>
    public static bool FitsRegisters(int dimension, Isa isa)
    {
        var (body, tail) = (dimension / Body * Body, dimension / Tail * Tail);
        var components = (body / isa.FloatLanes) + ((tail - body) / Tail) + (dimension - tail);
        return components + (Body / isa.FloatLanes) + 4 <= isa.Registers;
    }

    /// <summary>A local that exists once per row.</summary>
    public string Name(string name, int row) => Rows.Length == 1 ? name : $"{name}_{Text(row)}";

    /// <summary>The contract's last additions, over the parts that exist, and the score that they give.</summary>
    public string Result(int row)
    {
        var (sums, tail, rest) = (Name("sums4", row), Name("tail", row), Name("rest", row));
        var fours = BodyEnd == 0 ? tail : TailEnd == BodyEnd ? sums : $"{sums} + {tail}";
        var sum = TailEnd == 0 ? rest
            : Dimension == TailEnd ? $"LaneReduction.Sum({fours})"
            : $"LaneReduction.Sum({fours}) + {rest}";
        return LaneSum.Finish(Sum, sum);
    }
}
