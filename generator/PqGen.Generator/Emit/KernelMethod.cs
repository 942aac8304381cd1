using System.Collections.Generic;
using System.Linq;

namespace PqGen.Generator.Emit;

/// <summary>
/// A kernel's signature: a public member that dispatches, and one private leaf per instruction set, named by its suffix.
/// </summary>
/// <param name="Returns">The return type.</param>
/// <param name="Name">The member's name in the contract.</param>
/// <param name="Parameters">The parameters, each with its type.</param>
internal sealed record KernelMethod(string Returns, string Name, params string[] Parameters)
{
    private string ParameterList => string.Join(", ", Parameters);

    private string ArgumentList => string.Join(", ", Parameters.Select(Argument));

    /// <summary>Writes the public member: the guards are constants of the JIT, so that one call of a leaf remains.</summary>
    public void WriteDispatch(IReadOnlyList<Isa> isas, CodeWriter writer)
    {
        writer.Line("/// <inheritdoc/>");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        using (writer.Braces($"public {Returns} {Name}({ParameterList})"))
        {
            foreach (var isa in isas)
            {
                var call = $"{Name}{isa.Name}({ArgumentList});";
                if (isa.Guard.Length == 0)
                {
                    writer.Line(Returns == "void" ? call : "return " + call);
                    continue;
                }

                using (writer.Braces($"if ({isa.Guard})"))
                {
                    writer.Line(Returns == "void" ? call + "\nreturn;" : "return " + call);
                }

                writer.Line();
            }
        }
    }

    /// <summary>Opens the leaf of one instruction set.</summary>
    public CodeWriter.Block Leaf(Isa isa, CodeWriter writer)
    {
        writer.Line();
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        return writer.Braces($"private static {Returns} {Name}{isa.Name}({ParameterList})");
    }

    /// <summary>"ref float points" is passed as "ref points", "int count" as "count".</summary>
    private static string Argument(string parameter)
    {
        var name = parameter.Substring(parameter.LastIndexOf(' ') + 1);
        return parameter.StartsWith("ref ", System.StringComparison.Ordinal) ? "ref " + name : name;
    }
}
