using System.Runtime.InteropServices;
using PqGen.Common;

namespace PqGen.Storage.Files.Faiss;

/// <summary>A scalar quantizer of FAISS: each component as one number of 8 or 16 bits.</summary>
/// <param name="Type">FAISS's number of the type.</param>
/// <param name="Dimension">Components of a vector.</param>
/// <param name="Trained">The smallest value and the range: of each component, or of all; none for types that need none.</param>
internal sealed record FaissScalars(int Type, int Dimension, float[] Trained)
{
    private const int EightBits = 0, EightBitsUniform = 2, Half = 4, Bytes = 5, BFloat16 = 7, SignedBytes = 8;

    /// <summary>Bytes of a vector.</summary>
    public int CodeSize => Dimension * (Type is Half or BFloat16 ? 2 : 1);

    /// <summary>The format that keeps decoded vectors as they are.</summary>
    public RowFormat Format => Type == Half ? RowFormat.Float16 : RowFormat.Float32;

    /// <summary>Reads what an index says of its quantizer.</summary>
    public static FaissScalars Read(FaissSource source, int dimension, Func<string, IndexFileException> notSupported)
    {
        var type = source.Int32();
        if (type is not (EightBits or EightBitsUniform or Half or Bytes or BFloat16 or SignedBytes))
        {
            throw notSupported(Guard.Text($"scalar quantizer {type} (8bit, 8bit_uniform, fp16, bf16, 8bit_direct and 8bit_direct_signed are)"));
        }

        _ = (source.Int32(), source.Single());
        source.Number("the scalar quantizer's dimension", dimension, dimension);
        _ = source.Int64();
        var trained = source.Array<float>("the scalar quantizer's ranges", type == EightBits ? 2 * dimension : type == EightBitsUniform ? 2 : 0);
        return new FaissScalars(type, dimension, trained);
    }

    /// <summary>Codes, byte <c>[count][CodeSize]</c>, to vectors, float <c>[count][Dimension]</c>.</summary>
    public float[] Decode(byte[] codes, int count)
    {
        var rows = new float[checked(count * Dimension)];
        var halves = MemoryMarshal.Cast<byte, System.Half>(codes);
        var words = MemoryMarshal.Cast<byte, ushort>(codes);
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i] = Type switch
            {
                EightBits => Trained[i % Dimension] + ((codes[i] + 0.5f) / 255f * Trained[Dimension + (i % Dimension)]),
                EightBitsUniform => Trained[0] + ((codes[i] + 0.5f) / 255f * Trained[1]),
                Half => (float)halves[i],
                BFloat16 => BitConverter.UInt32BitsToSingle((uint)words[i] << 16),
                Bytes => codes[i],
                _ => codes[i] - 128,
            };
        }

        return rows;
    }
}
