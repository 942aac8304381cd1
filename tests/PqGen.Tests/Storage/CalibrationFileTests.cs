using PqGen.Tests.Indexes;

namespace PqGen.Tests.Storage;

/// <summary>What a file says of a calibration and its budgets: read back, passed over where it is not there, refused where it cannot be.</summary>
public class CalibrationFileTests
{
    private const string Calibration = "CALI", Budgets = "CALB";

    [Theory]
    [InlineData(Metric.SquaredL2)]
    [InlineData(Metric.Cosine)]
    public void Budgets_are_read_back_and_a_file_without_them_probes_more(Metric metric)
    {
        using var folder = new TempFolder();
        var factory = IndexFactory.IvfPq(18, 9, 11).Under(metric);
        var (bytes, points) = Saved(factory, folder);
        Assert.Contains(points, point => point.ProbeBudget > 0);
        Assert.Equal(points, Points(factory, folder, bytes));
        var without = IndexFileBytes.File([.. IndexFileBytes.Contents(bytes).Where(part => part.Section.Name != Budgets)]);
        Assert.Equal(points.Select(point => point with { ProbeBudget = 0 }), Points(factory, folder, without));
    }

    [Fact]
    public void Budgets_that_no_calibration_has_are_refused()
    {
        using var folder = new TempFolder();
        var factory = IndexFactory.IvfPq(18, 9, 11);
        var bytes = Saved(factory, folder).Bytes;
        var at = IndexFileBytes.Section(bytes, Budgets).Offset;
        foreach (var budget in new[] { float.NaN, -1, float.PositiveInfinity })
        {
            var damaged = IndexFileBytes.With(bytes, at + 4, BitConverter.SingleToInt32Bits(budget));
            DamagedIndexFileTests.Refused(factory, folder, damaged, "section CALB", "the budget of point 1 is");
        }

        var parts = IndexFileBytes.Contents(bytes);
        var alone = IndexFileBytes.File([.. parts.Where(part => part.Section.Name != Calibration)]);
        DamagedIndexFileTests.Refused(factory, folder, alone, "section CALB", "0 points of CALI");
        var longer = IndexFileBytes.File(
            [.. parts.Select(part => part.Section.Name == Budgets ? (part.Section, [.. part.Contents, 0, 0, 0, 0]) : part)]);
        DamagedIndexFileTests.Refused(factory, folder, longer, "section CALB", "points of CALI");
    }

    [Fact]
    public void Budgets_of_an_index_without_distances_are_refused()
    {
        using var folder = new TempFolder();
        var factory = IndexFactory.IvfPq(18, 9, 11).Under(Metric.InnerProduct);
        var (bytes, points) = Saved(factory, folder);
        Assert.All(points, point => Assert.Equal(0, point.ProbeBudget));
        var parts = IndexFileBytes.Contents(bytes);
        Assert.DoesNotContain(parts, part => part.Section.Name == Budgets);
        var section = IndexFileBytes.Section(Saved(IndexFactory.IvfPq(18, 9, 11), folder).Bytes, Budgets);
        byte[] budgets = [.. points.SelectMany(_ => BitConverter.GetBytes(3f))];
        DamagedIndexFileTests.Refused(factory, folder, IndexFileBytes.File([.. parts, (section, budgets)]), "section CALB", "inner products");
        Assert.Equal(points, Points(factory, folder, IndexFileBytes.File([.. parts, (section, new byte[budgets.Length])])));
    }

    [Fact]
    public void Any_byte_of_another_value_is_refused_or_safe()
    {
        using var folder = new TempFolder();
        var factory = IndexFactory.IvfPq(18, 9, 11);
        var bytes = Saved(factory, folder).Bytes;
        var random = new Random(1);
        foreach (var name in new[] { Calibration, Budgets })
        {
            var section = IndexFileBytes.Section(bytes, name);
            for (var round = 0; round < 100; round++)
            {
                var copy = IndexFileBytes.With(bytes, section.Offset + random.Next(section.Length), (byte)random.Next(256));
                Usable.OrRefused(factory, folder, copy);
            }
        }
    }

    private static (byte[] Bytes, OperatingPoint[] Points) Saved(IndexFactory factory, TempFolder folder)
    {
        using var index = factory.Build(TestVectors.Clustered(1200, factory.Dimension, 40, seed: 1, spread: 2), nlist: 20);
        var points = index.Calibrate(60).Points.ToArray();
        Assert.InRange(points.Length, 2, 100);
        index.Save(folder.File("calibrated.pqg"));
        return (File.ReadAllBytes(folder.File("calibrated.pqg")), points);
    }

    private static IReadOnlyList<OperatingPoint> Points(IndexFactory factory, TempFolder folder, byte[] bytes)
    {
        var path = folder.File("read.pqg");
        File.WriteAllBytes(path, bytes);
        VectorIndex.Verify(path);
        using var index = factory.Read(path);
        return index.Calibration!.Points;
    }
}
