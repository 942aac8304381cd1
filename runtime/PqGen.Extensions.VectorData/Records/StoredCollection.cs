using PqGen.Extensions.VectorData.Storage;

namespace PqGen.Extensions.VectorData.Records;

/// <summary>A collection that exists in a store: in memory, or in a folder and not asked for yet.</summary>
internal abstract class StoredCollection(string name) : IDisposable
{
    public string Name { get; } = name;

    /// <summary>Writes the collection beneath a store's folder.</summary>
    /// <param name="root">The store's folder.</param>
    /// <param name="folder">A new folder's name, for the collection's files.</param>
    /// <param name="cancellation">Ends it early; files may be left.</param>
    /// <returns>What the store's list has to say of it.</returns>
    public abstract Task<SavedCollection> SaveAsync(string root, string folder, CancellationToken cancellation);

    /// <summary>Lets go of the indexes, once those that use them are done. The collection no longer exists.</summary>
    public abstract void Dispose();
}
