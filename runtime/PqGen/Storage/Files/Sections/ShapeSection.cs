using System.Buffers.Binary;
using PqGen.Common;
using PqGen.Kernels;

namespace PqGen.Storage.Files.Sections;

/// <summary>The first section, "SHAP": kind, metric, sizes and defaults, in 64 bytes; 8 more where vectors come with other components.</summary>
internal static class ShapeSection
{
    public const int Size = 64, LongSize = 72;

    /// <summary>Stands for an exponent that the first vectors to come decide.</summary>
    private const uint NoExponent = 0x8000_0000;

    /// <summary>
    /// The kind of an IVFPQ index with codes of vectors, and what the kinds of rows behind a transform have more than those of rows.
    /// </summary>
    private const uint IvfPqOfVectors = 5, BehindTransform = 5;

    /// <summary>The metric of a cosine that compares codes by inner products.</summary>
    private const uint CosineByInnerProduct = 3;

    public static readonly SectionName Name = new("SHAP"u8);

    public static void Write(SectionWriter writer, IndexHeader header)
    {
        Span<byte> bytes = stackalloc byte[Size];
        bytes.Clear();
        var shape = header.Shape;
        var kind = shape.CodesWholeVectors ? (int)IvfPqOfVectors : (int)shape.Kind + (shape.RowsBehindTransform ? (int)BehindTransform : 0);
        var metric = shape.CosineByInnerProduct ? (int)CosineByInnerProduct : (int)shape.Metric;
        ReadOnlySpan<int> sizes = [kind, metric, shape.Dimension, shape.M, shape.Ksub, header.NList];
        for (var i = 0; i < sizes.Length; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes[(4 * i)..], sizes[i]);
        }

        BinaryPrimitives.WriteInt64LittleEndian(bytes[24..], header.Count);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[32..], header.Added);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[40..], header.Exponent is { } exponent ? (uint)exponent : NoExponent);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[44..], header.DefaultNProbe);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[48..], KernelLayout.BlockSize);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[52..], KernelLayout.TileBlocks);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[56..], (int)header.CoarseSearch);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[60..], (int)header.RowFormat);
        writer.Write<byte>(bytes);
        if (shape.InputDimension != shape.Dimension)
        {
            writer.Write<int>([shape.InputDimension, 0]);
        }
    }

    public static IndexHeader Read(SectionReader reader, string file, bool ownIds, bool keepsRows)
    {
        if (reader.Length is not (Size or LongSize))
        {
            throw reader.Damaged(Guard.Text($"it has {reader.Length} bytes"), Guard.Text($"{Size} or {LongSize} bytes"));
        }

        Span<byte> bytes = stackalloc byte[LongSize];
        bytes.Clear();
        reader.Read(bytes[..(int)reader.Length]);
        reader.CheckChecksum();
        if (Number(bytes, 12) is var (block, tile) && (block != KernelLayout.BlockSize || tile != KernelLayout.TileBlocks))
        {
            throw reader.Damaged(
                Guard.Text($"the lists lie in blocks of {block} and tiles of {tile}"),
                Guard.Text($"blocks of {KernelLayout.BlockSize} and tiles of {KernelLayout.TileBlocks}"));
        }

        var (kind, metric, exponent) = (Field(bytes, 0), Field(bytes, 1), Field(bytes, 10));
        var isByInnerProduct = metric == CosineByInnerProduct && kind != (uint)IndexKind.Flat;
        var isBehindTransform = kind is (uint)IndexKind.Flat + BehindTransform or (uint)IndexKind.IvfFlat + BehindTransform;
        var numbers = new HeaderNumbers(
            kind == IvfPqOfVectors ? (uint)IndexKind.IvfPq : isBehindTransform ? kind - BehindTransform : kind,
            isByInnerProduct ? (uint)Metric.Cosine : metric,
            Field(bytes, 2),
            Field(bytes, 3),
            Field(bytes, 4),
            Field(bytes, 5),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[32..]),
            Field(bytes, 11),
            exponent == NoExponent ? null : exponent)
        {
            CodesWholeVectors = kind == IvfPqOfVectors,
            CosineByInnerProduct = isByInnerProduct,
            RowsBehindTransform = isBehindTransform,
            CoarseSearch = Field(bytes, 14),
            RowFormat = Field(bytes, 15),
        };
        var header = IndexHeader.Of(file, numbers, ownIds, keepsVectors: keepsRows);
        if (reader.Length == LongSize)
        {
            var input = Field(bytes, 16);
            if (input is 0 or > IndexLimits.MaxDimension || input == header.Shape.Dimension || Field(bytes, 17) != 0
                || !(header.Shape.HasCodes || isBehindTransform))
            {
                throw reader.Damaged(
                    Guard.Text($"InputDimension is {input}"),
                    Guard.Text($"1 to {IndexLimits.MaxDimension}, not the Dimension, in an index of codes or of rows behind a transform"));
            }

            header = header with { Shape = header.Shape with { InputDimension = (int)input } };
        }

        return header.Shape.HasCodes ? header : header with { KeepsVectors = true };
    }

    private static (uint Block, uint Tile) Number(ReadOnlySpan<byte> bytes, int field) => (Field(bytes, field), Field(bytes, field + 1));

    private static uint Field(ReadOnlySpan<byte> bytes, int field) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[(4 * field)..]);
}
