using Microsoft.Extensions.VectorData;

namespace PqGen.Extensions.VectorData;

/// <summary>Exceptions of the abstraction, with what it asks of them.</summary>
internal static class Failures
{
    public const string SystemName = "pqgen";

    public static VectorStoreException Missing(string collection) =>
        Of(collection, "Access", $"The collection '{collection}' does not exist; call EnsureCollectionExistsAsync first.", null);

    public static VectorStoreException Of(string? collection, string operation, string message, Exception? inner) => new(message, inner)
    {
        VectorStoreSystemName = SystemName,
        CollectionName = collection,
        OperationName = operation,
    };
}
