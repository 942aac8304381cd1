using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace PqGen.Tests.Storage;

/// <summary>Files of FAISS that are damaged, hostile or not supported: refused by the library's own exception, or usable.</summary>
public class FaissDamageTests
{
    private static readonly int s_mutations =
        int.Parse(Environment.GetEnvironmentVariable("PQGEN_MUTATIONS") ?? "300", CultureInfo.InvariantCulture) / 6;

    public static TheoryData<string> Names => FaissFile.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void A_changed_file_is_refused_or_usable(string name)
    {
        using var folder = new TempFolder();
        var (bytes, path) = (File.ReadAllBytes(FaissFile.PathOf(name)), folder.File("changed.faiss"));
        var random = new Random(name.Length + bytes.Length);
        for (var round = 0; round < s_mutations; round++)
        {
            var copy = bytes.ToArray();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
            {
                // Most of the numbers that decide lengths lie in front.
                MutatedBytes.Write(copy, random.Next(3) == 0 ? random.Next(copy.Length) : random.Next(Math.Min(copy.Length, 200)), random);
            }

            copy = random.Next(12) switch { 0 => copy[..random.Next(copy.Length)], 1 => [.. copy, 0], _ => copy };
            File.WriteAllBytes(path, copy);
            Usable.OrRefused(() => VectorIndex.ImportFaiss(path), path, copy.Length);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_file_cut_off_anywhere_is_refused(string name)
    {
        using var folder = new TempFolder();
        var (bytes, path) = (File.ReadAllBytes(FaissFile.PathOf(name)), folder.File("cut.faiss"));
        for (var length = 0; length < bytes.Length; length += length < 300 ? 1 : 97)
        {
            File.WriteAllBytes(path, bytes[..length]);
            Refused(path);
        }
    }

    [Theory]
    [InlineData("flat_l2", 0, "IxHe", "not supported: an index of type 'IxHe'", "supported are IndexFlat")]
    [InlineData("flat_l2", 0, "IHNf", "not supported: an index of type 'IHNf'", "IndexIVFPQ")]
    [InlineData("flat_l2", 0, "\u0093NUM", "not supported: an index of type", "IndexFlat")]
    [InlineData("l2norm_flat_ip", 41, "Viqt", "not supported: a transform of type 'Viqt'", "PCAMatrix")]
    [InlineData("l2norm_flat_ip", 41, "HRot", "not supported: a transform of type 'HRot'", "RandomRotationMatrix")]
    [InlineData("ivfflat_ip", 53, "IHNs", "not supported: a coarse quantizer of type 'IHNs'", "HNSW")]
    public void What_is_not_supported_is_named(string name, int at, string type, string found, string needed)
    {
        var e = Changed(name, bytes => Encoding.Latin1.GetBytes(type).CopyTo(bytes, at));
        Assert.StartsWith(found, e.Found, StringComparison.Ordinal);
        Assert.Contains(needed, e.Needed, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rr8_inside_refine_l2", 54, 9, "not supported: a refine stage behind a transform that is no rotation of all its components")]
    [InlineData("l2norm_opq4_ivfpq4x4_ip", 71, 9, "not supported: a normalization with a transform that changes the lengths of vectors")]
    [InlineData("opq4_pq4x4_ip", 54, float.NaN, "component 0 of the matrix of a transform is NaN")]
    [InlineData("mean_flat_l2", 93, 0, "a transform is not trained", true)]
    [InlineData("mean_flat_l2", 89, 7, "the components that a transform makes is 7", true)]
    [InlineData("remap5_pq5x4_l2", 53, 8, "a choice of 5 components up to 8", true)]
    public void A_transform_that_is_not_supported_or_damaged_is_named(string name, int at, float value, string found, bool isInteger = false)
    {
        var e = Changed(name, bytes =>
        {
            if (at is 93)
            {
                bytes[at] = (byte)value;
            }
            else
            {
                BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at), isInteger ? (int)value : BitConverter.SingleToInt32Bits(value));
            }
        });
        Assert.StartsWith(found, e.Found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(4, 0, "Dimension is 0")]
    [InlineData(4, 5000, "vectors of 5000 components")]
    [InlineData(8, -1, "the number of vectors is ")]
    [InlineData(32, 0, "the index is not trained")]
    [InlineData(32, 7, "is_trained is 7")]
    [InlineData(33, 23, "not supported: metric 23")]
    [InlineData(37, 1, "1 components of 200 vectors")]
    public void A_wrong_number_is_named(int at, int value, string found)
    {
        var e = Changed("flat_l2", bytes =>
        {
            if (at == 32)
            {
                bytes[at] = (byte)value;
            }
            else
            {
                BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at), value);
            }
        });
        Assert.StartsWith(found, e.Found, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refine_stage_around_rows_from_which_nothing_leads_back_is_named()
    {
        using var folder = new TempFolder();
        var inner = File.ReadAllBytes(FaissFile.PathOf("pca4_flat_l2"));
        File.WriteAllBytes(folder.File("refined.faiss"), [.. "IxRF"u8, .. inner.AsSpan(4, 33), .. inner]);
        Assert.StartsWith("not supported: a refine stage around rows behind", Refused(folder.File("refined.faiss")).Found, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_behind_the_index_are_refused()
    {
        using var folder = new TempFolder();
        File.WriteAllBytes(folder.File("more.faiss"), [.. File.ReadAllBytes(FaissFile.PathOf("flat_l2")), 1]);
        Assert.Equal("1 bytes follow the index", Refused(folder.File("more.faiss")).Found);
    }

    [Fact]
    public void Ids_that_are_there_twice_are_refused()
    {
        // The last two ids of the map.
        var e = Changed("idmap2_flat_l2", bytes => bytes.AsSpan(bytes.Length - 16, 8).CopyTo(bytes.AsSpan(bytes.Length - 8)));
        Assert.EndsWith("is there twice", e.Found, StringComparison.Ordinal);
    }

    [Fact]
    public void Vectors_behind_a_normalization_have_length_1()
    {
        var e = Changed("l2norm_flat_ip", bytes => BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(bytes.Length - 4), 3));
        Assert.StartsWith("the squared length of vector 199 is ", e.Found, StringComparison.Ordinal);
    }

    [Fact]
    public void Components_that_no_index_takes_are_refused()
    {
        var e = Changed("flat_l2", bytes => BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(bytes.Length - 4), float.NaN));
        Assert.Equal("component 1599 of the vectors is NaN", e.Found);
    }

    [Fact]
    public void A_pointer_of_Git_LFS_is_named_and_paths_are_checked()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder.File("x.faiss"), "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n");
        Assert.Contains("Git LFS pointer", Refused(folder.File("x.faiss")).Found, StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>("path", () => VectorIndex.ImportFaiss(null!));
        Assert.Throws<FileNotFoundException>(() => VectorIndex.ImportFaiss(folder.File("none.faiss")));
        using var index = GenericIndex.Flat(3);
        Assert.Throws<ArgumentNullException>("path", () => index.ExportFaiss((string)null!));
        Assert.Throws<ArgumentException>("stream", () => index.ExportFaiss(new MemoryStream([], writable: false)));
        Assert.Throws<OperationCanceledException>(
            () => VectorIndex.ImportFaiss(FaissFile.PathOf("flat_l2"), new CancellationToken(canceled: true)));
        index.Dispose();
        Assert.Throws<ObjectDisposedException>(() => index.ExportFaiss(folder.File("y.faiss")));
        Assert.Equal(["x.faiss"], folder.Files);
    }

    private static IndexFileException Changed(string name, Action<byte[]> change)
    {
        using var folder = new TempFolder();
        var (bytes, path) = (File.ReadAllBytes(FaissFile.PathOf(name)), folder.File("changed.faiss"));
        change(bytes);
        File.WriteAllBytes(path, bytes);
        return Refused(path);
    }

    private static IndexFileException Refused(string path)
    {
        var e = Assert.Throws<IndexFileException>(() => VectorIndex.ImportFaiss(path));
        Assert.Equal(path, e.File);
        return e;
    }
}
