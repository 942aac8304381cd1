using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PqGen.Generator.Tests.Helpers;
using PqGen.Testing;

namespace PqGen.Generator.Tests.Documents;

/// <summary>The README's example compiles without a warning as it stands there, and finds what there is to find.</summary>
[Collection(WorkingFolderCollection.Name)]
public class ReadmeExampleTests
{
    private const string Result = """
        var again = new Neighbor[10];
        same.Search(query, again, new SearchOptions { NProbe = 16, Rerank = 100 });
        static (long, float)[] Pairs(ReadOnlySpan<Neighbor> found) => Array.ConvertAll(found.ToArray(), neighbor => (neighbor.Id, neighbor.Distance));
        return (found, Pairs(top), Pairs(again));
        """;

    private static string Example => Assert.Single(Repository.Examples("README.md"));

    [Fact]
    public void The_example_compiles_as_pasted() => CompiledUser.AssertProgramCompiles(Example);

    [Fact]
    public void The_example_runs_and_finds_the_nearest()
    {
        var (found, top, again) = RunInTempFolder(
            () => CompiledUser.Run<(int Found, (long Id, float Distance)[] Top, (long, float)[] Again)>(Program(Example)), leaves: "words.pqg");
        Assert.Equal(10, found);
        Assert.Equal((1234, 0f), top[0]);
        Assert.Equal(top, again);
    }

    /// <summary>Puts an example's statements into a method, before what is asked of them.</summary>
    private static string Program(string example)
    {
        var root = SyntaxFactory.ParseCompilationUnit(example, options: Source.ParseOptions());
        var usings = root.Usings.Select(static directive => directive.ToString()).Union(["using System;", "using PqGen;"]);
        var types = root.Members.Where(static member => member is not GlobalStatementSyntax);
        var statements = root.Members.OfType<GlobalStatementSyntax>();
        return $$"""
            #pragma warning disable CS1591 // Examples are not documented.
            {{string.Join('\n', usings)}}
            {{string.Concat(types.Select(static type => type.ToFullString()))}}
            internal static class Program
            {
                public static (int, (long, float)[], (long, float)[]) Run()
                {
                    {{string.Concat(statements.Select(static statement => statement.ToFullString()))}}
                    {{Result}}
                }
            }
            """;
    }

    private static T RunInTempFolder<T>(Func<T> run, string leaves)
    {
        var before = Environment.CurrentDirectory;
        var folder = Directory.CreateTempSubdirectory("pqgen-").FullName;
        try
        {
            Environment.CurrentDirectory = folder;
            var result = run();
            Assert.Equal([Path.Combine(folder, leaves)], Directory.GetFileSystemEntries(folder));
            return result;
        }
        finally
        {
            Environment.CurrentDirectory = before;
            Directory.Delete(folder, recursive: true);
        }
    }
}
