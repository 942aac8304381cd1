using System.Globalization;
using System.Text;

namespace PqGen.Tool.Report;

/// <summary>A point of a chart.</summary>
/// <param name="X">Its place to the right.</param>
/// <param name="Y">Its place upwards.</param>
/// <param name="Label">What it says when it is pointed at or tabbed to.</param>
/// <param name="IsBest">Whether to point it out.</param>
internal readonly record struct ChartPoint(double X, double Y, string Label, bool IsBest = false);

/// <summary>Points of one colour.</summary>
/// <param name="Name">What they are.</param>
/// <param name="Points">The points.</param>
/// <param name="IsJoined">Whether a line joins them.</param>
internal sealed record ChartSeries(string Name, IReadOnlyList<ChartPoint> Points, bool IsJoined = true);

/// <summary>One axis.</summary>
/// <param name="Name">What it measures, with its unit.</param>
/// <param name="IsLogarithmic">Whether equal steps are equal factors.</param>
internal sealed record ChartAxis(string Name, bool IsLogarithmic = false);

/// <summary>A chart of lines as SVG, every point of which tells its values under a pointer and by keyboard.</summary>
internal sealed class Chart(string caption, ChartAxis x, ChartAxis y, IReadOnlyList<ChartSeries> series)
{
    private const double Width = 720, Height = 400, Left = 70, Right = 20, Top = 16, Bottom = 48;

    /// <summary>Colours that the style has.</summary>
    private const int Colours = 8;

    /// <summary>The chart, its legend and its caption.</summary>
    public string Html()
    {
        var points = series.SelectMany(one => one.Points).ToArray();
        if (points.Length == 0)
        {
            return "";
        }

        var across = Scale.Of(x, points.Select(point => point.X), Left, Width - Right);
        var up = Scale.Of(y, points.Select(point => point.Y), Height - Bottom, Top);
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<figure><svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" ");
        svg.Append(CultureInfo.InvariantCulture, $"aria-label=\"{Page.Escape(caption)}\">\n");
        foreach (var tick in across.Ticks)
        {
            Line(svg, across.At(tick), Top, across.At(tick), Height - Bottom);
            Words(svg, across.At(tick), Height - Bottom + 18, "middle", Shown(tick));
        }

        foreach (var tick in up.Ticks)
        {
            Line(svg, Left, up.At(tick), Width - Right, up.At(tick));
            Words(svg, Left - 8, up.At(tick) + 4, "end", Shown(tick));
        }

        Words(svg, (Left + Width - Right) / 2, Height - 8, "middle", x.Name);
        svg.Append(CultureInfo.InvariantCulture, $"<text transform=\"translate(14 {(Top + Height - Bottom) / 2}) rotate(-90)\" ");
        svg.Append(CultureInfo.InvariantCulture, $"text-anchor=\"middle\">{Page.Escape(y.Name)}</text>\n");
        for (var s = 0; s < series.Count; s++)
        {
            var places = (series[s].IsJoined ? series[s].Points : []).Select(point => Place(across.At(point.X)) + "," + Place(up.At(point.Y)));
            svg.Append(CultureInfo.InvariantCulture, $"<polyline class=\"series\" stroke=\"var(--s{s % Colours})\" ");
            svg.Append(CultureInfo.InvariantCulture, $"points=\"{string.Join(' ', places)}\"/>\n");
        }

        for (var s = 0; s < series.Count; s++)
        {
            foreach (var point in series[s].Points)
            {
                Mark(svg, across.At(point.X), up.At(point.Y), s % Colours, $"{series[s].Name}: {point.Label}", point.IsBest);
            }
        }

