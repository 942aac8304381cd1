using Microsoft.Playwright;

namespace PqGen.Report.Tests;

/// <summary>Reports for readers who prefer the dark, hold a phone, or print.</summary>
[Collection(ReportsCollection.Name)]
public class ReaderTests(Reports reports)
{
    /// <summary>Of text, and of what is drawn: WCAG 2.2, 1.4.3 and 1.4.11, level AA.</summary>
    private const double TextContrast = 4.5, DrawnContrast = 3;

    /// <summary>Everything that is seen: what it is, its red, green and blue, and those that it lies on.</summary>
    private const string Seen = """
        () => {
          const channels = colour => colour.match(/[\d.]+/g).map(Number);
          const isClear = colour => channels(colour).length === 4 && channels(colour)[3] === 0;
          const below = element => {
            while (element && isClear(getComputedStyle(element).backgroundColor)) { element = element.parentElement; }
            return channels(getComputedStyle(element ?? document.body).backgroundColor);
          };
          const seen = (selector, property) => [...document.querySelectorAll(selector)]
            .filter(element => !isClear(getComputedStyle(element)[property]))
            .map(element => [...channels(getComputedStyle(element)[property]).slice(0, 3), ...below(element).slice(0, 3)]);
          return [
            [...seen('h1, h2, p, pre code, th, td, li, figcaption', 'color'), ...seen('svg text', 'fill')],
            [...seen('.mark', 'fill'), ...seen('circle.best, .series', 'stroke')],
          ];
        }
        """;

    public static TheoryData<string> Commands => ["tune", "bench", "estimate"];

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Light_and_dark_differ_and_can_be_read(string command)
    {
        var light = await (await reports.Open(command, "screen")).Of<double[][][]>(Seen);
        var dark = await (await reports.Open(command, "dark", scheme: ColorScheme.Dark)).Of<double[][][]>(Seen);
        foreach (var scheme in new[] { light, dark })
        {
            Assert.True(scheme[0].Length > 50 && scheme[1].Length > 20, "nothing is seen");
            Assert.All(scheme[0], colours => Assert.InRange(Contrast(colours), TextContrast, 21));
            Assert.All(scheme[1], colours => Assert.InRange(Contrast(colours), DrawnContrast, 21));
        }

        foreach (var (one, other) in light.Zip(dark))
        {
            Assert.Equal(one.Length, other.Length);
            Assert.All(one.Zip(other), pair => Assert.True(
                Luminance(pair.First[3..]) > Luminance(pair.Second[3..]) && Luminance(pair.First) < Luminance(pair.Second), "not darker"));
        }
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task A_phone_shows_all_without_scrolling_sideways(string command)
    {
        const int Phone = 390;
        var page = await reports.Open(command, "phone", width: Phone);
        Assert.Equal(Phone, await page.Of<int>("Math.max(innerWidth, document.documentElement.scrollWidth, document.body.scrollWidth)"));
        await WordsAreApart(page, 9);

        // A finger finds a point.
        foreach (var chart in Enumerable.Range(0, await page.Of<int>("document.querySelectorAll('figure').length")))
        {
            var place = await page.Of<float[]>($$"""
                () => {
                  const mark = [...document.querySelectorAll('figure')[{{chart}}].querySelectorAll('.mark')].at(-1);
                  mark.scrollIntoView({ block: 'center' });
                  const at = mark.getBoundingClientRect();
                  return [(at.left + at.right) / 2 + 4, (at.top + at.bottom) / 2];
                }
                """);
            await page.Page.Touchscreen.TapAsync(place[0], place[1]);
            Assert.Single(await page.Tips());
            Assert.True(await page.Of<bool>("""
                () => {
                  const tip = [...document.querySelectorAll('.tip')].find(tip => getComputedStyle(tip).visibility === 'visible');
                  const at = tip.getBoundingClientRect();
                  return at.left >= 0 && at.right <= innerWidth;
                }
                """));
        }
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Words_of_a_chart_are_apart(string command) => await WordsAreApart(await reports.Open(command, "screen"), 12);

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Paper_shows_all_in_light_colours(string command)
    {
        // A4 between margins of two centimetres, at 96 dots an inch.
        const int Paper = 643;
        var page = await reports.Open(command, "print", width: Paper, scheme: ColorScheme.Dark, media: Media.Print);
        Assert.Equal("rgb(255, 255, 255)", await page.Of<string>("getComputedStyle(document.body).backgroundColor"));
        var seen = await page.Of<double[][][]>(Seen);
        Assert.All(seen[0], colours => Assert.InRange(Contrast(colours), TextContrast, 21));
        Assert.All(seen[1], colours => Assert.InRange(Contrast(colours), DrawnContrast, 21));
        Assert.Empty(await page.Of<string[]>("""
            [...document.querySelectorAll('h1, h2, p, pre, code, table, td, svg, li, figcaption')].filter(element => {
              const at = element.getBoundingClientRect();
              return at.width === 0 || at.right > innerWidth + 0.5 || element.scrollWidth > Math.ceil(at.width) + 1;
            }).map(element => element.tagName + ': ' + element.textContent.slice(0, 100))
            """));
        Assert.Equal(0, await page.Of<int>("document.querySelectorAll('details, [hidden]').length"));
    }

    /// <summary>Names and numbers of axes are so high at least, in pixels, inside their picture, and none lies on another.</summary>
    private static async Task WordsAreApart(OpenedReport page, int height) => Assert.Empty(await page.Of<string[]>($$"""
        [...document.querySelectorAll('svg')].flatMap(svg => {
          const words = [...svg.querySelectorAll('.word')].map(word => [word.textContent, word.getBoundingClientRect()]);
          const picture = svg.getBoundingClientRect();
          const wrong = words.filter(([, at]) => at.height < {{height}} || at.left < picture.left || at.right > picture.right
            || at.top < picture.top - 1 || at.bottom > picture.bottom + 1);
          const pairs = words.flatMap(([one, a], i) => words.slice(i + 1).filter(([, b]) =>
            a.left < b.right && b.left < a.right && a.top + 1 < b.bottom && b.top + 1 < a.bottom).map(([other]) => one + ' | ' + other));
          return [...wrong.map(([word]) => word), ...pairs];
        })
        """));

    private static double Contrast(double[] colours)
    {
        var (one, other) = (Luminance(colours), Luminance(colours[3..]));
        return (Math.Max(one, other) + 0.05) / (Math.Min(one, other) + 0.05);
    }

    private static double Luminance(double[] colour)
    {
        var linear = colour[..3].Select(channel => channel / 255).Select(
            channel => channel <= 0.04045 ? channel / 12.92 : Math.Pow((channel + 0.055) / 1.055, 2.4)).ToArray();
        return (0.2126 * linear[0]) + (0.7152 * linear[1]) + (0.0722 * linear[2]);
    }
}
