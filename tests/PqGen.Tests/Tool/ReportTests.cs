using PqGen.Tests.Vectors;
using PqGen.Tool;
using PqGen.Tool.Report;
using PqGen.Vectors;

namespace PqGen.Tests.Tool;

/// <summary>Pages show every figure that was measured, and their charts its place.</summary>
public class ReportTests
{
    [Fact]
    public void A_point_lies_where_its_values_are_and_tells_them()
    {
        using var file = new TempFile(".html");
        new Page("<title> & \"more\"").Text("a < b").Add(new Chart(
            "caption & more",
            new ChartAxis("recall"),
            new ChartAxis("speed", IsLogarithmic: true),
            [
                new ChartSeries("one", [new(0, 10, "first <point>"), new(0.5, 100, "second", IsBest: true), new(1, 1000, "third")]),
                new ChartSeries("other", [new(0.25, 10, "fourth")]),
            ])).Write(file.Path);
        var page = ReportPage.Read(file.Path);
        Assert.Equal("<title> & \"more\"", page.Html.Descendants("h1").Single().Value);
        var chart = Assert.Single(page.Charts);
        Assert.Equal(("caption & more", 1), (chart.Caption, chart.Best));
        Assert.Equal(["one", "other"], chart.Series);
        Assert.Equal(["one: first <point>", "one: second", "one: third", "other: fourth"], chart.Points.Select(point => point.Label));

        // Equal steps of a linear axis and equal factors of a logarithmic one are equal ways.
        var (first, second, third, fourth) = (chart.Points[0], chart.Points[1], chart.Points[2], chart.Points[3]);
        Assert.Equal(second.X - first.X, third.X - second.X, 0.11);
        Assert.Equal(first.Y - second.Y, second.Y - third.Y, 0.11);
        Assert.Equal((first.X + second.X) / 2, fourth.X, 0.11);
        Assert.True(first.Y > third.Y && first.X < third.X);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(0, 0)]
    [InlineData(1e-7, 3e12)]
    [InlineData(0.9, 0.9000001)]
    public void Any_values_have_places(double least, double most)
    {
        using var file = new TempFile(".html");
        foreach (var logarithmic in new[] { false, true })
        {
            var axis = new ChartAxis("axis", logarithmic);
            ChartSeries[] series = [new("one", [new(least, least, "a"), new(most, most, "b")])];
            new Page("page").Add(new Chart("caption", axis, axis, series)).Write(file.Path);
            Assert.Equal(2, ReportPage.Read(file.Path).Charts[0].Points.Length);
        }
    }

    [Fact]
    public void Bench_and_estimate_show_what_they_print()
    {
        using var vectors = new TempFile(".npy");
        using var page = new TempFile(".html");
        var (rows, _) = SyntheticData.Generate(1000, 8, 16, 3);
        VectorFile.WriteNpy(vectors.Path, 8, rows.Values);
        var files = new[] { "--base", vectors.Path, "--query", vectors.Path, "--report", page.Path };
        var bench = ToolRun.Of("bench --m 2 --ksub 16 --nlist 8 --nprobe 1,4 --rerank 0,50 --queries 40 --kernels generic", files);
        Assert.True(bench.ExitCode == CommandLine.Success, bench.Error);
        var read = ReportPage.Read(page.Path);
        Assert.Equal(bench.Lines[2..].Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[2]), read.Table.Select(row => row[2]));
        Assert.Equal(["not re-ranked", "50 re-ranked"], read.Charts[0].Series);
        Assert.Equal(4, read.Charts[0].Points.Length);
        Assert.Equal(8, read.Charts[2].Points.Length);

        var estimate = ToolRun.Of(
            "estimate --m 2 --ksub 16 --nlist 8 --nprobe 4 --queries 40 --kernels generic", "--npy", vectors.Path, "--report", page.Path);
        Assert.True(estimate.ExitCode == CommandLine.Success, estimate.Error);
        read = ReportPage.Read(page.Path);
        Assert.Contains("[IvfPqIndex(Dimension = 8, M = 2, Ksub = 16)]", read.Html.Value, StringComparison.Ordinal);
        Assert.Equal(2, read.Charts.Count);
    }

    [Fact]
    public void A_folder_that_is_not_there_is_named_before_anything_is_measured()
    {
        var path = Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N"), "page.html");
        ToolRun.Of("estimate --synthetic --n 300 --d 8 --m 2 --ksub 16 --nlist 4 --nprobe 4 --kernels generic", "--report", path)
            .Failed(CommandLine.Failure, $"{path}: there is no folder");
    }
}
