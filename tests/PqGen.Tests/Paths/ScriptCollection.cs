namespace PqGen.Tests.Paths;

/// <summary>Tests that run scripts: one after the other, since both install packages, beside all others, since both leave a processor free.</summary>
[CollectionDefinition(Name)]
public static class ScriptCollection
{
    public const string Name = "Scripts";
}
