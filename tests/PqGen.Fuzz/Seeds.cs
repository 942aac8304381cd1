using Parquet;
using Parquet.Schema;
using PqGen.Tests.Indexes;
using PqGen.Tests.Storage;
using PqGen.Tests.Vectors;
using PureHDF;

namespace PqGen.Fuzz;

/// <summary>Inputs to begin with, each small: the fuzzer runs the shorter ones more often.</summary>
internal static class Seeds
{
    private const int Dimension = 6;
    private const int N = 70;

    private static readonly TrainingOptions s_options = new() { NList = 3, Iterations = 2, CoarseIterations = 2 };

    /// <summary>Writes a folder of inputs for each target.</summary>
    /// <param name="folder">Where the folders are made.</param>
    /// <param name="data">The files that PqGen.Tests keeps: indexes of every version, and files of FAISS.</param>
    public static void Write(string folder, string data)
    {
        foreach (var target in FuzzTargets.Names)
        {
            Directory.CreateDirectory(Path.Combine(folder, target));
        }

        foreach (var file in Directory.GetFiles(data, "*.pqg"))
        {
            File.Copy(file, Path.Combine(folder, "index", Path.GetFileName(file)), overwrite: true);
        }

        foreach (var file in Directory.GetFiles(Path.Combine(data, "Faiss"), "*.faiss").Where(file => new FileInfo(file).Length < 8000))
        {
            File.Copy(file, Path.Combine(folder, "faiss", Path.GetFileName(file)), overwrite: true);
        }

        foreach (var (name, index) in Indexes())
        {
            index.Save(Path.Combine(folder, "index", name + ".pqg"));
            index.Dispose();
        }

        foreach (var name in new[] { "pca4_flat_l2", "pcaw4_ivfflat_l2_ids" })
        {
            using var index = VectorIndex.ImportFaiss(Path.Combine(data, "Faiss", name + ".faiss"));
            index.Save(Path.Combine(folder, "index", name + ".pqg"));
        }

        // Sections that nobody knows, of vectors and not, behind all others.
        var carried = Path.Combine(folder, "index", "ivfpq.v2.pqg");
        File.WriteAllBytes(Path.Combine(folder, "index", "carried.pqg"), IndexFileBytes.File(
        [
            .. IndexFileBytes.Contents(File.ReadAllBytes(carried)),
            (new FileSection("NOTE", 0, 0, 0, 64), "a note"u8.ToArray()), (new FileSection("XVEC", 2, 0, 0, 4096), new byte[9]),
        ]));
        // One whose sections are laid out anew, whatever the directory says.
        var moved = File.ReadAllBytes(carried);
        moved[24] = 1;
        File.WriteAllBytes(Path.Combine(folder, "index", "moved.pqg"), moved);
        foreach (var file in Directory.GetFiles(Path.Combine(folder, "index")))
        {
            File.Copy(file, Path.Combine(folder, "parts", Path.GetFileName(file)), overwrite: true);
        }

        foreach (var (extension, number, bytes) in VectorFiles())
        {
            var kind = (byte)Array.IndexOf(FuzzTargets.Extensions, extension);
            File.WriteAllBytes(Path.Combine(folder, "vectors", $"{extension[1..]}-{number}"), [kind, .. bytes]);
        }

        WriteNamed(Path.Combine(folder, "named")).GetAwaiter().GetResult();
    }

    /// <summary>What the kept files do not have: rows of fewer bytes, transforms, graphs, score-aware codes, calibrations, models alone.</summary>
    private static IEnumerable<(string Name, VectorIndex Index)> Indexes()
    {
        foreach (var format in new[] { RowFormat.Float16, RowFormat.Int8, RowFormat.Int8Float16 })
        {
            yield return ($"pq-{format}", Pq(IndexShape.Pq(Dimension, 3, 16), s_options with { RowFormat = format }));
            yield return ($"ivfpq-{format}", Pq(IndexShape.IvfPq(Dimension, 3, 17, Metric.Cosine), s_options with { RowFormat = format }, ids: true));
        }

        foreach (var transform in new[] { TransformKind.Opq, TransformKind.Mean })
        {
            yield return ($"pq-{transform}", Pq(IndexShape.Pq(Dimension, 2, 9), s_options with { Transform = transform, KeepVectors = false }));
            yield return ($"ivfpq-{transform}", Pq(
                IndexShape.IvfPq(8, 4, 16) with { InputDimension = Dimension }, s_options with { Transform = transform }));
        }

        yield return ("pq-padded", Pq(IndexShape.Pq(8, 4, 9, Metric.InnerProduct) with { InputDimension = Dimension }, s_options));
        var graph = s_options with { NList = 12, CoarseSearch = CoarseSearch.Hnsw };
        yield return ("ivfflat-hnsw", Pq(IndexShape.IvfFlat(Dimension), graph));
        yield return ("ivfpq-hnsw", Pq(IndexShape.IvfPq(Dimension, 3, 5, Metric.InnerProduct), graph with { KeepVectors = false }));
        yield return ("ivfpq-codes", Pq(IndexShape.IvfPq(2, 1, 2), s_options with { NList = 60, CoarseSearch = CoarseSearch.Codes }));
        yield return ("ivfpq-derived", Pq(IndexShape.IvfPq(1, 1, 2), s_options with { NList = 256, KeepVectors = false }, n: 300));
        yield return ("pq-aware", Pq(IndexShape.Pq(Dimension, 3, 9, Metric.Cosine), s_options with { AnisotropicThreshold = .5f }));
        yield return ("ivfpq-aware", Pq(IndexShape.IvfPq(Dimension, 3, 9, Metric.InnerProduct), s_options with { AnisotropicThreshold = .3f }));
        var calibrated = Pq(IndexShape.IvfPq(Dimension, 3, 16), s_options);
        calibrated.Calibrate(queries: 20, k: 3);
        yield return ("ivfpq-calibrated", calibrated);
        yield return ("ivfpq-empty", Pq(IndexShape.IvfPq(Dimension, 3, 16), s_options, n: 0));
        yield return ("flat-empty", GenericIndex.Flat(Dimension));
    }

