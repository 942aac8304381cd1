using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace PqGen.Generator.Diagnostics;

/// <summary>A place in the user's source, by value: a <see cref="Location"/> would keep its syntax tree alive.</summary>
internal sealed record LocationInfo(string FilePath, TextSpan Span, LinePositionSpan Lines)
{
    public static LocationInfo From(SyntaxNode node) => From(node.GetLocation());

    public static LocationInfo From(SyntaxToken token) => From(token.GetLocation());

    public Location ToLocation() => Location.Create(FilePath, Span, Lines);

    private static LocationInfo From(Location location) =>
        new(location.SourceTree!.FilePath, location.SourceSpan, location.GetLineSpan().Span);
}
