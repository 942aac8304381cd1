using PqGen.Testing;
using PqGen.Tests.Paths;
using PqGen.Tests.Storage;

namespace PqGen.Tests.Package;

/// <summary>
/// The package, packed from a copy of the sources: a build that runs at the same time keeps its own folders, and nothing built before
/// can get into the package.
/// </summary>
public sealed class PackedLibrary : IDisposable
{
    private readonly TempFolder _folder = new();

    /// <summary>Packs; takes half a minute.</summary>
    public PackedLibrary()
    {
        var sources = NewFolder("sources");
        Copy(new DirectoryInfo(Repository.Root), sources, recursively: false);
        foreach (var project in new[] { "generator", "runtime/PqGen" })
        {
            Copy(new DirectoryInfo(Path.Combine(Repository.Root, project)), Path.Combine(sources, project), recursively: true);
        }

        // Without what the build that runs the tests has done, and without the audit, which asks a server; all else comes from the folder that the
        // tests were restored to.
        Dotnet.Run(sources, "pack", "runtime/PqGen", "-c", "Release", "-o", Folder, "-p:RunAnalyzers=false", "-p:NuGetAudit=false").Succeeded();
        File = Assert.Single(Directory.GetFiles(Folder, "*.nupkg"));
    }

    /// <summary>The folder that holds the package and nothing else.</summary>
    public string Folder => _folder.File("packages");

    /// <summary>The package.</summary>
    public string File { get; }

    /// <summary>Makes an empty folder, which goes with the package.</summary>
    public string NewFolder(string name) => Directory.CreateDirectory(_folder.File(name)).FullName;

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    private static void Copy(DirectoryInfo from, string to, bool recursively)
    {
        Directory.CreateDirectory(to);
        foreach (var file in from.EnumerateFiles().Where(file => !file.Name.StartsWith(".git", StringComparison.Ordinal)))
        {
            file.CopyTo(Path.Combine(to, file.Name));
        }

        foreach (var folder in from.EnumerateDirectories().Where(folder => recursively && folder.Name is not ("bin" or "obj")))
        {
            Copy(folder, Path.Combine(to, folder.Name), recursively);
        }
    }
}