    private static GenericIndex Pq(IndexShape shape, TrainingOptions options, int n = N, bool ids = false)
    {
        var vectors = TestVectors.Uniform(Math.Max(N, n), shape.InputDimension, seed: 1);
        var index = GenericIndex.Train(shape, vectors, options);
        var added = vectors.AsSpan(0, n * shape.InputDimension);
        if (ids)
        {
            index.Add(TestVectors.ShuffledIds(n, seed: 2), added);
        }
        else
        {
            index.Add(added);
        }

        return index;
    }

    /// <summary>Files of named arrays: vectors, of one and two axes, and integers.</summary>
    private static async Task WriteNamed(string folder)
    {
        var (temporary, number) = (Path.Combine(folder, "temporary"), 0);
        foreach (object train in new object[] { new float[4, 3], new double[2, 2], new byte[3, 2], new sbyte[5] })
        {
            new H5File { ["train"] = train, ["neighbors"] = new int[2, 2] }.Write(temporary);
            Keep(0);
        }

        var schema = new ParquetSchema(new DataField<long>("id"), new ListField("emb", new DataField<float?>("element")));
        await using (var stream = File.Create(temporary))
        {
            await using var writer = await ParquetWriter.CreateAsync(schema, stream);
            using var rows = writer.CreateRowGroup();
            await rows.WriteAsync<long>(schema.GetDataFields()[0], new long[] { 7, 8 });
            await rows.WriteAsync<float>(schema.GetDataFields()[1], new float?[] { 1, 2, 3, 4 }, new[] { 0, 1, 0, 1 });
        }

        Keep(1);
        File.Delete(temporary);
        void Keep(byte kind) => File.WriteAllBytes(Path.Combine(folder, $"named-{number++}"), [kind, .. File.ReadAllBytes(temporary)]);
    }

    /// <summary>Files of vectors of every kind.</summary>
    private static IEnumerable<(string Extension, int Number, byte[] Bytes)> VectorFiles()
    {
        var (number, data) = (0, Enumerable.Range(0, 96).Select(i => (byte)(i * 3)).ToArray());
        foreach (var type in new[] { "|u1", "|i1", "<f2", "|V2", ">f4", "<f4", "<f8", ">i8", "<u8" })
        {
            var size = type[2] - '0';
            yield return (".npy", number, NpyBytes.Of(type, "(3, 4)", data[..(12 * size)], fortran: number % 2 != 0, version: 1 + (number % 3)));
            number++;
        }

        yield return (".npy", number++, NpyBytes.Of("<f4", "(3,)", data[..12]));
        yield return (".npy", number++, NpyBytes.WithHeader("{'descr': ('<f4', (2,)), 'fortran_order': False, 'shape': (3L,), }", data[..24]));
        yield return (".npy", number, NpyBytes.WithHeader("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (3,), }", data[..12]));
        byte[] floats = NpyBytes.Floats(1, 2, -3);
        yield return (".fvecs", 0, [.. NpyBytes.Ints(3), .. floats, .. NpyBytes.Ints(3), .. floats]);
        yield return (".bvecs", 0, [.. NpyBytes.Ints(3), 1, 2, 3, .. NpyBytes.Ints(3), 4, 5, 6]);
        yield return (".ivecs", 0, NpyBytes.Ints(2, 7, 8, 2, 9, -1));
        yield return (".fbin", 0, [.. NpyBytes.Ints(1, 3), .. floats]);
        yield return (".u8bin", 0, [.. NpyBytes.Ints(2, 3), 1, 2, 3, 4, 5, 6]);
        yield return (".i8bin", 0, [.. NpyBytes.Ints(3, 2), 1, 2, 3, 4, 5, 6]);
        yield return (".ibin", 0, NpyBytes.Ints(2, 2, 1, 2, 3, 4));
        yield return (".ibin", 1, [.. NpyBytes.Ints(1, 3, 4, 5, 6), .. floats]);
    }
}
