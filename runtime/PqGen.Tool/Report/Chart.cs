using System.Globalization;
using System.Text;

namespace PqGen.Tool.Report;

/// <summary>A point of a chart.</summary>
/// <param name="X">Its place to the right.</param>
/// <param name="Y">Its place upwards.</param>
/// <param name="Label">What it says when it is pointed at or tabbed to, in lines.</param>
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
    /// <summary>Margins hold letters of twice the size, which narrow screens show.</summary>
    private const double Width = 720, Height = 420, Left = 76, Right = 24, Top = 44, Bottom = 68;

    /// <summary>Colours that the style has; further lines are dashed, then dotted.</summary>
    private const int Colours = 8;

    private static readonly (string Border, string Dashes)[] s_strokes = [("solid", "none"), ("dashed", "8 5"), ("dotted", "2 4")];

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
        svg.Append(CultureInfo.InvariantCulture, $"<figure><svg viewBox=\"0 0 {Width} {Height}\" role=\"group\" ");
        svg.Append(CultureInfo.InvariantCulture, $"aria-label=\"{Page.Escape(caption)}\">\n");
        foreach (var tick in across.Ticks)
        {
            Line(svg, across.At(tick), Top, across.At(tick), Height - Bottom);
            Words(svg, across.At(tick), Height - Bottom + 24, "middle", Shown(tick));
        }

        foreach (var tick in up.Ticks)
        {
            Line(svg, Left, up.At(tick), Width - Right, up.At(tick));
            Words(svg, Left - 8, up.At(tick), "end", Shown(tick));
        }

        Words(svg, (Left + Width - Right) / 2, Height - 14, "middle", x.Name);
        Words(svg, 4, 12, "start", y.Name);
        for (var s = 0; s < series.Count; s++)
        {
            var places = (series[s].IsJoined ? series[s].Points : []).Select(point => Place(across.At(point.X)) + "," + Place(up.At(point.Y)));
            svg.Append(CultureInfo.InvariantCulture, $"<polyline class=\"series\" stroke=\"var(--s{s % Colours})\" ");
            svg.Append(CultureInfo.InvariantCulture, $"stroke-dasharray=\"{Stroke(s).Dashes}\" points=\"{string.Join(' ', places)}\"/>\n");
        }

        for (var s = 0; s < series.Count; s++)
        {
            foreach (var point in series[s].Points)
            {
                Mark(svg, across.At(point.X), up.At(point.Y), s % Colours, series[s].Name, point);
            }
        }

        svg.Append("</svg>\n<ul class=\"legend\">");
        svg.AppendJoin("", series.Select((one, s) => $"<li><span {Sample(one, s)}></span>{Page.Escape(one.Name)}</li>"));
        return svg.Append("</ul>\n<figcaption>").Append(Page.Escape(caption)).Append("</figcaption></figure>").ToString();
    }

    private static (string Border, string Dashes) Stroke(int s) => s_strokes[s / Colours % s_strokes.Length];

    /// <summary>A line as it is drawn, or a dot.</summary>
    private static string Sample(ChartSeries one, int s) => one.IsJoined
        ? $"class=\"line\" style=\"border-top-style: {Stroke(s).Border}; border-color: var(--s{s % Colours})\""
        : $"class=\"dot\" style=\"background: var(--s{s % Colours})\"";

    private static void Mark(StringBuilder svg, double across, double up, int colour, string name, ChartPoint point)
    {
        string[] lines = [name, .. point.Label.Split('\n')];
        svg.Append("<g class=\"point\">");
        svg.Append(CultureInfo.InvariantCulture, $"<circle class=\"mark\" cx=\"{Place(across)}\" cy=\"{Place(up)}\" r=\"4\" ");
        svg.Append(CultureInfo.InvariantCulture, $"fill=\"var(--s{colour})\" role=\"img\" tabindex=\"0\">");
        svg.Append(CultureInfo.InvariantCulture, $"<title>{Page.Escape($"{name}: {string.Join(", ", lines[1..])}")}</title></circle>");
        if (point.IsBest)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<circle class=\"best\" cx=\"{Place(across)}\" cy=\"{Place(up)}\" r=\"9\"/>");
        }

        // The words stay inside the picture: to the right of a point at the left, above one that is not at the top.
        var third = (Width - Left - Right) / 3;
        var anchor = across < Left + third ? "start" : across > Left + (2 * third) ? "end" : "middle";
        var isAbove = up > (Top + Height - Bottom) / 2;
        var first = isAbove ? -1.3 * (lines.Length - 1) : 1;
        svg.Append(CultureInfo.InvariantCulture, $"<text class=\"tip\" aria-hidden=\"true\" text-anchor=\"{anchor}\" ");
        svg.Append(CultureInfo.InvariantCulture, $"y=\"{Place(isAbove ? up - 14 : up + 12)}\">");
        svg.AppendJoin("", lines.Select((line, i) => string.Create(
            CultureInfo.InvariantCulture, $"<tspan x=\"{Place(across)}\" dy=\"{(i == 0 ? first : 1.3):0.#}em\">{Page.Escape(line)}</tspan>")));
        svg.Append("</text></g>\n");
    }

    private static void Line(StringBuilder svg, double x1, double y1, double x2, double y2) =>
        svg.Append(
            CultureInfo.InvariantCulture, $"<line class=\"grid\" x1=\"{Place(x1)}\" y1=\"{Place(y1)}\" x2=\"{Place(x2)}\" y2=\"{Place(y2)}\"/>\n");

    private static void Words(StringBuilder svg, double across, double up, string anchor, string text) => svg.Append(
        CultureInfo.InvariantCulture,
        $"<text class=\"word\" x=\"{Place(across)}\" y=\"{Place(up)}\" text-anchor=\"{anchor}\">{Page.Escape(text)}</text>\n");

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
        /// <summary>More labels than this have no room: then powers of ten alone.</summary>
        private const int MostTicks = 10;

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
                ticks = Array.FindAll(ticks, tick => tick >= low && tick <= high);
                return new Scale(
                    true, Math.Log(low), Math.Log(high), start, end,
                    ticks.Length <= MostTicks ? ticks : Array.FindAll(ticks, tick => Math.Log10(tick) % 1 is < 1e-6 and > -1e-6));
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