        svg.Append("</svg>\n<ul class=\"legend\">");
        svg.AppendJoin("", series.Select((one, s) => $"<li><span style=\"background: var(--s{s % Colours})\"></span>{Page.Escape(one.Name)}</li>"));
        return svg.Append("</ul>\n<figcaption>").Append(Page.Escape(caption)).Append("</figcaption></figure>").ToString();
    }

    private static void Mark(StringBuilder svg, double across, double up, int colour, string label, bool isBest)
    {
        // About six and a half units a letter; the words stay inside the picture.
        var width = (6.5 * label.Length) + 12;
        var start = Math.Clamp(across - (width / 2), 2, Math.Max(2, Width - width - 2));
        var above = up > Top + 40 ? up - 34 : up + 12;
        svg.Append("<g class=\"point\">");
        svg.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{Place(across)}\" cy=\"{Place(up)}\" r=\"4\" fill=\"var(--s{colour})\" ");
        svg.Append(CultureInfo.InvariantCulture, $"tabindex=\"0\"><title>{Page.Escape(label)}</title></circle>");
        if (isBest)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<circle class=\"best\" cx=\"{Place(across)}\" cy=\"{Place(up)}\" r=\"9\"/>");
        }

        svg.Append(CultureInfo.InvariantCulture, $"<g class=\"tip\" aria-hidden=\"true\"><rect x=\"{Place(start)}\" y=\"{Place(above)}\" ");
        svg.Append(CultureInfo.InvariantCulture, $"width=\"{Place(width)}\" height=\"22\" rx=\"4\"/>");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Place(start + 6)}\" y=\"{Place(above + 15)}\">{Page.Escape(label)}</text></g></g>\n");
    }

    private static void Line(StringBuilder svg, double x1, double y1, double x2, double y2) =>
        svg.Append(
            CultureInfo.InvariantCulture, $"<line class=\"grid\" x1=\"{Place(x1)}\" y1=\"{Place(y1)}\" x2=\"{Place(x2)}\" y2=\"{Place(y2)}\"/>\n");

    private static void Words(StringBuilder svg, double across, double up, string anchor, string text) => svg.Append(
        CultureInfo.InvariantCulture, $"<text x=\"{Place(across)}\" y=\"{Place(up)}\" text-anchor=\"{anchor}\">{Page.Escape(text)}</text>\n");

    private static string Place(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);

    private static string Shown(double tick) => tick switch
    {
        >= 1e6 => (tick / 1e6).ToString("0.###", CultureInfo.InvariantCulture) + "M",
        >= 1000 => (tick / 1000).ToString("0.###", CultureInfo.InvariantCulture) + "k",
        _ => tick.ToString("0.####", CultureInfo.InvariantCulture),
    };

    /// <summary>From values to places.</summary>
    private sealed record Scale(bool IsLogarithmic, double From, double To, double Start, double End, double[] Ticks)
    {
        private static readonly double[] s_digits = [1, 2, 5, 10];

        public static Scale Of(ChartAxis axis, IEnumerable<double> values, double start, double end)
        {
            var all = values.Where(value => !axis.IsLogarithmic || value > 0).DefaultIfEmpty(1).ToArray();
            var (least, most) = (all.Min(), all.Max());
            if (axis.IsLogarithmic)
            {
                double[] ticks = [.. Enumerable.Range(-9, 22).SelectMany(power => s_digits[..3].Select(digit => digit * Math.Pow(10, power)))];
                var (low, high) = (ticks.Last(tick => tick <= least), ticks.First(tick => tick >= most));
                high = high > low ? high : low * 10;
                return new Scale(true, Math.Log(low), Math.Log(high), start, end, Array.FindAll(ticks, tick => tick >= low && tick <= high));
            }

            var step = Step((most - least) / 6);
            var (from, to) = (Math.Floor(least / step) * step, Math.Ceiling(most / step) * step);
            to = to > from ? to : from + step;
            var steps = (int)Math.Round((to - from) / step);
            return new Scale(false, from, to, start, end, [.. Enumerable.Range(0, steps + 1).Select(i => Math.Round(from + (i * step), 9))]);
        }

        public double At(double value)
        {
            var place = IsLogarithmic ? Math.Log(Math.Max(value, double.Epsilon)) : value;
            return Start + (Math.Clamp((place - From) / (To - From), 0, 1) * (End - Start));
        }

        /// <summary>1, 2 or 5 times a power of ten, at least so much.</summary>
        private static double Step(double least)
        {
            if (!(least > 0))
            {
                return 1;
            }

            var power = Math.Pow(10, Math.Floor(Math.Log10(least)));
            return s_digits.First(digit => digit * power >= least * 0.999999) * power;
        }
    }
}
