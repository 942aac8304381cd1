using PqGen.Common;
using PqGen.Quantization;

namespace PqGen.Storage.Files.Sections;

/// <summary>The centroids of the lists, float <c>[NList][Dimension]</c>.</summary>
internal sealed class CentroidSection() : SectionKind("CENT"u8)
{
    public override bool Allows(IndexShape shape) => shape.HasLists;

    public override void Write(SectionWriter writer, SavedIndex index) => writer.Write(index.Centroids());

    protected override long Length(LoadedIndex index) => (long)index.Header.NList * index.Header.Shape.Dimension * sizeof(float);

    public override void Read(SectionReader reader, LoadedIndex index) =>
        index.Centroids = reader.ReadFloats(LinearTransform.MaxMagnitude(index.Transform));
}

/// <summary>The origin of terms, float <c>[Dimension]</c>; where it is not there, zeros.</summary>
internal sealed class OriginSection() : SectionKind("ORIG"u8)
{
    public override bool IsNeededIn(IndexHeader header) => false;

    public override bool Allows(IndexShape shape) => shape.HasTerms;

    public override bool IsIn(SavedIndex index) => index.TermOrigin.Length > 0;

    public override void Write(SectionWriter writer, SavedIndex index) => writer.Write<float>(index.TermOrigin);

    protected override long Length(LoadedIndex index) => (long)index.Header.Shape.Dimension * sizeof(float);

    public override void Read(SectionReader reader, LoadedIndex index) =>
        index.TermOrigin = reader.ReadFloats(LinearTransform.MaxMagnitude(index.Transform));
}

/// <summary>What rows of 8 bits are taken from, float <c>[InputDimension]</c>; where it is not there, zeros.</summary>
internal sealed class RowOriginSection() : SectionKind("RORG"u8)
{
    public override bool IsNeededIn(IndexHeader header) => false;

    public override bool Allows(IndexShape shape) => shape.HasCodes;

    public override bool Allows(IndexHeader header) =>
        Allows(header.Shape) && header.KeepsVectors && RowCoding.First(header.RowFormat) == RowFormat.Int8;

    public override bool IsIn(SavedIndex index) => index.RowOrigin.Length > 0;

    public override void Write(SectionWriter writer, SavedIndex index) => writer.Write<float>(index.RowOrigin);

    protected override long Length(LoadedIndex index) => (long)index.Header.Shape.InputDimension * sizeof(float);

    public override void Read(SectionReader reader, LoadedIndex index) => index.RowOrigin = reader.ReadFloats(Guard.MaxMagnitude);
}

/// <summary>The codebooks, float <c>[M][Ksub][Dsub]</c>.</summary>
internal sealed class CodebookSection() : SectionKind("CODB"u8)
{
    public override bool Allows(IndexShape shape) => shape.HasCodes;

    public override void Write(SectionWriter writer, SavedIndex index) => writer.Write(index.Codebooks());

    protected override long Length(LoadedIndex index) => (long)index.Header.Shape.Ksub * index.Header.Shape.Dimension * sizeof(float);

    public override void Read(SectionReader reader, LoadedIndex index) =>
        index.Codebooks = reader.ReadFloats(2 * LinearTransform.MaxMagnitude(index.Transform));
}
