using System.Runtime.CompilerServices;
using PqGen.TopK;

namespace PqGen.Storage;

/// <summary>The positions of an index that were not removed and whose ids a filter allows.</summary>
internal readonly struct Admitted<TFilter>(IdView ids, RemovalView removals, TFilter filter) : INames
    where TFilter : struct, IIdFilter
{
    public bool AdmitsAll => false;

    public long this[int position] => ids[position];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Admits(int position) => (removals.Count == 0 || !removals.Contains(position)) && filter.Allows(ids[position]);
}
