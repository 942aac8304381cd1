using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PqGen.Generator.Tests.Helpers;
using PqGen.Testing;

namespace PqGen.Generator.Tests.Documents;

/// <summary>The README's examples compile without a warning as they stand there, and do what they say.</summary>
[Collection(WorkingFolderCollection.Name)]
public class ReadmeExampleTests
{
    private const string Result = """
        var again = new Neighbor[10];
        same.Search(query, again, new SearchOptions { NProbe = 16, Rerank = 100 });
        static (long, float)[] Pairs(ReadOnlySpan<Neighbor> found) => Array.ConvertAll(found.ToArray(), neighbor => (neighbor.Id, neighbor.Distance));
        return (found, Pairs(top), Pairs(again));
        """;

    private const string Run = "public static (int, (long, float)[], (long, float)[]) Run()";
    private const string RunLarge = """
        public static (long, long) Run()
        {
            var vectors = new float[3000 * 100];
            foreach (ref var component in vectors.AsSpan())
            {
                component = Random.Shared.NextSingle();
            }

            VectorFile.WriteNpy("vectors.npy", 100, vectors);
            return RunAsync().GetAwaiter().GetResult();
        }

        private static async System.Threading.Tasks.Task<(long, long)> RunAsync()
        """;

    private static string[] Examples => Repository.Examples("README.md");

    [Fact]
    public void The_examples_compile_as_pasted()
    {
        Assert.Equal(4, Examples.Length);
        Assert.All(Examples, CompiledUser.AssertProgramCompiles);
    }

    [Fact]
    public void The_example_runs_and_finds_the_nearest()
    {
        var (found, top, again) = RunInTempFolder(
            () => CompiledUser.Run<(int Found, (long Id, float Distance)[] Top, (long, float)[] Again)>(Program(Examples[0], Run, Result)),
            "words.pqg");
        Assert.Equal(10, found);
        Assert.Equal((1234, 0f), top[0]);
        Assert.Equal(top, again);
    }

    [Fact]
    public void The_example_of_a_large_file_adds_all_of_it()
    {
        var counts = RunInTempFolder(
            () => CompiledUser.Run<(long, long)>(Program(Examples[1], RunLarge, "return (added, index.Count);")),
            "large.pqg",
            "vectors.npy");
        Assert.Equal((3000, 3000), counts);
    }

    /// <summary>Puts an example's statements into a method, before what is asked of them.</summary>
    private static string Program(string example, string run, string result)
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
                {{run}}
                {
                    {{string.Concat(statements.Select(static statement => statement.ToFullString()))}}
                    {{result}}
                }
            }
            """;
    }

    private static T RunInTempFolder<T>(Func<T> run, params string[] leaves)
    {
        var before = Environment.CurrentDirectory;
        var folder = Directory.CreateTempSubdirectory("pqgen-").FullName;
        try
        {
            Environment.CurrentDirectory = folder;
            var result = run();
            Assert.Equal(leaves, Directory.GetFileSystemEntries(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
            return result;
        }
        finally
        {
            Environment.CurrentDirectory = before;
            Directory.Delete(folder, recursive: true);
        }
    }
}
