using System;
using System.Text;
using PqGen.Generator.Spec;

namespace PqGen.Generator.Emit;

/// <summary>Writes the choice between the kernels of the scan's instruction sets: a chain of conditions the JIT folds.</summary>
internal static class Dispatch
{
    /// <summary>A conditional expression: one guarded value a row, the last without a guard.</summary>
    public static void Expression(KernelSpec spec, CodeWriter writer, string header, Func<ScanIsa, string> value)
    {
        var text = new StringBuilder(header);
        var lead = "\n    => ";
        foreach (var isa in ScanIsa.All)
        {
            var guard = spec.IsPacked ? isa.PackedGuard : isa.Guard;
            text.Append(lead).Append(guard.Length == 0 ? value(isa) : $"{guard} ? {value(isa)}");
            lead = "\n    : ";
        }

        writer.Line(text.Append(';').ToString());
    }

    /// <summary>An if-else chain: one guarded call a row, the last without a guard.</summary>
    public static void Statements(KernelSpec spec, CodeWriter writer, Func<ScanIsa, string> call)
    {
        var lead = "";
        foreach (var isa in ScanIsa.All)
        {
            var guard = spec.IsPacked ? isa.PackedGuard : isa.Guard;
            writer.Line(guard.Length == 0 ? "else" : $"{lead}if ({guard})");
            writer.Line($"    {call(isa)};");
            lead = "else ";
        }
    }
}
