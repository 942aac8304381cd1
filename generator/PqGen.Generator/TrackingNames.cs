namespace PqGen.Generator;

/// <summary>The names of the pipeline's steps, under which tests ask whether they were cached.</summary>
internal static class TrackingNames
{
    /// <summary>The attribute's class, parsed to a specification or to diagnostics.</summary>
    public const string Parse = nameof(Parse);

    /// <summary>What is wrong with a declaration.</summary>
    public const string Diagnostics = nameof(Diagnostics);

    /// <summary>The names of files that differ in case alone.</summary>
    public const string Twins = nameof(Twins);

    /// <summary>The specification of a valid declaration, its files named.</summary>
    public const string Output = nameof(Output);

    /// <summary>All of them, in the order of the pipeline.</summary>
    public static readonly string[] All = [Parse, Diagnostics, Twins, Output];
}
