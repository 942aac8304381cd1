using Parquet;
using Parquet.Schema;
using PqGen.Tests.Storage;
using PqGen.Tool;
using PqGen.Vectors;
using PureHDF;

namespace PqGen.Tests.Tool;

/// <summary>HDF5 and Parquet files, wherever pqtool takes vectors.</summary>
public sealed class NamedDataTests : IDisposable
{
    private const int Dimension = 8;
    private readonly TempFolder _folder = new();
    private readonly VectorMatrix _vectors, _queries;
    private readonly IntMatrix _truth;

    public NamedDataTests()
    {
        (_vectors, _queries) = SyntheticData.Generate(900, Dimension, 20, 3);
        _truth = Measure.TrueNeighbours(_vectors, _queries, Metric.SquaredL2, 10, 1, (_, _) => { });
        VectorFile.WriteNpy(Path("base.npy"), Dimension, _vectors.Values);
        VectorFile.WriteNpy(Path("query.npy"), Dimension, _queries.Values);
        VectorFile.WriteInts(Path("gt.ivecs"), _truth);
        new H5File
        {
            ["train"] = Table(_vectors.Values, Dimension, value => value),
            ["test"] = Table(_queries.Values, Dimension, value => (double)value),
            ["neighbors"] = Table(_truth.Values, 10, value => (int)value),
            ["bytes"] = Table(_queries.Values, Dimension, value => (byte)Math.Abs(value)),
            ["cube"] = new float[2, 2, 2],
        }.Write(Path("data.hdf5"));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_format_builds_and_measures_the_same()
    {
        await WriteParquet("base.parquet", [.. Enumerable.Range(0, 9).Select(group => _vectors.Values.Slice(group * 800, 800).ToArray())]);
        await WriteParquet("query.parquet", [_queries.Values.ToArray()]);
        Build("npy.pqg", "base.npy");
        Build("hdf5.pqg", "data.hdf5");
        Build("parquet.pqg", "base.parquet");
        Build("named.pqg", "data.hdf5:train");
        var expected = File.ReadAllBytes(Path("npy.pqg"));
        Assert.All(["hdf5.pqg", "parquet.pqg", "named.pqg"], (string file) => Assert.Equal(expected, File.ReadAllBytes(Path(file))));
        var search = Search("query.npy", "gt.ivecs");
        Assert.Equal(search, Search("data.hdf5", "data.hdf5"));
        Assert.Equal(search, Search("query.parquet", "gt.ivecs"));
        Assert.Equal(search, Search("data.hdf5:test", "data.hdf5:neighbors"));
    }

    [Fact]
    public async Task Vectors_ids_and_ranges_are_converted()
    {
        await WriteParquet("base.parquet", [.. Enumerable.Range(0, 3).Select(group => _vectors.Values.Slice(group * 2400, 2400).ToArray())]);
        Convert("base.parquet", "out.fbin");
        Assert.Equal(_vectors.Values, VectorFile.ReadFloats(Path("out.fbin")).Values);
        Convert("base.parquet", "out.fbin", "--rows", "299:302");
        Assert.Equal(_vectors.Values.Slice(299 * Dimension, 302 * Dimension), VectorFile.ReadFloats(Path("out.fbin")).Values);
        Convert("data.hdf5", "out.npy", "--rows", "7:11");
        Assert.Equal(_vectors.Values.Slice(7 * Dimension, 11 * Dimension), VectorFile.ReadFloats(Path("out.npy")).Values);
        Convert("data.hdf5:bytes", "out.u8bin");
        Assert.Equal(20, VectorFile.ReadFloats(Path("out.u8bin")).Count);
        Convert("data.hdf5", "out.ivecs");
        Assert.Equal(_truth.Values, VectorFile.ReadInts(Path("out.ivecs")).Values);
        Convert("base.parquet:id", "out.ivecs");
        Assert.Equal(Enumerable.Range(0, 900).Select(i => 3L * i), VectorFile.ReadInts(Path("out.ivecs")).Values.ToArray());
        Build("ids.pqg", "base.parquet", "--ids", Path("base.parquet:id"));
        using var index = VectorIndex.Open(Path("ids.pqg"));
        Assert.True(index.Contains(3 * 899) && !index.Contains(1));
    }

    [Fact]
    public async Task What_does_not_fit_is_named()
    {
        await WriteParquet("uneven.parquet", [new float[16]], [0, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
        await WriteParquet("base.parquet", [_vectors.Values.ToArray()]);
        File.WriteAllText(Path("pointer.parquet"), "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n");
        File.WriteAllBytes(Path("cut.parquet"), File.ReadAllBytes(Path("base.parquet"))[..^40]);
        File.WriteAllBytes(Path("cut.h5"), File.ReadAllBytes(Path("data.hdf5"))[..30]);
        Refused("data.hdf5:nothing", "there is no dataset 'nothing'; FILE:NAME takes another; there are");
        Refused("data.hdf5:cube", "dataset 'cube' of shape (2, 2, 2)");
        Refused("data.hdf5:neighbors", "float32, float64 and bytes are read as vectors");
        Refused("base.parquet:nothing",
            "there is no column 'nothing' of Single or Double; FILE:NAME takes a column; there are id (Int64), emb (Single)");
        Refused("base.parquet:id", "there is no column 'id'");
        Refused("uneven.parquet", "column 'emb' has rows of other than 8 numbers");
        Refused("pointer.parquet", "Git LFS pointer");
        Refused("cut.parquet", "it cannot be read as Parquet");
        Refused("cut.h5", "it cannot be read as HDF5");
        Refused("none.h5", "none.h5");
    }

    private static TTo[,] Table<TFrom, TTo>(ReadOnlySpan<TFrom> values, int columns, Func<TFrom, TTo> convert)
    {
        var table = new TTo[values.Length / columns, columns];
        for (var i = 0; i < values.Length; i++)
        {
            table[i / columns, i % columns] = convert(values[i]);
        }

        return table;
    }

    /// <summary>A file of groups of vectors and ids, 3 times the row's number.</summary>
    private async Task WriteParquet(string name, float[][] groups, int[]? levels = null)
    {
        var schema = new ParquetSchema(new DataField<long>("id"), new ListField("emb", new DataField<float?>("element")));
        await using var stream = File.Create(Path(name));
        await using var writer = await ParquetWriter.CreateAsync(schema, stream);
        var row = 0;
        foreach (var group in groups)
        {
            using var rows = writer.CreateRowGroup();
            var ids = Enumerable.Range(row, group.Length / Dimension).Select(i => 3L * i).ToArray();
            row += ids.Length;
            await rows.WriteAsync<long>(schema.GetDataFields()[0], ids.AsMemory());
            levels ??= [.. Enumerable.Range(0, group.Length).Select(i => i % Dimension == 0 ? 0 : 1)];
            float?[] components = [.. group];
            await rows.WriteAsync<float>(schema.GetDataFields()[1], components.AsMemory(), levels.AsMemory(0, group.Length));
        }
    }

    private string Path(string name) => _folder.File(name);

    private void Build(string name, string vectors, params string[] more) =>
        Done(ToolRun.Of("build --m 4 --ksub 16 --nlist 8 --npy", [Path(vectors), "--out", Path(name), .. more]));

    private string Search(string query, string truth) =>
        Done(ToolRun.Of("search --nprobe 3 --rerank 20 --index", Path("npy.pqg"), "--query", Path(query), "--truth", Path(truth))).Output;

    private void Convert(string source, string target, params string[] more) => Done(ToolRun.Of("convert", [Path(source), Path(target), .. more]));

    private void Refused(string vectors, string text) =>
        ToolRun.Of("build --m 4 --ksub 16 --nlist 8 --npy", Path(vectors), "--out", Path("refused.pqg")).Failed(CommandLine.Failure, text);

    private static ToolRun Done(ToolRun run)
    {
        Assert.True(run.ExitCode == CommandLine.Success, run.Error);
        return run;
    }
}
