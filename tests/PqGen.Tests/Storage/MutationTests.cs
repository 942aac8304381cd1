using System.Globalization;
using PqGen.Tests.Indexes;

namespace PqGen.Tests.Storage;

/// <summary>Files changed at random, with and without the right checksums: refused by the library's own exception, or a usable index.</summary>
public class MutationTests
{
    /// <summary>Changed files of each kind; the variable PQGEN_MUTATIONS asks for more.</summary>
    private static readonly int s_mutations =
        int.Parse(Environment.GetEnvironmentVariable("PQGEN_MUTATIONS") ?? "300", CultureInfo.InvariantCulture);

    public static TheoryData<IndexFactory> Kinds =>
    [
        IndexFactory.Flat(18), IndexFactory.IvfFlat(18), IndexFactory.Pq(18, 9, 11), IndexFactory.Pq(18, 6, 129), IndexFactory.IvfPq(18, 9, 11),
        IndexFactory.IvfPq(18, 6, 129), IndexFactory.IvfPq(18, 6, 20).Under(Metric.InnerProduct),
        .. IndexFactory.Transformed[2..5],
        IndexFactory.IvfFlat(18).Finding(CoarseSearch.Hnsw), IndexFactory.IvfPq(18, 9, 11).Finding(CoarseSearch.Hnsw),
    ];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Of_version_2(IndexFactory factory)
    {
        using var folder = new TempFolder();
        Run(DamagedIndexFileTests.Saved(factory, folder), copy => Usable.OrRefused(factory, folder, copy));
    }

    [Theory]
    [InlineData("pca4_flat_l2")]
    [InlineData("pcaw4_ivfflat_l2_ids")]
    public void Of_rows_behind_a_transform(string name)
    {
        using var folder = new TempFolder();
        using var index = VectorIndex.ImportFaiss(FaissFile.PathOf(name));
        using var saved = new MemoryStream();
        index.Save(saved);
        Run(saved.ToArray(), copy => Usable.OrRefused(
            file => VectorIndex.Open(file, mapped: false), file => VectorIndex.Open(file, mapped: true), folder, copy));
    }

    /// <summary>Changes copies of a file; both happen, or the test would see half of what it is for.</summary>
    private static void Run(byte[] bytes, Func<byte[], bool> isUsable)
    {
        var random = new Random(s_mutations);
        var usable = 0;
        for (var round = 0; round < s_mutations; round++)
        {
            var copy = bytes.ToArray();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
            {
                Change(copy, IndexFileBytes.Sections(bytes), random);
            }

            copy = random.Next(16) switch
            {
                0 => copy[..random.Next(copy.Length)],
                1 => [.. copy, .. new byte[64]],
                2 => copy,
                _ => IndexFileBytes.Sealed(copy),
            };
            usable += isUsable(copy) ? 1 : 0;
        }

        Assert.InRange(usable, 1, s_mutations - 1);
    }

    [Theory]
    [InlineData("flat")]
    [InlineData("ivfflat")]
    [InlineData("pq")]
    [InlineData("ivfpq")]
    [InlineData("ivfpq-packed")]
    public void Of_version_1(string name)
    {
        using var folder = new TempFolder();
        var bytes = File.ReadAllBytes(KeptFiles.Path(name, version: 1));
        using var index = KeptFiles.Build(name);
        var factory = IndexFactory.Generic(index.Shape);
        var random = new Random(s_mutations);
        for (var round = 0; round < s_mutations; round++)
        {
            var copy = bytes.ToArray();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
            {
                var section = random.Next(8);
                var (first, length) = (Version1Bytes.Offset(bytes, section), (int)Version1Bytes.Length(bytes, section));
                if (length == 0 || random.Next(4) == 0)
                {
                    (first, length) = (8, Version1Bytes.HeaderSize - 8);
                }

                MutatedBytes.Write(copy, first + random.Next(length), random);
            }

            Usable.OrRefused(factory, folder, random.Next(8) == 0 ? copy : Version1Bytes.Sealed(copy));
        }
    }

    /// <summary>Changes a bit, a number of the directory or of the contents, an entry or a stretch.</summary>
    private static void Change(byte[] file, FileSection[] sections, Random random)
    {
        var section = sections[random.Next(sections.Length)];
        var place = section.Offset + random.Next(section.Length);
        var entry = IndexFileBytes.PreambleSize + (IndexFileBytes.EntrySize * random.Next(sections.Length));
        var other = IndexFileBytes.PreambleSize + (IndexFileBytes.EntrySize * random.Next(sections.Length));
        switch (random.Next(8))
        {
            case 0:
                MutatedBytes.Write(file, entry + (4 * random.Next(8)), random);
                break;
            case 1:
                MutatedBytes.Write(file, sections[0].Offset + (4 * random.Next(16)), random);
                break;
            case 2:
                file.AsSpan(other, IndexFileBytes.EntrySize).CopyTo(file.AsSpan(entry));
                break;
            case 3:
                var swapped = file.AsSpan(entry, 24).ToArray();
                file.AsSpan(other, 24).CopyTo(file.AsSpan(entry));
                swapped.CopyTo(file, other);
                break;
            case 4:
                var length = random.Next(1, 200);
                var (from, to) = (random.Next(file.Length - length), random.Next(file.Length - length));
                file.AsSpan(from, length).CopyTo(file.AsSpan(to));
                break;
            default:
                MutatedBytes.Write(file, place, random);
                break;
        }
    }
}
