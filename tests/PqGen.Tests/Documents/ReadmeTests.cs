using System.Text.RegularExpressions;
using PqGen.Testing;

namespace PqGen.Tests.Documents;

/// <summary>The README says what the results files say, and what it points to is there.</summary>
public partial class ReadmeTests
{
    private static string Readme { get; } = Repository.ReadText("README.md");

    [Fact]
    public void Its_tables_are_those_of_their_results_files()
    {
        var shown = Shown().Matches(Readme);
        Assert.True(shown.Count > 1, "README.md shows no results.");
        Assert.All(shown, table => Assert.Equal(
            Repository.ReadText(table.Groups[1].Value).Split('\n', 2)[1].Trim(), table.Groups[2].Value.Trim()));
    }

    /// <summary>The documents that users read, relative to the repository.</summary>
    public static TheoryData<string> Documents => ["README.md", .. Guides];

    private static string[] Guides =>
    [
        .. Directory.GetFiles(Path.Combine(Repository.Root, "runtime", "PqGen", "Guides"), "*.md").Select(
            guide => Path.GetRelativePath(Repository.Root, guide)).Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_relative_link_leads_to_a_file_or_folder(string document)
    {
        var folder = Path.Combine(Repository.Root, Path.GetDirectoryName(document)!);
        var links = Link().Matches(Repository.ReadText(document)).Select(match => match.Groups[1].Value).Where(
            link => !link.Contains("://", StringComparison.Ordinal));
        Assert.All(links, link => Assert.True(Path.Exists(Path.Combine(folder, link)), link));
    }

    [Fact]
    public void Every_guide_is_named_in_the_readme() => Assert.All(
        Guides, guide => Assert.Contains($"]({guide.Replace('\\', '/')})", Readme, StringComparison.Ordinal));

    [Fact]
    public void Every_project_of_its_commands_exists()
    {
        var projects = Project().Matches(Readme).Select(match => match.Groups[1].Value).ToArray();
        Assert.NotEmpty(projects);
        Assert.All(projects, project => Assert.True(Directory.Exists(Path.Combine(Repository.Root, project)), project));
    }

    [GeneratedRegex(@"<!-- results: (benchmarks/\S+) -->\n(.*?)<!-- end of results -->", RegexOptions.Singleline)]
    private static partial Regex Shown();

    [GeneratedRegex(@"\]\(([^)#]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"--project (\S+?)(?=[`\s])")]
    private static partial Regex Project();
}
