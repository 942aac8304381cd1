using System.Text;
using Microsoft.CodeAnalysis.Text;
using PqGen.Generator.Spec;

namespace PqGen.Generator.Emit;

/// <summary>One file of a class's generated part.</summary>
/// <param name="HintName">Its name, unique in the user's compilation: <c>{Type}.{Part}.g.cs</c>.</param>
/// <param name="Text">Its C#.</param>
internal sealed record GeneratedFile(string HintName, string Text)
{
    /// <summary>A file named after its class and its part of it.</summary>
    public static GeneratedFile Create(IndexSpec spec, string part, CodeWriter writer) =>
        new($"{spec.HintName}.{part}.g.cs", writer.ToString());

    public SourceText ToSourceText() => SourceText.From(Text, Encoding.UTF8);
}
