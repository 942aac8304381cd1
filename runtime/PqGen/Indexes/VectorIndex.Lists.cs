namespace PqGen;

/// <content>What lists hold.</content>
public abstract partial class VectorIndex
{
    /// <summary>
    /// Vectors of each list, <c>[NList]</c>, in the order of <see cref="Centroids"/>; those removed count until <see cref="Compact"/>. Empty in an
    /// index without lists. A new array; safe beside searches and writers.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The index was disposed of.</exception>
    public int[] ListSizes()
    {
        var lists = Present().Lists;
        var sizes = new int[NList];
        for (var list = 0; list < sizes.Length; list++)
        {
            sizes[list] = lists.Peek(list).Count;
        }

        return sizes;
    }
}
