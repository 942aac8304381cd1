namespace PqGen.Common;

/// <summary>Git LFS leaves a few lines of text in a file's place until the file is fetched.</summary>
internal static class GitLfs
{
    /// <summary>What was found, for a message.</summary>
    public const string Found = "this is a Git LFS pointer, which stands for the file until it is fetched";

    /// <summary>What is needed, for a message.</summary>
    public const string Needed = "fetch the file itself with 'git lfs pull'";

    /// <summary>The first bytes of every pointer, by the specification of Git LFS.</summary>
    public static ReadOnlySpan<byte> Start => "version https://git-lfs.github.com/spec/"u8;
}
