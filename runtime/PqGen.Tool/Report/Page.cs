using System.Net;
using System.Text;

namespace PqGen.Tool.Report;

/// <summary>A page of HTML that needs nothing but itself: no script, no font, no picture from elsewhere.</summary>
internal sealed class Page(string title)
{
    /// <summary>Colours follow the reader's choice of light or dark, paper is white, narrow screens scroll wide tables sideways.</summary>
    private const string Style = """
        :root { color-scheme: light dark; --ink: #1b1f24; --paper: #fff; --faint: #5b636b; --line: #d5dae0; --field: #f5f7f9; --mark: #b3261e;
          --s0: #1f6feb; --s1: #bf5700; --s2: #1a7f37; --s3: #8250df; --s4: #a40e5c; --s5: #0f7b8a; --s6: #6e5a00; --s7: #57606a; }
        @media screen and (prefers-color-scheme: dark) { :root {
          --ink: #e6e9ec; --paper: #14181c; --faint: #9aa4ad; --line: #39424b; --field: #1d2329; --mark: #ff8a80;
          --s0: #6cb0ff; --s1: #ffa657; --s2: #56d364; --s3: #c8a6ff; --s4: #ff7eb6; --s5: #5fd4e4; --s6: #e3c341; --s7: #b1bac4; } }
        * { box-sizing: border-box; }
        body { margin: 0 auto; max-width: 62rem; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
          overflow-wrap: break-word; }
        h1 { font-size: 1.5rem; margin: .5rem 0; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
        p.note, figcaption { color: var(--faint); font-size: .9rem; } figure { margin: 0 0 .75rem; }
        pre { background: var(--field); border: 1px solid var(--line); border-radius: 6px; padding: .75rem; overflow-x: auto; }
        .wide { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .9rem; min-width: 50%; }
        th, td { padding: .25rem .6rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
        th:first-child, td:first-child { text-align: left; } tr.best td { font-weight: 700; } th { color: var(--faint); font-weight: 600; }
        svg { width: 100%; height: auto; display: block; } svg text { fill: var(--ink); font: 12px system-ui, sans-serif; }
        svg .word { dominant-baseline: central; } svg .grid { stroke: var(--line); } svg .series { fill: none; stroke-width: 2; }
        svg .mark { cursor: help; stroke: transparent; stroke-width: 12; outline: none; }
        svg .best { fill: none; stroke: var(--mark); stroke-width: 2; pointer-events: none; }
        svg .mark:hover, svg .mark:focus { fill: var(--ink); r: 7px; }
        svg .tip { visibility: hidden; pointer-events: none; stroke: var(--paper); stroke-width: 6px; stroke-linejoin: round; paint-order: stroke; }
        svg .mark:hover ~ .tip, svg .mark:focus ~ .tip { visibility: visible; }
        svg:has(.mark:hover, .mark:focus) .point:not(:hover, :focus-within) circle { opacity: .3; }
        ul.legend { list-style: none; padding: 0; margin: .5rem 0; display: flex; flex-wrap: wrap; gap: .25rem 1rem; }
        .dot, .line { display: inline-block; margin-right: .4rem; print-color-adjust: exact; }
        .dot { width: .8rem; height: .8rem; border-radius: 50%; }
        .line { width: 1.6rem; border: 0 solid; border-top-width: .2rem; vertical-align: middle; }
        @media screen and (max-width: 40rem) { svg text { font-size: 20px; } svg .mark { stroke-width: 20; }
          td:first-child { white-space: normal; } }
        @media print { :root { color-scheme: light; } figure, tr { break-inside: avoid; } h2 { break-after: avoid; }
          .wide, pre { overflow: visible; } pre { white-space: pre-wrap; } table { font-size: 7.5pt; } th, td { padding: 1pt 3pt; } }
        """;

    private readonly StringBuilder _body = new();

    /// <summary>A heading.</summary>
    public Page Heading(string text) => Append($"<h2>{Escape(text)}</h2>");

    /// <summary>A paragraph.</summary>
    public Page Text(string text) => Append($"<p>{Escape(text)}</p>");

    /// <summary>A paragraph in small print.</summary>
    public Page Note(string text) => Append($"<p class=\"note\">{Escape(text)}</p>");

    /// <summary>Lines of code.</summary>
    public Page Code(IEnumerable<string> lines) => Append($"<pre><code>{Escape(string.Join('\n', lines))}</code></pre>");

    /// <summary>A chart.</summary>
    public Page Add(Chart chart) => Append(chart.Html());

    /// <summary>A table.</summary>
    /// <param name="columns">Titles.</param>
    /// <param name="rows">Cells.</param>
    /// <param name="best">The row to point out; -1 for none.</param>
    public Page Table(IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<string>> rows, int best = -1)
    {
        _body.Append("<div class=\"wide\"><table><thead><tr>");
        _body.AppendJoin("", columns.Select(column => $"<th scope=\"col\">{Escape(column)}</th>")).Append("</tr></thead><tbody>\n");
        for (var r = 0; r < rows.Count; r++)
        {
            _body.Append(r == best ? "<tr class=\"best\">" : "<tr>");
            _body.AppendJoin("", rows[r].Select(cell => $"<td>{Escape(cell)}</td>")).Append("</tr>\n");
        }

        return Append("</tbody></table></div>");
    }

    /// <summary>Writes the page, whole or not at all.</summary>
    public void Write(string path) => OutputFile.Write(path, Html());

    /// <summary>The page.</summary>
    public string Html() => $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8"/>
        <meta name="viewport" content="width=device-width, initial-scale=1"/>
        <title>{Escape(title)}</title>
        <style>
        {Style}
        </style>
        </head>
        <body>
        <main>
        <h1>{Escape(title)}</h1>
        {_body}</main>
        </body>
        </html>

        """;

    /// <summary>Text as HTML and XML take it.</summary>
    public static string Escape(string text) => WebUtility.HtmlEncode(text);

    private Page Append(string html)
    {
        _body.Append(html).Append('\n');
        return this;
    }
}
