using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace PqGen.Report.Tests;

/// <summary>A report in a browser's window.</summary>
public sealed class OpenedReport
{
    private readonly ConcurrentQueue<string> _requests = new(), _complaints = new();

    /// <summary>Listens to a page that is still empty.</summary>
    public OpenedReport(IPage page)
    {
        Page = page;
        page.Request += (_, request) => _requests.Enqueue(request.Url);
        page.Console += (_, message) => _complaints.Enqueue(message.Text);
        page.PageError += (_, error) => _complaints.Enqueue(error);
    }

    /// <summary>The page.</summary>
    public IPage Page { get; }

    /// <summary>What was asked for, the page itself first.</summary>
    public IReadOnlyCollection<string> Requests => _requests;

    /// <summary>What the browser said of it.</summary>
    public IReadOnlyCollection<string> Complaints => _complaints;

    /// <summary>What an expression of JavaScript is.</summary>
    public Task<T> Of<T>(string expression) => Page.EvaluateAsync<T>(expression);

    /// <summary>The words of a chart's points.</summary>
    public Task<string[]> Labels(int chart) =>
        Of<string[]>($"[...document.querySelectorAll('figure')[{chart}].querySelectorAll('.mark title')].map(title => title.textContent)");

    /// <summary>Leaves a picture in the folder PQGEN_SCREENSHOTS, if that is set.</summary>
    public async Task Picture(string name, bool isWhole = false)
    {
        if (Environment.GetEnvironmentVariable("PQGEN_SCREENSHOTS") is { Length: > 0 } folder)
        {
            await Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, name + ".png"), FullPage = isWhole });
        }
    }

    /// <summary>The cells of a table below a heading, a row each.</summary>
    public Task<string[][]> Table(string heading) => Of<string[][]>($$"""
        () => {
          let at = [...document.querySelectorAll('h2')].find(h2 => h2.textContent === '{{heading}}');
          do { at = at.nextElementSibling; } while (!at.matches('.wide'));
          return [...at.querySelectorAll('tbody tr')].map(tr => [...tr.cells].map(td => td.textContent));
        }
        """);

    /// <summary>The lines of words that points show now, one string a point.</summary>
    public Task<string[]> Tips() => Of<string[]>("""
        [...document.querySelectorAll('.tip')].filter(tip => getComputedStyle(tip).visibility === 'visible')
          .map(tip => [...tip.querySelectorAll('tspan')].map(line => line.textContent).join(', '))
        """);
}
