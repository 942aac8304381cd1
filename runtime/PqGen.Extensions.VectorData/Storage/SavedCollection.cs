namespace PqGen.Extensions.VectorData.Storage;

/// <summary>What a store's folder lists: <c>store.json</c>.</summary>
/// <param name="Version">Of the format.</param>
/// <param name="Generation">Of the saves into this folder: a number for names that none of them had before.</param>
/// <param name="Collections">The collections, by name.</param>
internal sealed record SavedStore(int Version, long Generation, SavedCollection[] Collections);

/// <summary>What the list says of a collection.</summary>
/// <param name="Name">The collection's name.</param>
/// <param name="Folder">The folder of its files, beneath the store's.</param>
/// <param name="Records">Lines of its <c>records.jsonl</c>.</param>
/// <param name="NextId">The id that the next record takes.</param>
/// <param name="KeyType">The type of keys.</param>
/// <param name="Data">The data properties.</param>
/// <param name="Vectors">The vector properties; the index of the i-th is <c>vectors-i.pqg</c>.</param>
internal sealed record SavedCollection(
    string Name, string Folder, int Records, long NextId, string KeyType, SavedData[] Data, SavedVector[] Vectors);

/// <summary>A data property: its name in storage and its type.</summary>
internal sealed record SavedData(string Name, string Type);

/// <summary>A vector property.</summary>
/// <param name="Name">Its name in storage.</param>
/// <param name="Dimension">Components of a vector.</param>
/// <param name="DistanceFunction">Its distance function.</param>
/// <param name="Count">Vectors in its index.</param>
/// <param name="TrainedOn">Vectors that the index was trained for; 0 for an exact one.</param>
internal sealed record SavedVector(string Name, int Dimension, string DistanceFunction, long Count, long TrainedOn);
