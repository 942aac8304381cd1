using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using PqGen.Kernels;
using PqGen.Storage;

namespace PqGen.Benchmarks;

/// <summary>Deterministic inputs in the layouts that kernels read.</summary>
internal static class Workload
{
    public static AlignedBuffer<float> Floats(long length, int seed)
    {
        var buffer = new AlignedBuffer<float>(length);
        var random = new Random(seed);
        for (long i = 0; i < length; i++)
        {
            buffer.At(i) = (random.NextSingle() * 2) - 1;
        }

        return buffer;
    }

    /// <summary>Code blocks of random codes, every nibble or byte below Ksub.</summary>
    public static AlignedBuffer<byte> Codes(long bytes, int ksub, int seed)
    {
        var buffer = new AlignedBuffer<byte>(bytes);
        var random = new Random(seed);
        for (long i = 0; i < bytes; i++)
        {
            buffer.At(i) = (byte)(ksub <= KernelLayout.MaxPackedKsub ? random.Next(ksub) | (random.Next(ksub) << 4) : random.Next(ksub));
        }

        return buffer;
    }

    /// <summary>A clustered set of n vectors: max(n / 250, 2) centres from N(0, 25), vectors around them from N(0, 1).</summary>
    public static float[] Clusters(int n, int dimension, int seed)
    {
        var random = new Random(seed);
        var centres = new float[Math.Max(n / 250, 2) * dimension];
        for (var i = 0; i < centres.Length; i++)
        {
            centres[i] = 5 * Normal(random);
        }

        var vectors = new float[n * dimension];
        for (var i = 0; i < vectors.Length; i++)
        {
            vectors[i] = centres[((i / dimension * dimension) + (i % dimension)) % centres.Length] + Normal(random);
        }

        return vectors;
    }

    /// <summary>
    /// Vectors that lie near a subspace of a few directions, as embeddings do, where few directions hold most of the variance.
    /// Among clusters that scatter in every direction alike, which of a cluster are the nearest is chance, and no code of 16 bytes keeps it.
    /// </summary>
    public static float[] Embeddings(int n, int dimension, int directions, int seed)
    {
        const float Noise = 0.2f;
        var random = new Random(seed);
        var basis = Floats(directions * dimension, seed + 1);
        var vectors = new float[n * dimension];
        for (var i = 0; i < n; i++)
        {
            var vector = vectors.AsSpan(i * dimension, dimension);
            foreach (ref var component in vector)
            {
                component = Noise * ((2 * random.NextSingle()) - 1);
            }

            for (var j = 0; j < directions; j++)
            {
                TensorPrimitives.MultiplyAdd(basis.Span(j * dimension, dimension), (2 * random.NextSingle()) - 1, vector, vector);
            }
        }

        return vectors;
    }

    /// <summary>Reads memory and does nothing else: the limit of every scan.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ulong Read(ref byte bytes, long length)
    {
        var (a, b, c, d) = (Vector512<byte>.Zero, Vector512<byte>.Zero, Vector512<byte>.Zero, Vector512<byte>.Zero);
        for (nuint i = 0; i + 256 <= (nuint)length; i += 256)
        {
            a |= Vector512.LoadUnsafe(ref bytes, i);
            b |= Vector512.LoadUnsafe(ref bytes, i + 64);
            c |= Vector512.LoadUnsafe(ref bytes, i + 128);
            d |= Vector512.LoadUnsafe(ref bytes, i + 192);
        }

        return Vector512.Sum((a | b | c | d).AsUInt64());
    }

    /// <summary>Whether codes are looked up by permutations, so that <see cref="LookUp"/> measures a part of the scan.</summary>
    public static bool LooksUp(int ksub) => Avx512Vbmi.IsSupported && ksub > KernelLayout.MaxPackedKsub;

    /// <summary>
    /// Looks codes up as the scan kernel does, a row of 256 bytes for four registers of codes, all rows for a tile, and adds nothing up: the limit
    /// of a scan by permutations. Needs AVX-512 VBMI.
    /// </summary>
    /// <param name="table">byte <c>[rows][256]</c>.</param>
    /// <param name="rows">Rows of the table: M.</param>
    /// <param name="codes">byte <c>[length]</c>.</param>
    /// <param name="length">Codes.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ulong LookUp(ref byte table, int rows, ref byte codes, long length)
    {
        var (a, b, c, d) = (Vector512<byte>.Zero, Vector512<byte>.Zero, Vector512<byte>.Zero, Vector512<byte>.Zero);
        nuint row = 0;
        for (nuint i = 0; i + 256 <= (nuint)length; i += 256, row = row + 256 < (nuint)rows * 256 ? row + 256 : 0)
        {
            var row0 = Vector512.LoadUnsafe(ref table, row);
            var row1 = Vector512.LoadUnsafe(ref table, row + 64);
            var row2 = Vector512.LoadUnsafe(ref table, row + 128);
            var row3 = Vector512.LoadUnsafe(ref table, row + 192);
            a ^= Entries(row0, row1, row2, row3, Vector512.LoadUnsafe(ref codes, i));
            b ^= Entries(row0, row1, row2, row3, Vector512.LoadUnsafe(ref codes, i + 64));
            c ^= Entries(row0, row1, row2, row3, Vector512.LoadUnsafe(ref codes, i + 128));
            d ^= Entries(row0, row1, row2, row3, Vector512.LoadUnsafe(ref codes, i + 192));
        }

        return Vector512.Sum((a | b | c | d).AsUInt64());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> Entries(
        Vector512<byte> row0, Vector512<byte> row1, Vector512<byte> row2, Vector512<byte> row3, Vector512<byte> codes) =>
        Avx512BW.BlendVariable(Avx512Vbmi.PermuteVar64x8x2(row0, codes, row1), Avx512Vbmi.PermuteVar64x8x2(row2, codes, row3), codes);

    private static float Normal(Random random) =>
        MathF.Sqrt(-2 * MathF.Log(1 - random.NextSingle())) * MathF.Cos(2 * MathF.PI * random.NextSingle());
}
