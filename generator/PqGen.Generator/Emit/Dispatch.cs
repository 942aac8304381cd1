using System;
using System.Text;

namespace PqGen.Generator.Emit;

/// <summary>Writes the choice between the kernels of the scan's instruction sets: a chain of conditions the JIT folds.</summary>
internal static class Dispatch
{
    /// <summary>A conditional expression: one guarded value a row, the last without a guard.</summary>
    public static void Expression(CodeWriter writer, string header, Func<ScanIsa, string> value)
    {
        var text = new StringBuilder(header);
        var lead = "\n    => ";
        foreach (var isa in ScanIsa.All)
        {
            text.Append(lead).Append(isa.Guard.Length == 0 ? value(isa) : $"{isa.Guard} ? {value(isa)}");
            lead = "\n    : ";
        }

        writer.Line(text.Append(';').ToString());
    }

    /// <summary>An if-else chain: one guarded call a row, the last without a guard.</summary>
    public static void Statements(CodeWriter writer, Func<ScanIsa, string> call)
    {
        var lead = "";
        foreach (var isa in ScanIsa.All)
        {
            writer.Line(isa.Guard.Length == 0 ? "else" : $"{lead}if ({isa.Guard})");
            writer.Line($"    {call(isa)};");
            lead = "else ";
        }
    }
}
