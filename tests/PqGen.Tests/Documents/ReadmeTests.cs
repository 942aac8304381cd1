using System.Reflection;
using System.Text.RegularExpressions;

namespace PqGen.Tests.Documents;

/// <summary>The README says what the results files say, and what it points to is there.</summary>
public partial class ReadmeTests
{
    private static string Root { get; } = typeof(ReadmeTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "RepositoryRoot").Value!;

    private static string Readme { get; } = File.ReadAllText(Path.Combine(Root, "README.md")).ReplaceLineEndings("\n");

    [Fact]
    public void The_table_is_that_of_its_results_file()
    {
        var shown = Shown().Match(Readme);
        Assert.True(shown.Success, "README.md shows no results.");
        var file = File.ReadAllText(Path.Combine(Root, shown.Groups[1].Value)).ReplaceLineEndings("\n");
        Assert.Equal(file.Split('\n', 2)[1].Trim(), shown.Groups[2].Value.Trim());
    }

    [Fact]
    public void Every_relative_link_leads_to_a_file_or_folder()
    {
        var links = Link().Matches(Readme).Select(match => match.Groups[1].Value).Where(link => !link.Contains("://", StringComparison.Ordinal)).ToArray();
        Assert.NotEmpty(links);
        Assert.All(links, link => Assert.True(Path.Exists(Path.Combine(Root, link)), link));
    }

    [Fact]
    public void Every_project_of_its_commands_exists()
    {
        var projects = Project().Matches(Readme).Select(match => match.Groups[1].Value).ToArray();
        Assert.NotEmpty(projects);
        Assert.All(projects, project => Assert.True(Directory.Exists(Path.Combine(Root, project)), project));
    }

    [GeneratedRegex(@"<!-- results: (benchmarks/\S+) -->\n(.*?)<!-- end of results -->", RegexOptions.Singleline)]
    private static partial Regex Shown();

    [GeneratedRegex(@"\]\(([^)#]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"--project (\S+?)(?=[`\s])")]
    private static partial Regex Project();
}
