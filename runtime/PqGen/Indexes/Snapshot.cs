using PqGen.Storage;
using PqGen.Storage.Files;

namespace PqGen.Indexes;

/// <summary>
/// What an index holds at one moment. Immutable: one write publishes what a call has changed, so that a search sees all of it or nothing. Memory
/// that it refers to lives as long as a search holds it; what lies in mapped files, as long as somebody has a lease (<see cref="SnapshotLease"/>).
/// </summary>
/// <param name="Positions">Positions in use, those of removed vectors among them.</param>
/// <param name="Removed">Which of them were removed.</param>
/// <param name="Added">Vectors that were ever added, which is the next automatic id: <paramref name="Positions"/> and those compacted away.</param>
/// <param name="Lists">The lists.</param>
/// <param name="Ids">From positions to ids.</param>
/// <param name="Rows">The rows kept for re-ranking; null where none are.</param>
/// <param name="Exponent">Vectors are kept as the caller's times two to this; null where the first vectors decide.</param>
internal sealed record Snapshot(
    int Positions, RemovalView Removed, long Added, ListTable Lists, IdView Ids, KeptRows? Rows, int? Exponent)
{
    /// <summary>What the file held, from which the index was opened, and this library does not know.</summary>
    public CarriedSections Carried { get; init; } = CarriedSections.None;

    /// <summary>The mapped file in which some of it lies; null where nothing does.</summary>
    public MappedIndex? Mapping { get; init; }

    /// <summary>The caller's rows, which candidates are compared with in the end; null where none are attached.</summary>
    public VectorRows? Attached { get; init; }

    /// <summary>Whether there are rows, kept or attached, beside codes.</summary>
    public bool HasRows => Rows is not null || Attached is not null;

    /// <summary>Whether there are better ones for a second look at the nearest candidates, or attached ones for all.</summary>
    public bool CanRefine => Attached is not null || Rows?.Second is not null;

    /// <summary>Vectors that a search sees.</summary>
    public int Count => Positions - Removed.Count;
}

/// <summary>A snapshot whose memory stays where it is until the lease ends.</summary>
internal readonly ref struct SnapshotLease(Snapshot snapshot)
{
    public Snapshot Snapshot => snapshot;

    /// <summary>
    /// A lease of what an index holds; false where a mapped file of the snapshot was let go of: there is another snapshot by now, or none.
    /// </summary>
    /// <exception cref="IndexFileException">The mapped file is shorter than it was.</exception>
    public static bool TryTake(Snapshot snapshot, out SnapshotLease lease)
    {
        lease = new SnapshotLease(snapshot);
        if (snapshot.Mapping is not null && !TryTake(snapshot.Mapping))
        {
            return false;
        }

        if (snapshot.Attached?.File is null || snapshot.Attached.File.TryHold())
        {
            return true;
        }

        snapshot.Mapping?.File.LetGo();
        return false;
    }

    private static bool TryTake(MappedIndex mapping)
    {
        if (!mapping.File.TryHold())
        {
            return false;
        }

        try
        {
            mapping.CheckLength(byTick: true);
            return true;
        }
        catch
        {
            mapping.File.LetGo();
            throw;
        }
    }

    public void Dispose()
    {
        snapshot.Mapping?.File.LetGo();
        snapshot.Attached?.File?.LetGo();
    }
}
