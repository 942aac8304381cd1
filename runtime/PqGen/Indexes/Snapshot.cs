using PqGen.Storage;

namespace PqGen.Indexes;

/// <summary>
/// What an index holds at one moment. Immutable: one write publishes what an Add has changed, so that a search sees all of it or nothing. Memory
/// that it refers to lives as long as a search holds it.
/// </summary>
/// <param name="Count">Vectors.</param>
/// <param name="Lists">The lists.</param>
/// <param name="Ids">From positions to ids.</param>
/// <param name="Rows">The rows kept for re-ranking; null where none are.</param>
/// <param name="Exponent">Vectors are kept as the caller's times two to this; null where the first vectors decide.</param>
internal sealed record Snapshot(int Count, ListTable Lists, IdView Ids, Column<float>? Rows, int? Exponent);
