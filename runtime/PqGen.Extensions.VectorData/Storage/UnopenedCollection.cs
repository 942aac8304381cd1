using PqGen.Extensions.VectorData.Records;

namespace PqGen.Extensions.VectorData.Storage;

/// <summary>A collection of an opened folder whose record type nobody has named yet.</summary>
internal sealed class UnopenedCollection(string root, SavedCollection saved) : StoredCollection(saved.Name)
{
    public SavedCollection Saved { get; } = saved;

    /// <summary>The folder of its files.</summary>
    public string Folder { get; } = Path.Combine(root, saved.Folder);

    /// <summary>Stays where it is in its own store's folder; into another one its files are copied.</summary>
    public override async Task<SavedCollection> SaveAsync(string root, string folder, CancellationToken cancellation)
    {
        if (Path.GetFullPath(Path.Combine(root, Saved.Folder)) == Path.GetFullPath(Folder))
        {
            return Saved;
        }

        var target = Directory.CreateDirectory(Path.Combine(root, folder)).FullName;
        foreach (var path in Directory.GetFiles(Folder))
        {
            var source = File.OpenRead(path);
            await using (source.ConfigureAwait(false))
            {
                await StoreFolder.WriteAsync(
                    Path.Combine(target, Path.GetFileName(path)), stream => source.CopyToAsync(stream, cancellation)).ConfigureAwait(false);
            }
        }

        return Saved with { Folder = folder };
    }

    public override void Dispose()
    {
        // Holds nothing.
    }
}
