using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Xml.Linq;
using PqGen.Testing;
using PqGen.Tests.Paths;
using PqGen.Tool.Tuning;

namespace PqGen.Tests.Package;

/// <summary>What a user gets: one package without dependencies, from which a project of its own builds, runs, and is told what is wrong.</summary>
[Collection(ChildProcessCollection.Name)]
public class PackageTests(PackedLibrary package) : IClassFixture<PackedLibrary>
{
    private const string Project = """
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <OutputType>Exe</OutputType>
            <TargetFramework>net10.0</TargetFramework>
            <Nullable>enable</Nullable>
            <ImplicitUsings>enable</ImplicitUsings>
            <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
            <InvariantGlobalization>true</InvariantGlobalization>
            <RestorePackagesPath>$(MSBuildProjectDirectory)/restored</RestorePackagesPath>
          </PropertyGroup>
          <ItemGroup>
            <PackageReference Include="PqGen" Version="*" />
          </ItemGroup>
        </Project>
        """;

    private const string Program = """
        using PqGen;

        var random = new Random(1);
        var vectors = new float[2000 * 24];
        foreach (ref var component in vectors.AsSpan())
        {
            component = random.NextSingle();
        }

        using var index = Points.Train(vectors, new TrainingOptions { NList = 8 });
        index.Add(vectors);
        index.Save("points.pqg");
        using var same = Points.Open("points.pqg");
        Span<Neighbor> top = stackalloc Neighbor[10];
        Span<Neighbor> again = stackalloc Neighbor[10];
        var options = new SearchOptions { NProbe = 8, Rerank = 100 };
        var found = index.Search(vectors.AsSpan(7 * 24, 24), top, options);
        same.Search(vectors.AsSpan(7 * 24, 24), again, options);
        Console.WriteLine($"{found} found, nearest {top[0].Id} at {top[0].Distance}, opened the same: {top.SequenceEqual(again)}");
        """;

