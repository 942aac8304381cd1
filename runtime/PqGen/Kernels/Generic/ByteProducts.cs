using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PqGen.Kernels;

/// <summary>
/// Inner products of a vector of signed bytes and many of unsigned ones, as whole numbers: the same on every path. Lanes run over the many, of which
/// each group of 64 lies as byte <c>[components / 4][64][4]</c>.
/// </summary>
internal static class ByteProducts
{
    /// <summary>Vectors that lie side by side.</summary>
    public const int GroupSize = 64;

    /// <summary>Components whose products are added at once.</summary>
    public const int Step = 4;

    /// <summary>The query's bytes are this at most, so that two products fit in 16 bits.</summary>
    public const int Largest = 63;

    private const int RowBytes = GroupSize * Step;

    /// <param name="groups">byte <c>[groupCount][steps][64][4]</c>.</param>
    /// <param name="groupCount">Groups.</param>
    /// <param name="query">Signed byte <c>[steps][4]</c>, -63 to 63.</param>
    /// <param name="steps">Components in fours, 1 to 4,096.</param>
    /// <param name="products">Int32 <c>[groupCount][64]</c>, written.</param>
    public static void Run(ref byte groups, int groupCount, ref sbyte query, int steps, ref int products)
    {
        if (InstructionSets.Avx512)
        {
            Run<Lanes512, Vector512<int>>(ref groups, groupCount, ref query, steps, ref products);
        }
        else if (InstructionSets.Avx2)
        {
            Run<Lanes256, Vector256<int>>(ref groups, groupCount, ref query, steps, ref products);
        }
        else
        {
            Run<Lanes128, Vector128<int>>(ref groups, groupCount, ref query, steps, ref products);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<TLanes, TVector>(ref byte groups, int groupCount, ref sbyte query, int steps, ref int products)
        where TLanes : struct, IProductLanes<TVector>
    {
        // Four registers of sums at a time: the whole group, or a half or a quarter of it.
        for (var group = 0; group < groupCount; group++)
        {
            for (var part = 0; part < RowBytes; part += 4 * TLanes.Bytes)
            {
                ref var column = ref Unsafe.Add(ref groups, ((nint)group * steps * RowBytes) + part);
                ref var fours = ref Unsafe.As<sbyte, int>(ref query);
                TVector s0 = TLanes.Zero, s1 = s0, s2 = s0, s3 = s0;
                for (var step = 0; step < steps; step++)
                {
                    var four = TLanes.Broadcast(Unsafe.Add(ref fours, step));
                    s0 = TLanes.Add(s0, ref column, four);
                    s1 = TLanes.Add(s1, ref Unsafe.Add(ref column, TLanes.Bytes), four);
                    s2 = TLanes.Add(s2, ref Unsafe.Add(ref column, 2 * TLanes.Bytes), four);
                    s3 = TLanes.Add(s3, ref Unsafe.Add(ref column, 3 * TLanes.Bytes), four);
                    column = ref Unsafe.Add(ref column, RowBytes);
                }

                ref var sums = ref Unsafe.As<int, byte>(ref Unsafe.Add(ref products, ((nint)group * GroupSize) + (part / Step)));
                Unsafe.WriteUnaligned(ref sums, s0);
                Unsafe.WriteUnaligned(ref Unsafe.Add(ref sums, TLanes.Bytes), s1);
                Unsafe.WriteUnaligned(ref Unsafe.Add(ref sums, 2 * TLanes.Bytes), s2);
                Unsafe.WriteUnaligned(ref Unsafe.Add(ref sums, 3 * TLanes.Bytes), s3);
            }
        }
    }

    /// <summary>One instruction set's way to add the products of four bytes to each lane of 32 bits.</summary>
    private interface IProductLanes<TVector>
    {
        static abstract int Bytes { get; }

        static abstract TVector Zero { get; }

        static abstract TVector Broadcast(int four);

        static abstract TVector Add(TVector sums, ref byte codes, TVector four);
    }

    private readonly struct Lanes512 : IProductLanes<Vector512<int>>
    {
        public static int Bytes => Vector512<byte>.Count;

        public static Vector512<int> Zero => default;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<int> Broadcast(int four) => Vector512.Create(four);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<int> Add(Vector512<int> sums, ref byte codes, Vector512<int> four) =>
            sums + Avx512BW.MultiplyAddAdjacent(
                Avx512BW.MultiplyAddAdjacent(Vector512.LoadUnsafe(ref codes), four.AsSByte()), Vector512<short>.One);
    }

    private readonly struct Lanes256 : IProductLanes<Vector256<int>>
    {
        public static int Bytes => Vector256<byte>.Count;

        public static Vector256<int> Zero => default;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<int> Broadcast(int four) => Vector256.Create(four);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<int> Add(Vector256<int> sums, ref byte codes, Vector256<int> four) =>
            sums + Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(Vector256.LoadUnsafe(ref codes), four.AsSByte()), Vector256<short>.One);
    }

    private readonly struct Lanes128 : IProductLanes<Vector128<int>>
    {
        public static int Bytes => Vector128<byte>.Count;

        public static Vector128<int> Zero => default;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<int> Broadcast(int four) => Vector128.Create(four);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<int> Add(Vector128<int> sums, ref byte codes, Vector128<int> four)
        {
            // Products of bytes fit in 16 bits; those of the even bytes and those of the odd ones are added, then the halves of each lane.
            var lanes = Vector128.LoadUnsafe(ref codes).AsInt16();
            var factors = four.AsInt16();
            var pairs = ((lanes & Vector128.Create((short)0xFF)) * ((factors << 8) >> 8))
                + ((lanes.AsUInt16() >>> 8).AsInt16() * (factors >> 8));
            return sums + ((pairs.AsInt32() << 16) >> 16) + (pairs.AsInt32() >> 16);
        }
    }
}
