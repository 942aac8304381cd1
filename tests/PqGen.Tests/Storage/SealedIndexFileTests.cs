using PqGen.Storage.Files;
using PqGen.Tests.Indexes;

namespace PqGen.Tests.Storage;

/// <summary>Contents that no index has, under the right checksum: the checks of structure stand without its help.</summary>
public class SealedIndexFileTests
{
    [Theory]
    [MemberData(nameof(IndexFactory.Every), MemberType = typeof(IndexFactory))]
    public void Any_header_field_of_another_value(IndexFactory factory)
    {
        using var folder = new TempFolder();
        var bytes = DamagedIndexFileTests.Saved(factory, folder);
        Assert.Equal(bytes, IndexFileBytes.Sealed(bytes.ToArray()));
        var shape = IndexFileBytes.Section(bytes, "SHAP").Offset;
        foreach (var at in Enumerable.Range(0, IndexFileBytes.HeaderSize(bytes) / 4).Select(field => 4 * field)
            .Concat(Enumerable.Range(0, 16).Select(field => shape + (4 * field))))
        {
            var value = BitConverter.ToInt32(bytes, at);
            int[] others =
            [
                0, 1, 2, 3, 4, 5, 7, 16, 17, 64, 255, 256, 257, 4096, 4097,
                value - 1, value + 1, value * 2, value / 2, -1, int.MaxValue, int.MinValue,
            ];

            // Every third of them; which, differs from field to field and from file to file.
            for (var i = (at + bytes.Length) / 4 % 3; i < others.Length; i += 3)
            {
                if (others[i] != value)
                {
                    Usable.OrRefused(factory, folder, IndexFileBytes.With(bytes, at, others[i]));
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
                var sections = IndexFileBytes.Sections(bytes);
                var section = sections[random.Next(sections.Length)];
                copy[section.Offset + random.Next(section.Length)] = (byte)random.Next(256);
            }

            Usable.OrRefused(factory, folder, IndexFileBytes.Sealed(copy));
        }
    }

    [Fact]
    public void Floats_that_are_not_finite()
    {
        foreach (var section in new[] { "CENT", "CODB", "ROWS" })
        {
            Check(IndexFactory.IvfPq(18, 9, 11), section, 4, BitConverter.SingleToInt32Bits(float.NaN), "component 1 is NaN", "finite");
            Check(
                IndexFactory.IvfPq(18, 9, 11),
                section,
                0,
                BitConverter.SingleToInt32Bits(1e30f),
                "component 0 is 1E+30",
                section == "CODB" ? "2E+15" : "1E+15");
        }

        Check(
            IndexFactory.Flat(30),
            "LIST",
            30 * 4 * 5,
            BitConverter.SingleToInt32Bits(float.PositiveInfinity),
            "component 0 of vector 5 of list 0 is Infinity");
        Check(IndexFactory.IvfFlat(33), "LIST", 33 * 4 * 7, BitConverter.SingleToInt32Bits(float.NaN), "NaN");
    }

    [Fact]
    public void Transforms_that_no_index_has()
    {
        static int Bits(float value) => BitConverter.SingleToInt32Bits(value);
        var rotated = IndexFactory.IvfPq(18, 9, 11).With(TransformKind.Opq);
        Check(rotated, "TRAN", 8 + (4 * 7), Bits(float.NaN), "component 7 is NaN", "finite");
        Check(rotated, "TRAN", 8 + (4 * ((18 * 18) + 2)), Bits(float.PositiveInfinity), "component 326 is Infinity");
        Check(rotated, "TRAN", 8 + (4 * 7), Bits(5), "the matrix is not orthonormal");
        Check(rotated, "TRAN", 0, 3, "the matrix is orthonormal, flags 3");
        Check(rotated, "TRAN", 0, 5, "bytes, flags 5", "of 18 components to 18");
        Check(rotated, "TRAN", 0, 15, "flags 15");
        Check(rotated, "TRAN", 4, 1, "flags 7 and 1");
        Check(IndexFactory.Pq(24, 6, 37).Under(Metric.Cosine).With(TransformKind.Opq), "TRAN", 8, Bits(-5), "not orthonormal");

        // Without the section an old file's vectors; where vectors come with other components, no index.
        using var folder = new TempFolder();
        foreach (var factory in IndexFactory.Transformed)
        {
            var sections = IndexFileBytes.Contents(DamagedIndexFileTests.Saved(factory, folder));
            Assert.Equal(["SHAP", "TRAN"], sections[..2].Select(section => section.Section.Name));
            Assert.Equal(1u, sections[1].Section.Flags);
            var without = IndexFileBytes.File([sections[0], .. sections[2..]]);
            if (factory.PaddedDimension > 0)
            {
                DamagedIndexFileTests.Refused(factory, folder, without, "section TRAN is missing");
            }
        }

        Check(IndexFactory.Transformed[2], "SHAP", 64, 0, "InputDimension is 0", "1 to 4096");
        Check(IndexFactory.Transformed[2], "SHAP", 64, 20, "InputDimension is 20");
        Check(IndexFactory.Transformed[2], "SHAP", 68, 1, "InputDimension is 18");
    }

    [Fact]
    public void Counts_that_do_not_add_up()
    {
        foreach (var factory in new[] { IndexFactory.IvfFlat(33), IndexFactory.IvfPq(18, 9, 11) })
        {
            Check(factory, "CNTS", 0, 1, "do not add up", "sum of 270");
            Check(factory, "CNTS", 4, -1, "do not add up");
            Check(factory, "CNTS", 8, int.MaxValue, "do not add up");
        }
    }

    [Fact]
    public void Positions_out_of_range_or_twice()
    {
        foreach (var factory in new[] { IndexFactory.IvfFlat(33), IndexFactory.IvfPq(18, 9, 11) })
        {
            using var folder = new TempFolder();
            var bytes = DamagedIndexFileTests.Saved(factory, folder);
            var layout = new IndexHeader(factory.Shape, 3, 270, OwnIds: true, KeepsVectors: true).Layout;
            var lists = IndexFileBytes.Lists(bytes, layout);
            var at = Array.ConvertAll(lists, list => list.Offset + (int)layout.PositionsOffset(list.Blocks));
            int Position(int list, int place) => BitConverter.ToInt32(bytes, at[list] + (4 * place));
            void Refused(int list, int place, int position, params string[] fragments) => DamagedIndexFileTests.Refused(
                factory, folder, IndexFileBytes.With(bytes, at[list] + (4 * place), position), ["section LIST", $"list {list} holds", .. fragments]);

            Refused(0, lists[0].Count - 1, 270, "position 270", "0 to 269");
            Refused(1, 5, -1, "position -1", "0 to 269");
            Refused(2, 5, Position(0, 0), $"position {Position(0, 0)}", "once");
            Refused(1, 5, Position(1, 3), $"position {Position(1, 3)}", "once");

            // The list's last position as its first.
            Refused(1, 0, Position(1, lists[1].Count - 1), $"after {Position(1, lists[1].Count - 1)}", "positions ascend");
        }
    }

    [Fact]
    public void Codes_beyond_ksub()
    {
        // 270 vectors fill 4 blocks and 14 lanes of a fifth.
        Check(IndexFactory.Pq(30, 3, 129), "LIST", 5, (byte)129, "block 0", "below Ksub = 129");
        Check(IndexFactory.Pq(30, 3, 129), "LIST", 191, (byte)255, "block 2");
        Check(IndexFactory.Pq(30, 3, 129), "LIST", (4 * 192) + 14, (byte)1, "block 4", "0 behind the last vector");
        Check(IndexFactory.Pq(24, 6, 256), "LIST", (4 * 384) + 383, (byte)1, "block 4");
        Check(IndexFactory.Pq(18, 9, 11), "LIST", 0, (byte)0x0B, "block 0", "below Ksub = 11");
        Check(IndexFactory.Pq(18, 9, 11), "LIST", 64, (byte)0xB0, "block 1");
        Check(IndexFactory.Pq(18, 9, 11), "LIST", 4 * 256, (byte)0x10, "block 0");
        Check(IndexFactory.IvfPq(18, 9, 11), "LIST", 4 * 64, (byte)0x10, "block 0 of list 0");
    }

    [Fact]
    public void Terms_behind_the_last_vector()
    {
        var factory = IndexFactory.IvfPq(18, 9, 11);
        using var folder = new TempFolder();
        var bytes = DamagedIndexFileTests.Saved(factory, folder);
        var layout = new IndexHeader(factory.Shape, 3, 270, OwnIds: true, KeepsVectors: true).Layout;
        var (at, blocks, count) = IndexFileBytes.Lists(bytes, layout)[2];
        Assert.NotEqual(0, count % 64);
        DamagedIndexFileTests.Refused(
            factory, folder, IndexFileBytes.With(bytes, at + (int)layout.PositionsOffset(blocks) - 2, (byte)1), "list 2", "behind its last vector");
    }

    [Fact]
    public void Ids_that_are_there_twice()
    {
        foreach (var factory in IndexFactory.All)
        {
            using var folder = new TempFolder();
            var bytes = DamagedIndexFileTests.Saved(factory, folder);
            var at = IndexFileBytes.Section(bytes, "IDS ").Offset;
            var first = BitConverter.ToInt64(bytes, at);
            DamagedIndexFileTests.Refused(factory, folder, IndexFileBytes.With(bytes, at + (8 * 200), first), $"id {first} is there twice", "at 200");
        }
    }

    /// <summary>Changes a value at a place in a section; opening must refuse it.</summary>
    private static void Check<T>(IndexFactory factory, string section, int at, T value, params string[] fragments)
    {
        using var folder = new TempFolder();
        var bytes = DamagedIndexFileTests.Saved(factory, folder);
        var place = IndexFileBytes.Section(bytes, section).Offset + at;
        var damaged = value is byte small ? IndexFileBytes.With(bytes, place, small) : IndexFileBytes.With(bytes, place, (int)(object)value!);
        DamagedIndexFileTests.Refused(factory, folder, damaged, [$"section {section}: ", .. fragments]);
    }
}
