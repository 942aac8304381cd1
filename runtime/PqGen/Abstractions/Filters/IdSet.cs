using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PqGen;

/// <summary>
/// Allows the ids of a set: hashed, which takes a bit and a line of memory to look at and 18 to 36 bytes an id, or sorted, which takes log2(n) steps
/// and 8 bytes an id. Ids that lie close together become an <see cref="IdBitmap"/>, which is faster and no larger.
/// </summary>
public readonly struct IdSet : IIdFilter
{
    /// <summary>Ids of a bucket: a line of memory, compared at once.</summary>
    private const int BucketSize = 8;

    /// <summary>Bits among the hashes for an id, at least: one other id in so many has a bit that is set.</summary>
    private const int BitsPerId = 16;

    private static readonly ulong s_seed = (ulong)Random.Shared.NextInt64();

    /// <summary>
    /// Sorted ids; or buckets, a power of two of them, where an id is in one of two (Azar, Broder, Karlin, Upfal: Balanced allocations, 1994) and
    /// what is empty holds <see cref="_empty"/>.
    /// </summary>
    private readonly long[]? _ids;
    private readonly IdBitmap _bitmap;

    /// <summary>
    /// A bit for each of some hashes, a power of two of them: where it is 0, no id of the set has that hash (Bloom: Space/time trade-offs in hash
    /// coding with allowable errors, 1970, with one hash).
    /// </summary>
    private readonly ulong[]? _hashes;
    private readonly int _hashShift;
    private readonly bool _isSorted;
    private readonly long _empty;

    /// <summary>A hashed set.</summary>
    /// <param name="ids">In any order; may be there twice. Copied.</param>
    public IdSet(ReadOnlySpan<long> ids)
    {
        var all = new HashSet<long>(ids.Length);
        foreach (var id in ids)
        {
            all.Add(id);
        }

        if (IsDense(all))
        {
            _bitmap = IdBitmap.Of(ids);
            return;
        }

        // An id that is not in the set marks what is empty.
        while (all.Contains(_empty))
        {
            _empty--;
        }

        var buckets = (long)BitOperations.RoundUpToPowerOf2((uint)Math.Max(1, all.Count / (BucketSize / 2)));
        while ((_ids = Filled(all, checked((int)buckets), _empty)) is null)
        {
            buckets *= 2;
        }

        _hashes = new ulong[BitOperations.RoundUpToPowerOf2((uint)Math.Max(1, all.Count / (64 / BitsPerId)))];
        _hashShift = 58 - BitOperations.Log2((uint)_hashes.Length);
        foreach (var id in all)
        {
            var hash = Hash(id, _hashShift);
            _hashes[hash / 64] |= 1UL << (int)(hash % 64);
        }
    }

    private IdSet(long[] sorted)
    {
        (_ids, _isSorted) = (sorted, true);
    }

    /// <summary>A sorted set.</summary>
    /// <param name="ids">In any order; may be there twice. Copied.</param>
    public static IdSet Sorted(ReadOnlySpan<long> ids)
    {
        var sorted = ids.ToArray();
        Array.Sort(sorted);
        return new IdSet(sorted);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Allows(long id) => _ids is not { } ids ? _bitmap.Allows(id) : _isSorted ? Array.BinarySearch(ids, id) >= 0 : IsHashed(ids, id);

    /// <summary>Looks at a bit first, which rejects most of what a search asks for where a set lets little through. Few buckets are full.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsHashed(long[] ids, long id)
    {
        var hash = Hash(id, _hashShift);
        if (((_hashes![hash / 64] >> (int)(hash % 64)) & 1) == 0)
        {
            return false;
        }

        var (first, second) = Buckets(id, ids.Length / BucketSize);
        var found = Holds(ids, first, id);
        if (!Holds(ids, first, _empty))
        {
            found |= Holds(ids, second, id);
        }

        return found & (id != _empty);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Holds(long[] ids, int bucket, long id)
    {
        ref var slots = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(ids), bucket);
        if (Vector512.IsHardwareAccelerated)
        {
            return Vector512.EqualsAny(Vector512.LoadUnsafe(ref slots), Vector512.Create(id));
        }

        var wanted = Vector256.Create(id);
        var equal = Vector256.Equals(Vector256.LoadUnsafe(ref slots), wanted) | Vector256.Equals(Vector256.LoadUnsafe(ref slots, 4), wanted);
        return equal != Vector256<long>.Zero;
    }

    /// <summary>Whether a bit for every number between them takes no more than buckets would.</summary>
    private static bool IsDense(HashSet<long> ids)
    {
        if (ids.Count == 0)
        {
            return true;
        }

        var range = unchecked((ulong)ids.Max() - (ulong)ids.Min());
        return range / (2 * sizeof(long) * 8) < (ulong)ids.Count;
    }

    /// <summary>The buckets; null where an id finds both of its own full.</summary>
    private static long[]? Filled(HashSet<long> ids, int buckets, long empty)
    {
        var slots = new long[checked(buckets * BucketSize)];
        slots.AsSpan().Fill(empty);
        foreach (var id in ids)
        {
            var (first, second) = Buckets(id, buckets);
            var (bucket, free) = (first, Free(slots, first, empty));
            if (free == BucketSize)
            {
                (bucket, free) = (second, Free(slots, second, empty));
            }

            if (free == BucketSize)
            {
                return null;
            }

            slots[bucket + free] = id;
        }

        return slots;
    }

    /// <summary>The first free place of a bucket.</summary>
    private static int Free(long[] slots, int bucket, long empty) =>
        slots.AsSpan(bucket, BucketSize).IndexOf(empty) is >= 0 and var free ? free : BucketSize;

    /// <summary>Which bit stands for an id: the upper ones of a product (Knuth's multiplicative hashing of the seeded id).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Hash(long id, int shift) => unchecked(((ulong)id ^ s_seed) * 0x9E3779B97F4A7C15) >> shift;

    /// <summary>Where the two buckets of an id begin, by the finalizer of splitmix64 (Steele, Lea, Flood, 2014) of the seeded id.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (int First, int Second) Buckets(long id, int buckets)
    {
        var z = unchecked((ulong)id + s_seed + 0x9E3779B97F4A7C15);
        z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9);
        z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EB);
        z ^= z >> 31;
        return (((int)z & (buckets - 1)) * BucketSize, ((int)(z >> 32) & (buckets - 1)) * BucketSize);
    }
}
