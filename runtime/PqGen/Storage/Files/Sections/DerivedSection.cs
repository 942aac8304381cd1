using System.Runtime.InteropServices;
using PqGen.Common;
using PqGen.Ivf;

namespace PqGen.Storage.Files.Sections;

/// <summary>
/// What follows from centroids, codebooks and the origin of terms and takes long to compute: where there are terms, the range of each list's,
/// float32 minimum, step and ||c - o||^2; then, where centroids have codes of their own, their codebooks, float <c>[M][Ksub][Dsub]</c>, and codes,
/// byte <c>[NList][M]</c>.
/// </summary>
internal sealed class DerivedSection() : SectionKind("DERV"u8)
{
    private const int FloatsOfRange = 3;

    public override bool IsNeededIn(IndexHeader header) => false;

    /// <inheritdoc/>
    /// <remarks>It follows from the model, and need not be there.</remarks>
    public override bool IsModel => false;

    public override bool Allows(IndexShape shape) => shape.Kind == IndexKind.IvfPq;

    public override bool IsIn(SavedIndex index) => index.Derived is not null;

    public override void Write(SectionWriter writer, SavedIndex index)
    {
        var derived = index.Derived!;
        writer.Write(MemoryMarshal.Cast<TermRange, float>(derived.Terms));
        writer.Write<float>(derived.CoarseCodebooks);
        writer.Write<byte>(derived.CoarseCodes);
    }

    public override void Read(SectionReader reader, LoadedIndex index)
    {
        var (shape, nlist) = (index.Header.Shape, index.Header.NList);
        var hasCodes = reader.Length > Length(index);
        var terms = new TermRange[shape.HasTerms ? nlist : 0];
        var codebooks = new float[hasCodes ? shape.Ksub * shape.Dimension : 0];
        var codes = new byte[hasCodes ? nlist * shape.M : 0];
        reader.Read(MemoryMarshal.Cast<TermRange, float>(terms.AsSpan()));
        reader.Read<float>(codebooks);
        reader.Read<byte>(codes);
        reader.CheckChecksum();
        for (var list = 0; list < terms.Length; list++)
        {
            if (terms[list] is not { Min: > float.NegativeInfinity and < float.PositiveInfinity, Step: >= 0 and < float.PositiveInfinity,
                CentroidNorm: >= 0 and < float.PositiveInfinity })
            {
                throw reader.Damaged(
                    Guard.Text($"the terms of list {list} are of {terms[list]}"), "finite numbers, and none that is negative but the first");
            }
        }

        reader.CheckFinite(codebooks, 0, Guard.MaxResidualMagnitude);
        if (shape.Ksub <= byte.MaxValue && codes.AsSpan().IndexOfAnyInRange((byte)shape.Ksub, byte.MaxValue) is >= 0 and var bad)
        {
            throw reader.Damaged(Guard.Text($"a code of centroid {bad / shape.M} is {codes[bad]}"), Guard.Text($"codes below Ksub = {shape.Ksub}"));
        }

        index.Derived = new DerivedModel(terms, codebooks, codes);
    }

    /// <inheritdoc/>
    /// <remarks>With codes or without: which indexes' centroids have codes is for a reader to say.</remarks>
    public override void CheckLength(SectionEntry entry, LoadedIndex index, Func<string, string, IndexFileException> damaged)
    {
        var (terms, codes) = (Length(index), CodesLength(index.Header));
        if (entry.Length != terms && entry.Length != terms + codes)
        {
            throw damaged(
                Guard.Text($"it has {entry.Length} bytes"),
                Guard.Text($"{terms} bytes, or {terms + codes} with the centroids' codes, for {index.Header.NList} lists of {index.Header.Shape}"));
        }
    }

    /// <inheritdoc/>
    /// <remarks>Without codes.</remarks>
    protected override long Length(LoadedIndex index) =>
        index.Header.Shape.HasTerms ? (long)index.Header.NList * FloatsOfRange * sizeof(float) : 0;

    private static long CodesLength(IndexHeader header) =>
        ((long)header.Shape.Ksub * header.Shape.Dimension * sizeof(float)) + ((long)header.NList * header.Shape.M);
}
