using System.Diagnostics;
using Microsoft.Playwright;

namespace PqGen.Report.Tests;

/// <summary>
/// The reports of tune, bench and estimate, made by pqtool from small vectors, and Debian's Chromium to look at them. PQTOOL is the command that runs
/// pqtool.
/// </summary>
public sealed class Reports : IAsyncLifetime
{
    private const int Vectors = 3000, Dimension = 16, Clusters = 40;
    private readonly string _folder = Directory.CreateTempSubdirectory("pqgen-").FullName;
    private IPlaywright? _playwright;

    /// <summary>The browser.</summary>
    public IBrowser Browser { get; private set; } = null!;

    /// <summary>Where a command's report lies.</summary>
    public string File(string command) => Path.Combine(_folder, command + ".html");

    public async Task InitializeAsync()
    {
        var vectors = Path.Combine(_folder, "vectors.fvecs");
        Write(vectors);
        const string Shape = "--m 4 --ksub 16 --nlist 16 --kernels generic --queries 200";
        await Task.WhenAll(
            Run($"tune --npy {vectors} --target-recall .9 --trials 4 --kernels generic --report {File("tune")}"),
            Run($"bench --base {vectors} --query {vectors} --nprobe 1,2,4,8 --rerank 0,20,100 {Shape} --report {File("bench")}"),
            Run($"estimate --npy {vectors} --nprobe 4 {Shape} --report {File("estimate")}"));
        _playwright = await Playwright.CreateAsync();
        Browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = "/usr/bin/chromium" });
    }

    public async Task DisposeAsync()
    {
        if (Browser is not null)
        {
            await Browser.CloseAsync();
        }

        _playwright?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Opens a command's report; leaves a picture of it where one is asked for.</summary>
    /// <param name="command">The command.</param>
    /// <param name="picture">What the picture's name ends with.</param>
    /// <param name="width">Pixels of the window; below 500 it is a phone's.</param>
    /// <param name="scheme">What the reader prefers.</param>
    /// <param name="media">Screen or paper.</param>
    public async Task<OpenedReport> Open(
        string command, string picture, int width = 1280, ColorScheme scheme = ColorScheme.Light, Media media = Media.Screen)
    {
        var page = await Browser.NewPageAsync(new BrowserNewPageOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = 844 }, ColorScheme = scheme, HasTouch = width < 500,
        });
        var opened = new OpenedReport(page);
        await page.EmulateMediaAsync(new PageEmulateMediaOptions { Media = media, ColorScheme = scheme });
        await page.GotoAsync(new Uri(File(command)).AbsoluteUri);
        await opened.Picture($"{command}-{picture}", isWhole: true);
        return opened;
    }

    /// <summary>Vectors around some centres, of different sizes, as the .fvecs files of the field: the number of components, then those.</summary>
    private static void Write(string path)
    {
        var random = new Random(7);
        var centers = Enumerable.Range(0, Clusters).Select(_ => Enumerable.Range(0, Dimension).Select(_ => random.NextSingle()).ToArray()).ToArray();
        using var writer = new BinaryWriter(System.IO.File.Create(path));
        for (var i = 0; i < Vectors; i++)
        {
            writer.Write(Dimension);
            var center = centers[(int)(Clusters * random.NextSingle() * random.NextSingle())];
            foreach (var component in center)
            {
                writer.Write(component + (0.2f * random.NextSingle()));
            }
        }
    }

    private static async Task Run(string commandLine)
    {
        var command = Environment.GetEnvironmentVariable("PQTOOL")
            ?? throw new InvalidOperationException("PQTOOL is not set: the command that runs pqtool");
        string[] words = [.. command.Split(' '), .. commandLine.Split(' ')];
        using var process = Process.Start(
            new ProcessStartInfo(words[0], words[1..]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        var said = $"{await output}\n{await error}";
        Assert.True(process.ExitCode == 0, $"pqtool {commandLine} ended with {process.ExitCode}: {said}");
    }
}

/// <summary>Tests that look at the same reports, one after the other: they share a browser.</summary>
[CollectionDefinition(Name)]
public sealed class ReportsCollection : ICollectionFixture<Reports>
{
    public const string Name = "Reports";
}
