using System.Collections.Generic;
using System.Linq;

namespace PqGen.Generator.Emit;

/// <summary>
/// A kernel's signature: a member of the contract, which dispatches to one private leaf per instruction set, named by its suffix.
/// </summary>
/// <param name="Returns">The return type.</param>
/// <param name="Name">The member's name in the contract.</param>
/// <param name="Parameters">The parameters, each with its type.</param>
internal sealed record KernelMethod(string Returns, string Name, params string[] Parameters)
{
    /// <summary>The longest header of a method, and the longest call, that stay on one line.</summary>
    private const int MaxLine = 120;

    /// <summary>The longest line of a list that stands on lines of its own.</summary>
    private const int MaxListed = 130;

    /// <summary>
    /// What marks a kernel that calls functions of the runtime. Inlined into its caller, which tier 1 does with short ones, it would find the
    /// budget for
    /// inlining spent, and call them.
    /// </summary>
    public const string LeafAttribute = "[MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]";

    /// <summary>The type parameter of what a lane sums, or of the runs of a tile or a block; empty where there is none.</summary>
    public string TypeParameter { get; init; } = "";

    private string ArgumentList => Listed(Parameters.Select(Argument));

    private string TypeArguments => TypeParameter.Length == 0 ? "" : $"<{TypeParameter}>";

    /// <summary>A call of a method that takes the same arguments.</summary>
    public string Call(string method)
    {
        var call = $"{method}({ArgumentList});";
        return call.Length <= MaxLine ? call : $"{method}(\n    {ArgumentList});";
    }

    /// <summary>The member's header: all before its body.</summary>
    public string Header(string modifiers, string suffix = "", string constraint = "")
    {
        var parameters = Listed(Parameters);
        var name = $"{modifiers} {Returns} {Name}{suffix}{TypeArguments}";
        var header = name.Length + parameters.Length <= MaxLine ? $"{name}({parameters})" : $"{name}(\n    {parameters})";
        return TypeParameter.Length == 0 ? header : $"{header}\n    where {TypeParameter} : struct, {constraint}";
    }

    /// <summary>Writes the method that dispatches: the guards are constants of the JIT, so that one call of a leaf remains.</summary>
    public void WriteDispatch(IReadOnlyList<Isa> isas, string access, CodeWriter writer)
    {
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        using (writer.Braces(Header(access + " static", constraint: "ILaneSum")))
        {
            foreach (var isa in isas)
            {
                var call = (Returns == "void" ? "" : "return ") + Call($"{Name}{isa.Name}{TypeArguments}");
                if (isa.Guard.Length == 0)
                {
                    writer.Line(call);
                    continue;
                }

                using (writer.Braces($"if ({isa.Guard})"))
                {
                    writer.Line(Returns == "void" ? call + "\nreturn;" : call);
                }

                writer.Line();
            }
        }
    }

    /// <summary>Opens the leaf of one instruction set.</summary>
    public CodeWriter.Block Leaf(Isa isa, CodeWriter writer, string comment = "", string constraint = "")
    {
        writer.Line();
        if (comment.Length > 0)
        {
            writer.Line(comment);
        }

        writer.Line(LeafAttribute);
        return writer.Braces(Header("private static", isa.Name, constraint.Length == 0 ? $"ILaneSum<{isa.Floats}>" : constraint));
    }

    /// <summary>Words separated by commas, on lines of at most <see cref="MaxListed"/> characters.</summary>
    private static string Listed(IEnumerable<string> words)
    {
        var (text, line) = ("", 0);
        foreach (var word in words)
        {
            var breaks = line + word.Length > MaxListed;
            text += line == 0 ? word : breaks ? $",\n    {word}" : $", {word}";
            line = breaks ? word.Length : line + word.Length + 2;
        }

        return text;
    }

    /// <summary>"ref float points" is passed as "ref points", "int count" as "count".</summary>
    private static string Argument(string parameter)
    {
        var name = parameter.Substring(parameter.LastIndexOf(' ') + 1);
        return parameter.StartsWith("ref ", System.StringComparison.Ordinal) ? "ref " + name : name;
    }
}
