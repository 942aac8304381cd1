namespace PqGen.Tests.Paths;

/// <summary>Tests that start processes, each of which takes the whole machine: one after the other, after all others.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public static class ChildProcessCollection
{
    public const string Name = "Child processes";
}
