namespace PqGen.Extensions.VectorData.Records;

/// <summary>One version of a record. Never changed: an upsert makes another one, with another id.</summary>
/// <param name="Id">Its id in the indexes; never used again.</param>
/// <param name="Key">The record's key.</param>
/// <param name="Record">Key and data, a copy of the caller's; its vector properties are empty. Filters look at it.</param>
/// <param name="Vectors">The vectors as they came, one for each vector property, where they are kept; else null.</param>
internal sealed record Entry<TKey, TRecord>(long Id, TKey Key, TRecord Record, float[]?[] Vectors);
