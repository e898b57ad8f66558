using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace SSAH.MLNet.Cli.Tests.Pages;

/// <summary>An installed Chromium without a window; it keeps what pages complain of and what they ask others for.</summary>
internal sealed class Browser : IAsyncDisposable
{
    /// <summary>Names the program in place of all other places.</summary>
    private const string Variable = "SSAH_CHROMIUM";

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;
    private readonly ConcurrentQueue<string> _complaints = new();

    private Browser(IPlaywright playwright, IBrowser browser) => (_playwright, _browser) = (playwright, browser);

    /// <summary>Errors, warnings and requests to anybody else, since the last time that they were asked for.</summary>
    public IReadOnlyList<string> Complaints()
    {
        var complaints = new List<string>();
        while (_complaints.TryDequeue(out string? complaint))
            complaints.Add(complaint);
        return complaints;
    }

    public async Task ClosePagesAsync()
    {
        foreach (IBrowserContext context in _browser.Contexts.ToArray())
            await context.CloseAsync();
    }

    /// <summary>Starts the browser, or skips the test where there is none.</summary>
    public static async Task<Browser> StartAsync()
    {
        string? program = Places().FirstOrDefault(File.Exists);
        Assert.SkipWhen(program is null,
            $"There is no Chromium to show the page in: install one (Debian: apt-get install chromium), or name it by {Variable}.");
        IPlaywright playwright = await Playwright.CreateAsync();
        // Its sandbox wants what containers and root have not; the pages are our own.
        var options = new BrowserTypeLaunchOptions { ExecutablePath = program, Args = ["--no-sandbox"] };
        return new Browser(playwright, await playwright.Chromium.LaunchAsync(options));
    }

    /// <summary>Opens a page of a service.</summary>
    public async Task<IPage> OpenAsync(Uri url, int width = 1280, int height = 860, ColorScheme scheme = ColorScheme.Light)
    {
        IBrowserContext context = await _browser.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = height }, ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce,
        });
        context.SetDefaultTimeout(30_000);
        IPage page = await context.NewPageAsync();
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
                _complaints.Enqueue($"{message.Type}: {message.Text}");
        };
        page.PageError += (_, error) => _complaints.Enqueue(error);
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(url.GetLeftPart(UriPartial.Authority), StringComparison.Ordinal)
                && !request.Url.StartsWith("blob:", StringComparison.Ordinal))
                _complaints.Enqueue($"asks for {request.Url}");
        };
        await page.GotoAsync(url.ToString());
        await page.WaitForSelectorAsync("h1");
        return page;
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }

    private static IEnumerable<string> Places()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given)
            return [given];
        string[] names = OperatingSystem.IsWindows() ? ["chrome.exe", "msedge.exe"] : ["chromium", "chromium-browser", "google-chrome", "chrome"];
        IEnumerable<string> folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Append("/usr/bin")
            .Append("/Applications/Google Chrome.app/Contents/MacOS").Where(folder => folder.Length > 0);
        return from folder in folders from name in names.Append("Google Chrome") select Path.Combine(folder, name);
    }
}
