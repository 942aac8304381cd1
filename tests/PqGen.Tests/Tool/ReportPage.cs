using System.Globalization;
using System.Xml.Linq;

namespace PqGen.Tests.Tool;

/// <summary>A page of --report as a reader's program sees it: its markup is XML, but for the first line.</summary>
internal sealed record ReportPage(XElement Html, IReadOnlyList<ReportPage.Chart> Charts)
{
    /// <summary>A chart: the names of its lines, and the places and words of its points.</summary>
    public sealed record Chart(string Caption, string[] Series, (double X, double Y, string Label)[] Points, int Best);

    /// <summary>Reads a page, and asserts that it needs nothing from elsewhere.</summary>
    public static ReportPage Read(string path)
    {
        var text = File.ReadAllText(path);
        Assert.StartsWith("<!DOCTYPE html>\n", text, StringComparison.Ordinal);
        var html = XElement.Parse(text.Split('\n', 2)[1]);
        Assert.Empty(html.Descendants("script"));
        Assert.DoesNotContain(html.DescendantsAndSelf().Attributes(), attribute => attribute.Name.LocalName is "src" or "href");
        Assert.DoesNotContain("url(", text, StringComparison.Ordinal);
        return new ReportPage(html, [.. html.Descendants("figure").Select(Read)]);
    }

    /// <summary>The cells of the last table, a row each.</summary>
    public string[][] Table =>
        [.. Html.Descendants("tbody").Last().Elements("tr").Select(row => row.Elements("td").Select(cell => cell.Value).ToArray())];

    private static Chart Read(XElement figure)
    {
        var svg = figure.Element("svg")!;
        var box = svg.Attribute("viewBox")!.Value.Split(' ').Select(Number).ToArray();
        var points = svg.Descendants("circle").Where(circle => circle.Attribute("tabindex") is not null).Select(circle =>
            (Number(circle.Attribute("cx")!.Value), Number(circle.Attribute("cy")!.Value), circle.Element("title")!.Value)).ToArray();
        Assert.All(points, point =>
        {
            Assert.InRange(point.Item1, 0, box[2]);
            Assert.InRange(point.Item2, 0, box[3]);
        });
        return new Chart(
            figure.Element("figcaption")!.Value,
            [.. figure.Element("ul")!.Elements("li").Select(item => item.Value)],
            points,
            svg.Descendants("circle").Count(circle => circle.Attribute("class")?.Value == "best"));
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
