using System.Globalization;
using System.Text.RegularExpressions;

namespace PqGen.Report.Tests;

/// <summary>Reports in a browser: what they show, and that pointers and keys find every value.</summary>
[Collection(ReportsCollection.Name)]
public partial class PageTests(Reports reports)
{
    [Theory]
    [InlineData("tune", "Recall against speed,Recall against memory,Sizes of lists,Latency")]
    [InlineData("bench", "Recall against speed,Recall against memory,Sizes of lists,Latency")]
    [InlineData("estimate", "Sizes of lists,Latency")]
    public async Task A_page_has_its_charts_and_needs_nothing_else(string command, string headings)
    {
        var page = await reports.Open(command, "screen");
        Assert.Equal([new Uri(reports.File(command)).AbsoluteUri], page.Requests);
        Assert.Empty(page.Complaints);
        Assert.Equal(headings.Split(','), await page.Of<string[]>("""
            [...document.querySelectorAll('figure')].map(figure => {
              let at = figure;
              while (at.tagName !== 'H2') { at = at.previousElementSibling; }
              return at.textContent;
            })
            """));

        // All points are inside their pictures, and can be seen.
        Assert.Empty(await page.Of<string[]>("""
            [...document.querySelectorAll('.mark')].filter(mark => {
              const at = mark.getBoundingClientRect(), picture = mark.ownerSVGElement.getBoundingClientRect();
              return at.width < 7 || at.left < picture.left || at.right > picture.right || at.top < picture.top || at.bottom > picture.bottom
                || !mark.checkVisibility({ visibilityProperty: true, opacityProperty: true });
            }).map(mark => mark.textContent)
            """));
    }

    [Fact]
    public async Task Every_search_that_bench_measured_is_a_point_of_two_charts()
    {
        var page = await reports.Open("bench", "screen");
        var rows = await page.Table("All figures");
        Assert.Equal(12, rows.Length);
        foreach (var chart in new[] { 0, 1 })
        {
            var labels = await page.Labels(chart);
            var shown = labels.Select(label => InTable(label, rows, 0));
            Assert.Equal(rows.Select(row => (row[0], row[1])).Order(), shown.Select(row => (row[0], row[1])).Order());
        }

        await ListsAndLatency(page, 2, 16);
    }

    [Fact]
    public async Task Every_search_that_tune_measured_is_a_point_and_each_index_two()
    {
        var page = await reports.Open("tune", "screen");
        var rows = await page.Table("All figures");
        var labels = await page.Labels(0);
        Assert.Equal(rows.Count(row => Number(row[3]) >= 0.4), labels.Length);
        Assert.All(labels, label => Assert.Contains(InTable(label, rows, 1)[0], label, StringComparison.Ordinal));
        var indexes = rows.Select(row => row[0]).Distinct().ToArray();
        Assert.InRange(indexes.Length, 2, 4);
        labels = await page.Labels(1);
        Assert.Equal(2 * indexes.Length, labels.Length);
        Assert.All(labels, label => Assert.Contains(InTable(label, rows, 1)[0], label, StringComparison.Ordinal));
        Assert.Equal(indexes.Length, labels.Count(label => label.StartsWith("highest recall: ", StringComparison.Ordinal)));

        // The recommended one is ringed and in bold, and its code stands there.
        Assert.InRange(await page.Of<int>("document.querySelectorAll('circle.best').length"), 1, 2);
        var bold = await page.Of<string[]>("[...document.querySelectorAll('tr.best td')].map(td => td.textContent)");
        var ringed = await page.Of<string>("document.querySelector('circle.best').parentElement.querySelector('title').textContent");
        Assert.Equal(InTable(ringed, rows, 1), bold);
        var code = await page.Of<string>("document.querySelector('pre').textContent");
        Assert.Contains($"new SearchOptions {{ NProbe = {bold[1]}", code, StringComparison.Ordinal);
        var budget = bold[^1].Replace(",", "", StringComparison.Ordinal);
        Assert.Equal(budget != "0", code.Contains($"ProbeBudget = {budget}", StringComparison.Ordinal));
        await ListsAndLatency(page, 2, null);
    }

    [Fact]
    public async Task Estimate_shows_what_it_prints()
    {
        var page = await reports.Open("estimate", "screen");
        var figures = await page.Table("Figures");
        Assert.Contains(figures, row => row[0].StartsWith("recall@10", StringComparison.Ordinal) && Number(row[1]) is > 0 and <= 1);
        Assert.Equal(["float32 vectors", (2800 * 16 * 4).ToString("N0", CultureInfo.InvariantCulture)], (await page.Table("Memory"))[0]);
        await ListsAndLatency(page, 0, 16);
    }

