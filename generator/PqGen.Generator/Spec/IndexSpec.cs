using PqGen.Generator.Helpers;

namespace PqGen.Generator.Spec;

/// <summary>A type around the user's class, as its generated part has to name it.</summary>
/// <param name="Keyword">What declares it: <c>class</c>, <c>struct</c>, <c>record</c>, <c>record struct</c> or <c>interface</c>.</param>
/// <param name="Name">Its name as the user wrote it, <c>@</c> included.</param>
internal sealed record ContainingType(string Keyword, string Name);

/// <summary>
/// A valid declaration: where the user's class stands and what its kernels are. All that is emitted is a function of it, and it
/// holds values only: no symbol and no syntax node, which would keep a whole compilation alive and never compare equal.
/// </summary>
/// <param name="Namespace">The namespace as code names it; empty for the global one.</param>
/// <param name="ContainingTypes">The types around the class, outermost first.</param>
/// <param name="Name">The class's name as the user wrote it, <c>@</c> included.</param>
/// <param name="HintName">What the names of its generated files start with: namespace, containing types and name.</param>
/// <param name="Kernels">The index kind and its sizes.</param>
internal sealed record IndexSpec(
    string Namespace,
    EquatableArray<ContainingType> ContainingTypes,
    string Name,
    string HintName,
    KernelSpec Kernels);
