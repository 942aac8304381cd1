using PqGen.Tests.Indexes;

namespace PqGen.Tests.Storage;

/// <summary>Contents that no index has, under the right checksum: the checks of structure stand without its help.</summary>
public class SealedIndexFileTests
{
    private const int Centroids = 0;
    private const int Codebooks = 1;
    private const int ListCounts = 2;
    private const int Positions = 3;
    private const int Codes = 4;
    private const int Terms = 5;
    private const int Ids = 6;
    private const int Vectors = 7;

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void Any_header_field_of_another_value(IndexFactory factory)
    {
        using var folder = new TempFolder();
        var bytes = DamagedIndexFileTests.Saved(factory, folder);
        Assert.Equal(bytes, IndexFileBytes.Sealed(bytes.ToArray()));
        for (var at = 0; at < IndexFileBytes.HeaderSize; at += 4)
        {
            var value = BitConverter.ToInt32(bytes, at);
            foreach (
                var other in new[]
                {
                    0, 1, 2, 3, 4, 5, 7, 16, 17, 64, 255, 256, 257, 4096, 4097,
                    value - 1, value + 1, value * 2, value / 2, -1, int.MaxValue, int.MinValue,
                })
            {
                if (other != value)
                {
                    RefusedOrSafe(factory, folder, IndexFileBytes.With(bytes, at, other));
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void Any_byte_of_another_value_is_refused_or_safe(IndexFactory factory)
    {
        using var folder = new TempFolder();
        var bytes = DamagedIndexFileTests.Saved(factory, folder);
        var random = new Random(1);
        for (var round = 0; round < 200; round++)
        {
            var copy = bytes.ToArray();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
            {
                var section = random.Next(8);
                var (first, length) = (IndexFileBytes.Offset(bytes, section), (int)IndexFileBytes.Length(bytes, section));
                copy[length == 0 ? random.Next(bytes.Length) : first + random.Next(length)] = (byte)random.Next(256);
            }

            RefusedOrSafe(factory, folder, IndexFileBytes.Sealed(copy));
        }
    }

    [Fact]
    public void Floats_that_are_not_finite()
    {
        foreach (var section in new[] { Centroids, Codebooks, Vectors })
        {
            Check(IndexFactory.IvfPq(18, 9, 11), section, 4, BitConverter.SingleToInt32Bits(float.NaN), "component 1 is NaN", "finite");
            Check(
                IndexFactory.IvfPq(18, 9, 11),
                section,
                0,
                BitConverter.SingleToInt32Bits(1e30f),
                "component 0 is 1E+30",
                section == Codebooks ? "2E+15" : "1E+15");
        }

        Check(IndexFactory.Flat(30), Vectors, 30 * 4 * 5, BitConverter.SingleToInt32Bits(float.PositiveInfinity), "component 150 is Infinity");
        Check(IndexFactory.IvfFlat(33), Vectors, 33 * 4 * 269, BitConverter.SingleToInt32Bits(float.NaN), "NaN");
    }

    [Fact]
    public void Counts_that_do_not_add_up()
    {
        foreach (var factory in new[] { IndexFactory.IvfFlat(33), IndexFactory.IvfPq(18, 9, 11) })
        {
            Check(factory, ListCounts, 0, 1, "do not add up", "sum of 270");
            Check(factory, ListCounts, 4, -1, "do not add up");
            Check(factory, ListCounts, 8, int.MaxValue, "do not add up");
        }
    }

    [Fact]
    public void Positions_out_of_range_or_twice()
    {
        foreach (var factory in new[] { IndexFactory.IvfFlat(33), IndexFactory.IvfPq(18, 9, 11) })
        {
            Check(factory, Positions, 0, 270, "position 270", "0 to 269");
            Check(factory, Positions, 4 * 100, -1, "position -1", "0 to 269");
            using var folder = new TempFolder();
            var bytes = DamagedIndexFileTests.Saved(factory, folder);
            var (at, first) = (IndexFileBytes.Offset(bytes, Positions), BitConverter.ToInt32(bytes, IndexFileBytes.Offset(bytes, Positions)));
            DamagedIndexFileTests.Refused(factory, folder, IndexFileBytes.With(bytes, at + 400, first), $"position {first}", "once");

            // The first list's last position as its first.
            var last = BitConverter.ToInt32(bytes, at + (4 * (BitConverter.ToInt32(bytes, IndexFileBytes.Offset(bytes, ListCounts)) - 1)));
            DamagedIndexFileTests.Refused(
                factory, folder, IndexFileBytes.With(bytes, at, last), "list 0 holds", $"after {last}", "positions ascend");
        }
    }

    [Fact]
    public void Codes_beyond_ksub()
    {
        // 270 vectors fill 4 blocks and 14 lanes of a fifth.
        Check(IndexFactory.Pq(30, 3, 129), Codes, 5, (byte)129, "block 0", "below Ksub = 129");
        Check(IndexFactory.Pq(30, 3, 129), Codes, 191, (byte)255, "block 0");
        Check(IndexFactory.Pq(30, 3, 129), Codes, (4 * 192) + 14, (byte)1, "block 4", "0 behind the last vector");
        Check(IndexFactory.Pq(24, 6, 256), Codes, (4 * 384) + 383, (byte)1, "block 4");
        Check(IndexFactory.Pq(18, 9, 11), Codes, 0, (byte)0x0B, "block 0", "below Ksub = 11");
        Check(IndexFactory.Pq(18, 9, 11), Codes, 64, (byte)0xB0, "block 0");
        Check(IndexFactory.Pq(18, 9, 11), Codes, 4 * 64, (byte)0x10, "block 0");
        Check(IndexFactory.IvfPq(18, 9, 11), Codes, 4 * 64, (byte)0x10, "block 0 of list 0");
    }

    [Fact]
    public void Terms_behind_the_last_vector() =>
        Check(IndexFactory.IvfPq(18, 9, 11), Terms, -2, (byte)1, "list 2", "behind its last vector");

    [Fact]
    public void Ids_that_are_there_twice()
    {
        foreach (var factory in IndexFactory.All)
        {
            using var folder = new TempFolder();
            var bytes = DamagedIndexFileTests.Saved(factory, folder);
            var at = IndexFileBytes.Offset(bytes, Ids);
            var first = BitConverter.ToInt64(bytes, at);
            DamagedIndexFileTests.Refused(factory, folder, IndexFileBytes.With(bytes, at + (8 * 200), first), $"id {first} is there twice", "at 200");
        }
    }

    /// <summary>Changes a value at a place in a section, from its end where negative; opening must refuse it.</summary>
    private static void Check<T>(IndexFactory factory, int section, int at, T value, params string[] fragments)
    {
        using var folder = new TempFolder();
        var bytes = DamagedIndexFileTests.Saved(factory, folder);
        var place = IndexFileBytes.Offset(bytes, section) + at + (at < 0 ? (int)IndexFileBytes.Length(bytes, section) : 0);
        var damaged = value is byte small ? IndexFileBytes.With(bytes, place, small) : IndexFileBytes.With(bytes, place, (int)(object)value!);
        DamagedIndexFileTests.Refused(
            factory,
            folder,
            damaged,
            [((string[])["Centroids", "Codebooks", "ListCounts", "Positions", "Codes", "Terms", "Ids", "Vectors"])[section], .. fragments]);
    }

    /// <summary>A changed file is refused, or holds an index as good as any: its searches and its growth stay within it.</summary>
    private static void RefusedOrSafe(IndexFactory factory, TempFolder folder, byte[] bytes)
    {
        var path = folder.File("changed.pqg");
        File.WriteAllBytes(path, bytes);
        VectorIndex index;
        try
        {
            index = factory.Open(path);
        }
        catch (IndexFileException exception)
        {
            Assert.Equal(path, exception.File);
            return;
        }

        using (index)
        {
            var results = new Neighbor[9];
            foreach (var scan in new[] { ScanKind.Fast, ScanKind.Plain })
            {
                index.Search(new float[index.Dimension], results, new SearchOptions { NProbe = index.NList, Scan = scan });
            }

            index.Add([long.MinValue + 5], new float[index.Dimension], threads: 1);
            Assert.Equal(271, index.Count);
        }
    }
}