    [Fact]
    public void It_carries_what_it_should_and_depends_on_nothing()
    {
        using var zip = ZipFile.OpenRead(package.File);
        var files = zip.Entries.Select(entry => entry.FullName).ToArray();
        Assert.Equal(
            ["analyzers/dotnet/cs/PqGen.CodeFixes.dll", "analyzers/dotnet/cs/PqGen.Generator.dll", "lib/net10.0/PqGen.dll", "lib/net10.0/PqGen.xml"],
            files.Where(
                file => file.StartsWith(
                    "analyzers/", StringComparison.Ordinal) || file.StartsWith("lib/", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Contains("T:PqGen.IvfPqIndexAttribute", Text("lib/net10.0/PqGen.xml"), StringComparison.Ordinal);
        Assert.Equal(Repository.ReadText("README.md"), Text("README.md").ReplaceLineEndings("\n"));
        Assert.Equal(Repository.ReadText("DIAGNOSTICS.md"), Text("docs/DIAGNOSTICS.md").ReplaceLineEndings("\n"));
        var guides = Directory.GetFiles(Path.Combine(Repository.Root, "runtime", "PqGen", "Guides")).Select(Path.GetFileName);
        Assert.All(guides, guide => Assert.Contains($"docs/Guides/{guide}", files));
        Assert.Contains("docs/Storage/FORMAT.md", files);

        var manifest = XDocument.Parse(Text("PqGen.nuspec")).Descendants().ToLookup(element => element.Name.LocalName);
        Assert.Empty(manifest["dependency"]);
        Assert.Equal("MIT", Assert.Single(manifest["license"]).Value);
        Assert.Equal("README.md", Assert.Single(manifest["readme"]).Value);
        Assert.Equal("icon.png", Assert.Single(manifest["icon"]).Value);
        Assert.Contains("icon.png", files);
        Assert.NotEmpty(Assert.Single(manifest["releaseNotes"]).Value);

        using var symbols = ZipFile.OpenRead(Path.ChangeExtension(package.File, ".snupkg"));
        Assert.Contains("lib/net10.0/PqGen.pdb", symbols.Entries.Select(entry => entry.FullName));

        string Text(string file)
        {
            using var reader = new StreamReader(zip.GetEntry(file)!.Open());
            return reader.ReadToEnd();
        }
    }

    [Fact]
    public void A_project_outside_builds_and_runs_on_the_package_alone()
    {
        var folder = Consumer("good", m: 12);
        Build(folder).Succeeded();
        var run = Dotnet.Run(folder, Path.Combine("out", "Consumer.dll")).Succeeded();
        Assert.Equal("10 found, nearest 7 at 0, opened the same: True", run.Output.Trim());
    }

    [Fact]
    public void A_wrong_declaration_does_not_build()
    {
        var build = Build(Consumer("wrong", m: 7));
        Assert.True(build.ExitCode != 0, build.All);
        Assert.Contains(
            "error PQG003: Dimension = 24 is not divisible by M = 7; for this Dimension the nearest M: 6 or 8;",
            build.Output,
            StringComparison.Ordinal);
    }

    [Fact]
    public void What_tune_prints_builds_and_runs_as_pasted()
    {
        var folder = Consumer("tuned", m: 12);
        var settings = new[]
        {
            new TuneSetting(IndexKind.IvfPq, 16, 12, 256, "int8"), new TuneSetting(IndexKind.IvfPq, 16, 24, 16, TuneSetting.None),
            new TuneSetting(IndexKind.IvfFlat, 16, 0, 0, TuneSetting.None), new TuneSetting(IndexKind.Flat, 0, 0, 0, TuneSetting.None),
            new TuneSetting(IndexKind.IvfPq, 16, 12, 256, "float16", TransformKind.Opq),
        };
        var calls = new StringBuilder();
        for (var i = 0; i < settings.Length; i++)
        {
            var point = new TunePoint(settings[i].NList > 0 ? 4 : 0, settings[i].Reranks ? 50 : 0, 0.9, 1000);
            var choice = new TuneChoice(new TuneTrial(settings[i], 1, 1, 1, [point]), point);
            var result = new TuneResult(
                "", new TuneGoal(0.9, double.PositiveInfinity, 0), 10, 24, Metric.Cosine, 2000, [], choice, 1, "", false, null);
            var (code, declaration) = (result.Code.TakeWhile(line => line.Length > 0), result.Code.SkipWhile(line => line.Length > 0));
            var body = string.Join('\n', code.Append("return found;"));
            File.WriteAllText(
                Path.Combine(folder, $"Tuned{i}.cs"),
                $"namespace Tuned{i};\nusing PqGen;\npublic static class Pasted {{ public static int Run(float[] vectors, float[] query, "
                    + $"Neighbor[] top) {{\n"
                + $"{body}\n}} }}\n{string.Join('\n', declaration)}\n");
            calls.Append(CultureInfo.InvariantCulture, $"Console.Write(Tuned{i}.Pasted.Run(vectors, query, new Neighbor[10]) + \" \");\n");
        }

        File.WriteAllText(
            Path.Combine(folder, "Program.cs"),
            "using PqGen;\nvar random = new Random(1);\nvar vectors = new float[2000 * 24];\nforeach (ref var component in vectors.AsSpan())\n{\n"
            + "component = random.NextSingle() - 0.5f;\n}\nvar query = vectors[..24];\n" + calls);
        Build(folder).Succeeded();
        Assert.Equal("10 10 10 10 10", Dotnet.Run(folder, Path.Combine("out", "Consumer.dll")).Succeeded().Output.Trim());
    }

    private static Dotnet Build(string folder) => Dotnet.Run(folder, "build", "-c", "Release", "-o", "out");

    /// <summary>A project in a folder of its own, which knows no other source of packages.</summary>
    private string Consumer(string name, int m)
    {
        var folder = package.NewFolder(name);
        Write("nuget.config", $"""
            <configuration>
              <packageSources>
                <clear />
                <add key="packed" value="{package.Folder}" />
              </packageSources>
              <packageSourceMapping>
                <clear />
              </packageSourceMapping>
              <fallbackPackageFolders>
                <clear />
              </fallbackPackageFolders>
            </configuration>
            """);
        Write("Consumer.csproj", Project);
        Write("Program.cs", Program);
        Write("Points.cs", $"""
            [PqGen.IvfPqIndex(Dimension = 24, M = {m}, Ksub = 64)]
            public partial class Points;
            """);
        return folder;

        void Write(string file, string text) => File.WriteAllText(Path.Combine(folder, file), text);
    }
}
