using System.Buffers.Binary;
using System.Text;

namespace PqGen.Tests.Vectors;

/// <summary>Builds .npy files byte by byte, right and wrong ones.</summary>
internal static class NpyBytes
{
    public static byte[] Of(string descr, string shape, byte[] data, bool fortran = false, int version = 1) =>
        WithHeader($"{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}", data, version);

    public static byte[] WithHeader(string header, byte[] data, int version = 1)
    {
        var text = (version == 3 ? Encoding.UTF8 : Encoding.Latin1).GetBytes(header + '\n');
        var length = new byte[version == 1 ? 2 : 4];
        if (version == 1)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)text.Length);
        }
        else
        {
            BinaryPrimitives.WriteUInt32LittleEndian(length, (uint)text.Length);
        }

        return [0x93, .. "NUMPY"u8, (byte)version, 0, .. length, .. text, .. data];
    }

    public static byte[] Floats(params float[] values) => [.. values.SelectMany(BitConverter.GetBytes)];

    public static byte[] Doubles(params double[] values) => [.. values.SelectMany(BitConverter.GetBytes)];

    public static byte[] Halves(params Half[] values) => [.. values.SelectMany(BitConverter.GetBytes)];

    public static byte[] Ints(params int[] values) => [.. values.SelectMany(BitConverter.GetBytes)];

    public static byte[] Longs(params long[] values) => [.. values.SelectMany(BitConverter.GetBytes)];
}
