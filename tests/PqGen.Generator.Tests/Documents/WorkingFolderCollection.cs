namespace PqGen.Generator.Tests.Documents;

/// <summary>Tests that change the folder of relative paths, which the whole process shares: beside no others.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public static class WorkingFolderCollection
{
    public const string Name = "Working folder";
}
