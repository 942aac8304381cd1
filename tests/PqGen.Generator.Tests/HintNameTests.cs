using System.Text;
using Microsoft.CodeAnalysis;
using PqGen.Generator.Parsing;
using PqGen.Generator.Tests.Helpers;

namespace PqGen.Generator.Tests;

/// <summary>The names of generated files: readable, of a length that any disk takes, and no two the same on any of them.</summary>
public class HintNameTests
{
    private const string Flat = "[PqGen.FlatIndex(Dimension = 8)] partial class";

    private static readonly string s_long = new('x', 270);

    /// <summary>Sets of declarations whose names are hard to tell apart or to put on a disk.</summary>
    public static TheoryData<string> Sources =>
    [
        $"namespace N{s_long} {{ {Flat} Words; }}",
        $"{Flat} W{s_long}; {Flat} W{s_long}x; {Flat} x{s_long};",
        $"namespace A.{string.Join('.', Enumerable.Repeat("Space", 60))} {{ {Flat} Words; {Flat} Words2; }}",
        $"{string.Concat(Enumerable.Range(0, 50).Select(static i => $"partial class Outer{i} {{ "))} {Flat} A; {Flat} a; {new string('}', 50)}",
        $"namespace {new string('語', 200)} {{ {Flat} {new string('ж', 150)}; {Flat} {new string('ж', 149)}Ж; }}",
        $"{Flat} Words; {Flat} WORDS; {Flat} words; {Flat} \\u0057ordS;",
        $"namespace A {{ {Flat} Words; }} namespace a {{ {Flat} Words; {Flat} words; }}",
        $"{Flat} \u212Aelvin; {Flat} kelvin; {Flat} A\u030A; {Flat} \u00C5; {Flat} \u212B; {Flat} \uAC00; {Flat} \u1100\u1161;",
        $"{Flat} A\u0308b; {Flat} A_b; {Flat} A\u0300b;",
        $"namespace con.A {{ {Flat} aux; }} {Flat} COM1; {Flat} nul; {Flat} Console;",
        $"namespace A {{ {Flat} B_C; namespace B {{ {Flat} C; }} partial class D {{ {Flat} B; }} }} {Flat} A_B_C;",
    ];

    [Theory]
    [InlineData("namespace My { [FlatIndex(Dimension = 8)] partial class Words; }", "My.Words")]
    [InlineData("namespace My.@new { partial class @class { [FlatIndex(Dimension = 8)] partial struct A; [FlatIndex(Dimension = 8)] partial class "
        + "@int; } }", "My.new.class.int")]
    [InlineData("[FlatIndex(Dimension = 8)] partial class Words; class WORDS;", "Words")]
    [InlineData("[FlatIndex(Dimension = 8)] partial class Words; [PqIndex(Dimension = 8, M = 2)] partial class WORDS;",
        "WORDS-9403edaaf45d4964 Words-0a8be89a52a87051")]
    [InlineData("namespace A { [FlatIndex(Dimension = 8)] partial class Words; } namespace a { [FlatIndex(Dimension = 8)] partial class Words; }",
        "A.Words-85062ebc1a529f1b a.Words-3d041fdc4d93ff74")]
    [InlineData("[FlatIndex(Dimension = 8)] partial class Wo\u0308rter; [FlatIndex(Dimension = 8)] partial class Wörter;",
        "Wo_rter-ac01641ae1f5d865 Wörter-34dd74936eb07837")]
    [InlineData("namespace Aux { [FlatIndex(Dimension = 8)] partial class Words; }", "Aux_Words-7ab2bc9b310c2638")]
    public void Hint_names_are_full_names_wherever_these_suffice(string source, string expected) =>
        Assert.Equal(expected, string.Join(' ', Names(GeneratorRun.Over($"using PqGen; {source}")).Order(StringComparer.Ordinal)));

    [Theory]
    [InlineData(100, 100)]
    [InlineData(101, 100)]
    [InlineData(5000, 100)]
    public void A_long_name_keeps_its_end_and_a_hash_of_all_of_it(int length, int expected)
    {
        var name = new string('x', length - 6) + ".Words";
        var hint = Assert.Single(Names(GeneratorRun.Over($"namespace {name[..^6]} {{ {Flat} Words; }}")));
        Assert.Equal(expected, hint.Length);
        Assert.Contains("x.Words", hint, StringComparison.Ordinal);
        Assert.Equal(length <= HintNames.MaxLength, hint == name);
    }

    [Theory]
    [MemberData(nameof(Sources))]
    public void No_two_files_share_a_name_and_none_is_too_long(string source)
    {
        var run = GeneratorRun.Over(source);
        Assert.Empty(run.Diagnostics);
        var files = run.Result.GeneratedSources.Select(static file => file.HintName).ToArray();
        var classes = source.Split(Flat).Length - 1;
        Assert.Equal(classes, Names(run).Count());
        Assert.Equal(files.Length, files.Select(static name => name.Normalize(NormalizationForm.FormKC).ToUpperInvariant()).Distinct().Count());
        Assert.All(files, static name => Assert.InRange(Encoding.UTF8.GetByteCount(name), 1, HintNames.MaxLength + 30));
        Assert.All(Names(run), static name => Assert.InRange(Encoding.UTF8.GetByteCount(name), 1, HintNames.MaxLength));
        Assert.All(files, static name => Assert.DoesNotMatch("(?i)^(con|prn|aux|nul|com[0-9]|lpt[0-9])[.]", name));
    }

    [Theory]
    [MemberData(nameof(Sources))]
    public void Every_file_can_be_written_where_the_compiler_writes_it(string source)
    {
        var run = GeneratorRun.Over(source);
        var folder = Directory.CreateTempSubdirectory("pqgen-");
        try
        {
            foreach (var tree in run.GeneratedTrees)
            {
                var path = Path.Combine(folder.FullName, tree.FilePath);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                using var file = new FileStream(path, FileMode.CreateNew);
                file.Write(Encoding.UTF8.GetBytes(tree.ToString()));
            }

            Assert.Equal(run.GeneratedTrees.Count(), folder.EnumerateFiles("*.g.cs", SearchOption.AllDirectories).Count());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_name_depends_on_no_other_class_but_a_twin()
    {
        var alone = Names(GeneratorRun.Over($"namespace N{s_long} {{ {Flat} Words; }}"));
        var among = Names(
            GeneratorRun.Over($"{Flat} A; namespace N{s_long} {{ {Flat} Words; {Flat} Other; }} namespace n{s_long} {{ {Flat} Words; }}"));
        Assert.Subset(among.ToHashSet(), alone.ToHashSet());
    }

    private static IEnumerable<string> Names(GeneratorRun run) => run.Result.GeneratedSources
        .Where(static file => file.HintName.EndsWith(".Index.g.cs", StringComparison.Ordinal))
        .Select(static file => file.HintName[..^".Index.g.cs".Length]);
}
