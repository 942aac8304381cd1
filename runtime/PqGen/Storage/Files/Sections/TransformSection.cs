using PqGen.Common;
using PqGen.Quantization;

namespace PqGen.Storage.Files.Sections;

/// <summary>
/// What vectors go through before they are encoded, or become the rows of an index that says so: flags, Int32, and a zero; then the matrix, float
/// <c>[Dimension][InputDimension]</c>, and the bias, float <c>[Dimension]</c>, as far as the flags name them.
/// </summary>
internal sealed class TransformSection() : SectionKind("TRAN"u8)
{
    /// <summary>Flags, and bytes before the matrix.</summary>
    private const int HasMatrix = 1, HasBias = 2, IsOrthonormal = 4, Head = 8;

    public override bool Allows(IndexShape shape) => shape.HasCodes || shape.RowsBehindTransform;

    public override bool IsNeededIn(IndexHeader header) =>
        header.Shape.InputDimension != header.Shape.Dimension || header.Shape.RowsBehindTransform;

    public override bool IsIn(SavedIndex index) => index.Transform is not null;

    public override void Write(SectionWriter writer, SavedIndex index)
    {
        var transform = index.Transform!;
        var flags = (transform.Matrix.IsEmpty ? 0 : HasMatrix) | (transform.Bias.IsEmpty ? 0 : HasBias)
            | (transform.IsOrthonormal ? IsOrthonormal : 0);
        writer.Write<int>([flags, 0]);
        writer.Write(transform.Matrix);
        writer.Write(transform.Bias);
    }

    protected override long Length(LoadedIndex index) => Head;

    /// <inheritdoc/>
    /// <remarks>What it holds, its flags say, which are read with it.</remarks>
    public override void CheckLength(SectionEntry entry, LoadedIndex index, Func<string, string, IndexFileException> damaged)
    {
        var shape = index.Header.Shape;
        var (matrix, bias) = ((long)shape.Dimension * shape.InputDimension * sizeof(float), (long)shape.Dimension * sizeof(float));
        if (entry.Length - Head is var rest && rest != 0 && rest != matrix && rest != bias && rest != matrix + bias)
        {
            throw damaged(
                Guard.Text($"it has {entry.Length} bytes"),
                Guard.Text($"{Head} bytes, a matrix of {matrix} or none, and a bias of {bias} or none"));
        }
    }

    public override void Read(SectionReader reader, LoadedIndex index)
    {
        var shape = index.Header.Shape;
        var (flags, zero) = (new int[1], new int[1]);
        reader.Read<int>(flags);
        reader.Read<int>(zero);
        var (hasMatrix, hasBias) = ((flags[0] & HasMatrix) != 0, (flags[0] & HasBias) != 0);
        var matrix = hasMatrix ? shape.Dimension * shape.InputDimension : 0;
        var bias = hasBias ? shape.Dimension : 0;
        if (zero[0] != 0 || (flags[0] & ~(HasMatrix | HasBias | IsOrthonormal)) != 0
            || (shape.InputDimension > shape.Dimension && !hasMatrix) || reader.Length != Head + ((matrix + bias) * sizeof(float)))
        {
            throw reader.Damaged(
                Guard.Text($"it has {reader.Length} bytes, flags {flags[0]} and {zero[0]}"),
                Guard.Text($"the matrix and the bias that its flags name, of {shape.InputDimension} components to {shape.Dimension}"));
        }

        var values = reader.ReadArray<float>(matrix);
        var biases = reader.ReadArray<float>(bias);
        reader.CheckChecksum();
        reader.CheckFinite(values, 0, Guard.MaxMagnitude);
        reader.CheckFinite(biases, matrix, LinearTransform.MaxBias(shape.InputDimension));
        var transform = new LinearTransform(shape.InputDimension, shape.Dimension, values, biases);
        if (transform.IsOrthonormal != ((flags[0] & IsOrthonormal) != 0) || (shape.Metric == Metric.Cosine && (!transform.IsIsometric || hasBias)))
        {
            throw reader.Damaged(
                Guard.Text($"the matrix is {(transform.IsOrthonormal ? "" : "not ")}orthonormal, flags {flags[0]}"),
                "what its flags say and, under cosine, orthonormal columns and no bias");
        }

        index.Transform = transform;
    }
}
