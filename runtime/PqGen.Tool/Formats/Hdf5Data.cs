using PqGen.Vectors;
using PureHDF;
using PureHDF.Selections;

namespace PqGen.Tool.Formats;

/// <summary>Datasets of an HDF5 file, by default those of ann-benchmarks: train, test and neighbors.</summary>
internal sealed class Hdf5Data : INamedData
{
    private const string Format = "HDF5";
    private const string Vectors = "float32, float64 and bytes are read as vectors";

    public (long Count, int Dimension) Shape(string path, string? name, DataRole role) =>
        With(path, name, role, dataset => IsVectors(dataset) ? (Rows(dataset), Columns(dataset)) : throw Refused(path, dataset, Vectors));

    public float[] Floats(string path, string? name, DataRole role, long first, int count) => With(path, name, role, dataset =>
    {
        NamedData.CheckArray(path, count, Columns(dataset));
        var part = Part(dataset, first, count);
        return (dataset.Type.Class, dataset.Type.Size) switch
        {
            (H5DataTypeClass.FloatingPoint, 4) => dataset.Read<float[]>(fileSelection: part),
            (H5DataTypeClass.FloatingPoint, 8) => Array.ConvertAll(dataset.Read<double[]>(fileSelection: part), value => (float)value),
            (H5DataTypeClass.FixedPoint, 1) when !dataset.Type.FixedPoint.IsSigned =>
                Array.ConvertAll(dataset.Read<byte[]>(fileSelection: part), value => (float)value),
            (H5DataTypeClass.FixedPoint, 1) => Array.ConvertAll(dataset.Read<sbyte[]>(fileSelection: part), value => (float)value),
            _ => throw Refused(path, dataset, Vectors),
        };
    });

    public IEnumerable<ReadOnlyMemory<float>> Chunks(string path, string? name, DataRole role)
    {
        var (count, dimension) = Shape(path, name, role);
        var rows = Math.Max(1, Inputs.ChunkLength / dimension);
        for (long row = 0; row < count; row += rows)
        {
            yield return Floats(path, name, role, row, (int)Math.Min(rows, count - row));
        }
    }

    public IntMatrix Ints(string path, string? name, DataRole role) => With(path, name, role, dataset =>
    {
        NamedData.CheckArray(path, Rows(dataset), Columns(dataset));
        var part = Part(dataset, 0, (int)Rows(dataset));
        long[] values = (dataset.Type.Class, dataset.Type.Size) switch
        {
            (H5DataTypeClass.FixedPoint, 4) when dataset.Type.FixedPoint.IsSigned =>
                Array.ConvertAll(dataset.Read<int[]>(fileSelection: part), value => (long)value),
            (H5DataTypeClass.FixedPoint, 4) => Array.ConvertAll(dataset.Read<uint[]>(fileSelection: part), value => (long)value),
            (H5DataTypeClass.FixedPoint, 8) => dataset.Read<long[]>(fileSelection: part),
            _ => throw Refused(path, dataset, "integers of 32 and 64 bits are read as ids"),
        };
        return new IntMatrix(Columns(dataset), values);
    });

    private static T With<T>(string path, string? name, DataRole role, Func<IH5Dataset, T> read) => NamedData.Read(path, Format, () =>
    {
        // Not by its path, nor as a FileStream: there PureHDF 2.2 reads on for ever where a damaged address lies beyond the end.
        using var file = H5File.Open(new BufferedStream(File.OpenRead(path)));
        name ??= role switch { DataRole.Queries => "test", DataRole.Truth => "neighbors", _ => "train" };
        if (!file.LinkExists(name))
        {
            var there = string.Join(", ", file.Children().Select(child => child.Name));
            throw new VectorFileException(path, $"there is no dataset '{name}'", $"FILE:NAME takes another; there are {there}");
        }

        var dataset = file.Dataset(name);
        var dimensions = dataset.Space.Dimensions;
        if (dimensions.Length is not (1 or 2) || !dimensions.All(length => length is > 0 and <= int.MaxValue))
        {
            throw new VectorFileException(
                path, $"dataset '{name}' of shape ({string.Join(", ", dimensions)})", "two axes are needed, rows and components");
        }

        NamedData.CheckStated(path, Rows(dataset) * Columns(dataset));
        return read(dataset);
    });

    private static bool IsVectors(IH5Dataset dataset) => (dataset.Type.Class, dataset.Type.Size) is
        (H5DataTypeClass.FloatingPoint, 4) or (H5DataTypeClass.FloatingPoint, 8) or (H5DataTypeClass.FixedPoint, 1);

    private static long Rows(IH5Dataset dataset) => (long)dataset.Space.Dimensions[0];

    private static int Columns(IH5Dataset dataset) => dataset.Space.Dimensions.Length == 1 ? 1 : (int)dataset.Space.Dimensions[1];

    private static HyperslabSelection Part(IH5Dataset dataset, long first, int count) => dataset.Space.Dimensions.Length == 1
        ? new HyperslabSelection((ulong)first, (ulong)count)
        : new HyperslabSelection(2, [(ulong)first, 0], [(ulong)count, dataset.Space.Dimensions[1]]);

    private static VectorFileException Refused(string path, IH5Dataset dataset, string needed) =>
        new(path, $"dataset '{dataset.Name}' of {dataset.Type.Class} elements of {dataset.Type.Size} bytes", needed);
}
