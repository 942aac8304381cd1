using PqGen.TopK;

namespace PqGen.Storage;

/// <summary>
/// From positions, in the order of adding, to ids, as one reader sees them. The default value stands for ids that are the positions.
/// </summary>
internal readonly struct IdView(ColumnView<long> ids) : INames
{
    private readonly ColumnView<long> _ids = ids;
    private readonly bool _isOwn = true;

    /// <summary>Whether ids are the caller's own.</summary>
    public bool IsOwn => _isOwn;

    public bool AdmitsAll => true;

    /// <summary>The id of a position.</summary>
    public long this[int position] => _isOwn ? _ids.At(position) : position;

    public bool Admits(int position) => true;

    /// <summary>Tells the system that the ids will be read soon that lie together with that of a position, where they lie in a file.</summary>
    public void WillNeed(int position) => _ids.WillNeed(position);

    /// <summary>Ids from a position on that lie together.</summary>
    public ReadOnlySpan<long> Run(int position, int count) => _ids.Run(position, count);
}
