using PqGen.Common;

namespace PqGen.Storage.Files.Sections;

/// <summary>The threshold of score-aware codes, one float: vectors that are added later are encoded with it.</summary>
internal sealed class AnisotropicSection() : SectionKind("ANIS"u8)
{
    public override bool IsNeededIn(IndexHeader header) => false;

    public override bool Allows(IndexShape shape) => shape.HasCodes && shape.Metric != Metric.SquaredL2;

    public override bool IsIn(SavedIndex index) => index.AnisotropicThreshold > 0;

    public override void Write(SectionWriter writer, SavedIndex index) => writer.Write<float>([index.AnisotropicThreshold]);

    protected override long Length(LoadedIndex index) => sizeof(float);

    public override void Read(SectionReader reader, LoadedIndex index)
    {
        var threshold = reader.ReadArray<float>()[0];
        reader.CheckChecksum();
        index.AnisotropicThreshold = threshold is > 0 and < 1
            ? threshold
            : throw reader.Damaged(Guard.Text($"the threshold is {threshold}"), "a number above 0 and below 1");
    }
}
