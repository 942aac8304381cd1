namespace PqGen.Tests.Vectors;

/// <summary>A file of its own in the temporary folder, deleted at the end.</summary>
internal sealed class TempFile : IDisposable
{
    public TempFile(string extension, params byte[] content)
    {
        Path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"pqgen-{Guid.NewGuid():N}{extension}");
        File.WriteAllBytes(Path, content);
    }

    public string Path { get; }

    public void Dispose() => File.Delete(Path);
}
