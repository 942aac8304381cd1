using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Testing;
using Microsoft.CodeAnalysis.Testing;

namespace PqGen.Generator.Tests.Helpers;

/// <summary>
/// A fix in a workspace, as an editor has it: the generator runs in a project, its diagnostics are looked up in the documents, the
/// fix is applied, alone and in the whole solution, and what it leaves is generated and compiled again.
/// </summary>
internal sealed class FixTest<TFix> : CSharpCodeFixTest<EmptyDiagnosticAnalyzer, TFix, DefaultVerifier>
    where TFix : CodeFixProvider, new()
{
    public FixTest()
    {
        ReferenceAssemblies = new ReferenceAssemblies("none");
        TestState.AdditionalReferences.AddRange(Source.References);
        TestBehaviors = TestBehaviors.SkipGeneratedSourcesCheck;
    }

    protected override IEnumerable<Type> GetSourceGenerators() => [typeof(PqIndexGenerator)];

    protected override ParseOptions CreateParseOptions() => Source.ParseOptions().WithDocumentationMode(DocumentationMode.Parse);
}