    [Theory]
    [InlineData("tune")]
    [InlineData("bench")]
    [InlineData("estimate")]
    public async Task A_pointer_shows_the_value_below_it(string command)
    {
        var page = await reports.Open(command, "screen");
        Assert.Empty(await page.Tips());
        var charts = await page.Of<int>("document.querySelectorAll('figure').length");
        for (var chart = 0; chart < charts; chart++)
        {
            // Up to three points of each that no other one covers.
            var places = await page.Of<double[][]>($$"""
                () => {
                  const figure = document.querySelectorAll('figure')[{{chart}}], marks = [...figure.querySelectorAll('.mark')];
                  figure.scrollIntoView();
                  const middle = mark => { const at = mark.getBoundingClientRect(); return [(at.left + at.right) / 2, (at.top + at.bottom) / 2]; };
                  const free = [...marks.keys()].filter(i => document.elementFromPoint(...middle(marks[i])) === marks[i]);
                  return [...new Set([free[0], free[free.length >> 1], free.at(-1)])].map(i => [i, ...middle(marks[i])]);
                }
                """);
            var labels = await page.Labels(chart);
            Assert.NotEmpty(places);
            foreach (var place in places)
            {
                await page.Page.Mouse.MoveAsync((float)place[1], (float)place[2]);
                Assert.Equal(labels[(int)place[0]], Assert.Single(await page.Tips()), IgnoreMarks);
                await TipIsInside(page);
                await page.Picture($"{command}-point{chart}");
            }
        }

        await page.Page.Mouse.MoveAsync(1, 1);
        Assert.Empty(await page.Tips());
    }

    [Theory]
    [InlineData("tune")]
    [InlineData("bench")]
    [InlineData("estimate")]
    public async Task Keys_show_the_value_of_every_point_in_turn(string command)
    {
        var page = await reports.Open(command, "screen");
        var all = await page.Of<string[]>("[...document.querySelectorAll('.mark title')].map(title => title.textContent)");
        var seen = new List<string>();
        for (var press = 0; seen.Count < all.Length && press < all.Length + 20; press++)
        {
            // Beside points, code and tables that are wider than the page are stopped at.
            await page.Page.Keyboard.PressAsync("Tab");
            if (await page.Of<string?>("document.activeElement.matches('.mark') ? document.activeElement.textContent : null") is { } label)
            {
                seen.Add(label);
                Assert.Equal(label, Assert.Single(await page.Tips()), IgnoreMarks);
                await TipIsInside(page);
            }
        }

        Assert.Equal(all, seen);
    }

    /// <summary>A title says "name: value, value", the lines beside the point are joined by commas.</summary>
    private static bool IgnoreMarks(string? one, string? other) =>
        one!.Replace(": ", ", ", StringComparison.Ordinal) == other!.Replace(": ", ", ", StringComparison.Ordinal);

    private static async Task TipIsInside(OpenedReport page) => Assert.Equal("", await page.Of<string>("""
        () => {
          const tip = [...document.querySelectorAll('.tip')].find(tip => getComputedStyle(tip).visibility === 'visible');
          const at = tip.getBoundingClientRect(), picture = tip.ownerSVGElement.getBoundingClientRect();
          const isInside = at.left >= picture.left && at.right <= picture.right && at.top >= picture.top && at.bottom <= picture.bottom;
          return isInside ? '' : tip.textContent;
        }
        """));

    /// <summary>The row of a table that a point's words are of.</summary>
    private static string[] InTable(string label, string[][] rows, int nprobe)
    {
        var words = Search().Match(label);
        Assert.True(words.Success, label);
        return Assert.Single(rows, row => row[nprobe] == words.Groups[3].Value && row[nprobe + 1] == words.Groups[4].Value
            && Math.Abs(Number(row[nprobe + 2]) - Number(words.Groups[1].Value)) < 0.00056
            && Math.Abs(Number(row[nprobe + 3]) - Number(words.Groups[2].Value)) <= 1
            && (nprobe == 0 || label.Contains(row[0], StringComparison.Ordinal)));
    }

    /// <summary>The two charts of an index: each point stands in the table below its chart.</summary>
    private static async Task ListsAndLatency(OpenedReport page, int chart, int? lists)
    {
        var sizes = await page.Table("Sizes of lists");
        Assert.Equal(sizes.Select(row => $"lists: list at {row[0]} %: {row[1]} vectors"), await page.Labels(chart));
        Assert.Equal("100", sizes[^1][0]);
        if (lists is { } count)
        {
            // Of 16 lists each is shown.
            Assert.Equal(count, sizes.Length);
        }

        var times = await page.Table("Latency");
        Assert.Equal(times.Select(row => $"queries: query at {row[0]} %: {row[1]} us"), await page.Labels(chart + 1));
        Assert.Equal(22, times.Length);
        Assert.Equal(times.Select(row => Number(row[1])).Order(), times.Select(row => Number(row[1])));
        var caption = await page.Of<string>($"document.querySelectorAll('figcaption')[{chart + 1}].textContent");
        Assert.Matches(@"half take [\d.]+ at most, 99 of 100 [\d.]+", caption);
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"recall ([\d.]+), ([\d,]+)/s, nprobe (\d+), rerank (\d+)$")]
    private static partial Regex Search();
}
