using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PqGen.Generator.Tests.Helpers;
using PqGen.Testing;

namespace PqGen.Generator.Tests.Documents;

/// <summary>The examples of the README and of the guides compile without a warning as they stand there, and do what they say.</summary>
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

    private const string Folder = "runtime/PqGen/Guides/";

    /// <summary>The documents with examples, and how many.</summary>
    public static TheoryData<string, int> Documents => new()
    {
        { "README.md", 1 },
        { Folder + "Choosing.md", 1 },
        { Folder + "Files.md", 3 },
        { Folder + "Filters.md", 1 },
        { Folder + "Recall.md", 4 },
        { Folder + "Serving.md", 1 },
    };

    [Theory]
    [MemberData(nameof(Documents))]
    public void The_examples_compile_as_pasted(string document, int count)
    {
        var examples = Repository.Examples(document);
        Assert.Equal(count, examples.Length);
        Assert.All(examples, CompiledUser.AssertProgramCompiles);
    }

    [Fact]
    public void No_document_with_examples_is_left_out() => Assert.Equal(
        Documents.Select(row => (string)row[0]).Skip(1),
        Directory.GetFiles(Path.Combine(Repository.Root, Folder), "*.md").Select(path => Folder + Path.GetFileName(path))
            .Where(path => Repository.Examples(path).Length > 0).Order(StringComparer.Ordinal));

    [Fact]
    public void The_example_runs_and_finds_the_nearest()
    {
        var (found, top, again) = RunInTempFolder(
            () => CompiledUser.Run<(int Found, (long Id, float Distance)[] Top, (long, float)[] Again)>(
                Program(Example("README.md", 0), Run, Result)),
            "words.pqg");
        Assert.Equal(10, found);
        Assert.Equal((1234, 0f), top[0]);
        Assert.Equal(top, again);
    }

    [Fact]
    public void The_example_of_a_large_file_adds_all_of_it()
    {
        var counts = RunInTempFolder(
            () => CompiledUser.Run<(long, long)>(Program(Example(Folder + "Files.md", 0), RunLarge, "return (added, index.Count);")),
            "large.pqg",
            "vectors.npy");
        Assert.Equal((3000, 3000), counts);
    }

    [Fact]
    public void The_example_of_shards_merges_them()
    {
        const string Write = """
            public static (long, long) Run()
            {
                var random = new Random(1);
                VectorFile.WriteNpy("vectors.npy", 100, Array.ConvertAll(new float[3000 * 100], _ => random.NextSingle()));
            """;
        var counts = RunInTempFolder(
            () => CompiledUser.Run<(long, long)>(
                Program(
                    Example(Folder + "Files.md", 2),
                    Write,
                    "return (VectorIndex.Verify(\"all.pqg\").Count, VectorIndex.Verify(\"high.pqg\").Count); }")),
            "all.pqg",
            "first.pqg",
            "high.pqg",
            "low.pqg",
            "model.pqg",
            "second.pqg",
            "vectors.npy");
        Assert.Equal((3000, 1500), counts);
    }

    [Fact]
    public void The_example_of_filters_finds_what_it_says() => Assert.Equal(
        (2, 2, 2),
        CompiledUser.Run<(int, int, int)>(Program(
            Example(Folder + "Filters.md", 0),
            "public static (int, int, int) Run()",
            """
            var between = index.Search(query, top, IdFilter.And(new IdRange(1, 9), IdFilter.Not(new IdSet([1]))));
            return (between, found, within.WrittenCount);
            """)));

    private static string Example(string document, int number) => Repository.Examples(document)[number];

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
