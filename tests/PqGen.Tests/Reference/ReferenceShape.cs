using PqGen.Vectors;

namespace PqGen.Tests.Reference;

/// <summary>
/// Inputs and results of the reference design, computed in double precision: 4,000 base vectors and 50 queries of 100 components, and
/// for each of three shapes centroids, codebooks, codes and answers.
/// </summary>
public sealed record ReferenceShape(string Name, int M, int Ksub, int NProbe)
{
    public static readonly ReferenceShape[] All = [new("m10_k16", 10, 16, 6), new("m20_k256", 20, 256, 6), new("m25_k100", 25, 100, 4)];

    public static float[] Base { get; } = Floats("base");

    public static float[] Queries { get; } = Floats("query");

    public static int QueryCount => Queries.Length / 100;

    public float[] Read(string part) => Floats($"{Name}_{part}");

    public long[] ReadInts(string part) => Ints($"{Name}_{part}");

    /// <summary>The values of an array of any rank.</summary>
    public static float[] Floats(string name) => NpyArray.Floats(Path(name));

    public static long[] Ints(string name) => NpyArray.Ints(Path(name));

    public override string ToString() => Name;

    private static string Path(string name) => System.IO.Path.Combine(AppContext.BaseDirectory, "Reference", "Data", name + ".npy");
}

/// <summary>Reads the fixtures, which have one to three axes, in the plainest way.</summary>
internal static class NpyArray
{
    public static float[] Floats(string path)
    {
        var (type, data) = Open(path);
        Assert.Equal("<f4", type);
        return System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(data).ToArray();
    }

    public static long[] Ints(string path)
    {
        var (type, data) = Open(path);
        return type switch
        {
            "|u1" => Array.ConvertAll(data, value => (long)value),
            "<i4" => Array.ConvertAll(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, int>(data).ToArray(), value => (long)value),
            _ => throw new InvalidDataException($"{path} holds {type}"),
        };
    }

    private static (string Type, byte[] Data) Open(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var header = System.Text.Encoding.Latin1.GetString(bytes, 10, BitConverter.ToUInt16(bytes, 8));
        var type = System.Text.RegularExpressions.Regex.Match(header, "'descr': '([^']+)'").Groups[1].Value;
        Assert.Contains("'fortran_order': False", header, StringComparison.Ordinal);
        return (type, bytes[(10 + header.Length)..]);
    }
}
