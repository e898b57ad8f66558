using System.Net;
using Microsoft.Playwright;
using SSAH.MLNet.Cli.Tests.Commands;
using SSAH.MLNet.Cli.Tests.Processes;
using SSAH.MLNet.Cli.Tests.Serve;
using SSAH.MLNet.Collections;

namespace SSAH.MLNet.Cli.Tests.Pages;

/// <summary>The page as people use it, in Chromium. Nothing of it may ask anybody else for anything, or put an error on the browser's console.</summary>
public sealed class PageTests(PageTests.SharedBrowser shared) : IClassFixture<PageTests.SharedBrowser>, IAsyncLifetime
{
    private Browser _browser = null!;
    private RunningService _service = null!;

    public async ValueTask InitializeAsync()
    {
        _browser = await shared.GetAsync();
        _service = await RunningService.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_service is null)
            return;
        await _browser.ClosePagesAsync();
        await _service.DisposeAsync();
        Assert.Empty(_browser.Complaints());
    }

    [Fact]
    public async Task A_dropped_photo_shows_its_neighbors_and_can_be_added_and_removed()
    {
        IPage page = await _browser.OpenAsync(_service.Url);
        byte[] photo = DrawnPhotos.Small(4);
        IJSHandle dropped = await page.EvaluateHandleAsync("""
            base64 => {
              const transfer = new DataTransfer();
              transfer.items.add(new File([Uint8Array.from(atob(base64), c => c.charCodeAt(0))], "<b>small</b>.jpg", { type: "image/jpeg" }));
              return transfer;
            }
            """, Convert.ToBase64String(photo));
        await page.DispatchEventAsync("body", "dragover", new { dataTransfer = dropped });
        Assert.True(await page.IsVisibleAsync("#drop"));
        await page.DispatchEventAsync("body", "drop", new { dataTransfer = dropped });
        await page.WaitForSelectorAsync(".tile");
        Assert.False(await page.IsVisibleAsync("#drop"));
        IReadOnlyList<CollectionMatch> expected = _service.Served.Collection.Search(new MemoryStream(photo), 24);
        Assert.Equal(expected.Select(match => Path.GetFileName(match.Image.RelativePath)), await page.Locator(".tile .caption").AllInnerTextsAsync());
        Assert.Equal(expected.Select(match => $"{match.Distance} bit{(match.Distance == 1 ? "" : "s")}"),
            await page.Locator(".tile .distance span").AllInnerTextsAsync());
        await UntilAsync(page, "[...document.querySelectorAll('.asked, .tile img')].slice(0, 3).every(image => image.naturalWidth > 0)");
        // A name is text.
        Assert.Contains("<b>small</b>.jpg", await page.InnerTextAsync(".query"), StringComparison.Ordinal);

        await page.ClickAsync("text=Add it to the collection");
        // The address is asked for, not the navigation waited for: within a page it may be over before anybody waits.
        await UntilAsync(page, "location.hash.startsWith('#/image/')");
        Assert.Equal(14, _service.Served.Collection.Count);
        page.Dialog += (_, dialog) => _ = dialog.AcceptAsync();
        await page.ClickAsync("text=Remove from the collection");
        await UntilAsync(page, "location.hash === '#/browse'");
        Assert.Equal(13, _service.Served.Collection.Count);
    }

    [Fact]
    public async Task What_is_no_image_is_said_in_words()
    {
        IPage page = await _browser.OpenAsync(_service.Url);
        await page.SetInputFilesAsync("#photo", new FilePayload { Name = "damaged.jpg", MimeType = "image/jpeg", Buffer = DrawnPhotos.Scene(1)[..^1000] });
        await page.WaitForSelectorAsync(".notice.error");
        Assert.Contains("ends within the image", await page.InnerTextAsync(".notice.error"), StringComparison.Ordinal);
        // The browser itself notes the 422, and cannot show the file.
        Assert.All(_browser.Complaints(), complaint => Assert.Contains("422", complaint, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Labels_are_given_taken_back_and_counted_with_the_keyboard_alone()
    {
        IPage page = await _browser.OpenAsync(_service.Url);
        await TabToAsync(page, "a[href='#/label']");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForSelectorAsync(".stage img");
        await NewClassAsync("<i>round</i>", 1);
        await NewClassAsync("square", 2);
        await PressAsync("1", 3);
        await PressAsync("2", 4);
        // What the labeled neighbors say is taken by Enter.
        await page.WaitForSelectorAsync("#guess");
        await PressAsync("Enter", 5);
        Assert.Equal(5, Labeled());
        Assert.Equal(["<i>round</i>", "square"], _service.Served.Collection.Labels.Keys);
        Assert.NotEqual("0 %", await page.InnerTextAsync("#coverage"));
        await PressAsync("u", 4);
        await PressAsync("u", 3);
        Assert.Equal(3, Labeled());
        Assert.Equal(["<i>round</i>", "square"], (await page.Locator(".class span:not(.number)").AllInnerTextsAsync()).Order(StringComparer.Ordinal));
        // An image that is skipped is not proposed again, and gets no label.
        string name = await page.InnerTextAsync(".stage .soft");
        await page.Keyboard.PressAsync("s");
        await UntilAsync(page, "name => document.querySelector('.stage .soft')?.innerText !== name", name);
        Assert.Equal(3, Labeled());
        // Nor on the page that is opened next, where what was labeled before can still be taken back.
        await page.ReloadAsync();
        await page.WaitForSelectorAsync(".stage img");
        Assert.NotEqual(name, await page.InnerTextAsync(".stage .soft"));
        await PressAsync("u", 2);

        async Task NewClassAsync(string label, int labeled)
        {
            await page.Keyboard.PressAsync("n");
            await page.Keyboard.TypeAsync(label);
            await PressAsync("Enter", labeled);
        }

        async Task PressAsync(string key, int labeled)
        {
            await page.Keyboard.PressAsync(key);
            await UntilAsync(page, "count => document.getElementById('labeled')?.innerText === String(count)", labeled);
        }

        int Labeled() => _service.Served.Collection.Images.Count(image => image.Labels.Count > 0);
    }

    [Fact]
    public async Task An_image_may_have_several_labels()
    {
        _service.Served.Collection.Relabel([1], "sea", "sky");
        IPage page = await _browser.OpenAsync(new Uri(_service.Url, "/#/label"));
        await page.WaitForSelectorAsync(".stage img");
        await page.CheckAsync("#several");
        await page.Keyboard.PressAsync("1");
        await page.WaitForSelectorAsync(".class[aria-pressed=true]");
        await page.Keyboard.PressAsync("2");
        await UntilAsync(page, "document.querySelectorAll('.class[aria-pressed=true]').length === 2");
        Assert.Equal(2, _service.Served.Collection.Images.Count(image => image.Labels is ["sea", "sky"]));
        await page.Keyboard.PressAsync("1");
        await UntilAsync(page, "document.querySelectorAll('.class[aria-pressed=true]').length === 1");
        Assert.Contains(_service.Served.Collection.Images, image => image.Labels is ["sky"]);
    }

    [Theory]
    [InlineData(1280, ColorScheme.Light)]
    [InlineData(1280, ColorScheme.Dark)]
    [InlineData(360, ColorScheme.Light)]
    public async Task Every_view_fits_the_window_can_be_read_and_has_a_name(int width, ColorScheme scheme)
    {
        _service.Served.Collection.Relabel([1], "a label that is quite long, as some are");
        IPage page = await _browser.OpenAsync(_service.Url, width, 780, scheme);
        var grounds = new HashSet<string>();
        foreach (string view in new[] { "search", "browse", "label", "train", "copies", "image/1" })
        {
            await page.GotoAsync(new Uri(_service.Url, $"/#/{view}").ToString());
            await UntilAsync(page, "view => location.hash === '#/' + view && !!document.querySelector('h1')", view);
            await page.WaitForLoadStateAsync(LoadState.NetworkIdle);
            Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), $"{view} is wider than the window.");
            Assert.Empty(await page.EvaluateAsync<string[]>(ReadableScript));
            Assert.Empty(await page.EvaluateAsync<string[]>(NamedScript));
            grounds.Add(await page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor"));
        }
        Assert.Equal([scheme == ColorScheme.Dark ? "rgb(16, 20, 26)" : "rgb(246, 247, 249)"], grounds);
    }

    [Fact]
    public async Task The_focus_is_seen_wherever_it_is()
    {
        IPage page = await _browser.OpenAsync(new Uri(_service.Url, "/#/browse"));
        await page.WaitForSelectorAsync(".tile");
        var seen = new HashSet<string>();
        for (int i = 0; i < 12; i++)
        {
            await page.Keyboard.PressAsync("Tab");
            string[] focus = await page.EvaluateAsync<string[]>(
                "(() => { const e = document.activeElement, s = getComputedStyle(e); return [e.outerHTML.slice(0, 80), s.outlineStyle, s.outlineWidth]; })()");
            Assert.True(focus[1] != "none" && focus[2] != "0px", $"{focus[0]} shows no focus.");
            seen.Add(focus[0]);
        }
        Assert.InRange(seen.Count, 9, 12);
    }

    [Fact]
    public async Task A_service_with_a_token_asks_for_it_and_then_shows_images()
    {
        await using RunningService closed = await RunningService.StartAsync(settings => settings with { Token = "0123456789abcdef" });
        IPage page = await _browser.OpenAsync(closed.Url);
        await using IBrowserContext endsBeforeTheService = page.Context;
        await page.FillAsync("#token", "wrong, though long");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForSelectorAsync(".notice.error:visible");
        await page.FillAsync("#token", "0123456789abcdef");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForSelectorAsync("#photo", new() { State = WaitForSelectorState.Attached });
        await page.ClickAsync("nav >> text=Browse");
        await UntilAsync(page, "document.querySelector('.tile img')?.naturalWidth > 0");
        // The browser itself notes each 401.
        Assert.All(_browser.Complaints(), complaint => Assert.Contains("401", complaint, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Copies_are_found_and_shown_in_groups()
    {
        IPage page = await _browser.OpenAsync(new Uri(_service.Url, "/#/copies"));
        await page.ClickAsync("main >> text=Look for copies");
        await page.WaitForSelectorAsync(".group");
        Assert.Equal(["0.jpg", "turned.jpg"], (await page.Locator(".group .caption").AllInnerTextsAsync()).Order(StringComparer.Ordinal));
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Training_runs_with_the_labels_that_there_are_and_shows_what_it_brought()
    {
        Assert.SkipUnless(File.Exists(Child.Trainer), "ssah-train is not built.");
        using var folder = new TempFolder();
        foreach (int i in Enumerable.Range(0, 6))
        {
            folder.Write($"photos/plain/{i}.jpg", DrawnPhotos.Scene(i));
            folder.Write($"photos/gray/{i}.jpg", DrawnPhotos.Gray(100 + i));
        }
        Run.Done("index", folder.At("photos"), "--model", "phash", "--label-by-folder");
        using ServingChild serving = await ServingChild.StartAsync(folder.At("photos"), ("SSAH_TRAIN", Child.Trainer));
        IPage page = await _browser.OpenAsync(new Uri(serving.Client.BaseAddress!, "/#/train"));
        // The page asks on and on, and would complain of a service that is gone.
        await using IBrowserContext endsBeforeTheService = page.Context;
        await page.ClickAsync("main >> text=Train >> nth=-1");
        await page.WaitForSelectorAsync(".job");
        await page.WaitForSelectorAsync(".verdict", new() { Timeout = 170_000 });
        Assert.Equal(["chance", "trained codes, 64 bits"], (await page.Locator("tbody th").AllInnerTextsAsync()).Where(name =>
            name.StartsWith("chance", StringComparison.Ordinal) || name.StartsWith("trained", StringComparison.Ordinal)));
        await UntilAsync(page, "document.querySelector('main').innerText.includes('12 images encoded by the new model, 64 bits')");
        // The codes that are searched are the new ones.
        await page.ClickAsync("nav >> text=Browse");
        await UntilAsync(page, "document.getElementById('facts').innerText.includes('64 bits')");
    }

    // Playwright's own way evaluates text within the page, which the page's policy forbids.
    private static async Task UntilAsync(IPage page, string script, object? argument = null)
    {
        for (DateTime end = DateTime.UtcNow.AddSeconds(30); !await page.EvaluateAsync<bool>(script.Contains("=>", StringComparison.Ordinal)
            && argument is not null ? script : $"() => Boolean({script})", argument);)
        {
            Assert.True(DateTime.UtcNow < end, $"In vain waited for: {script}");
            await Task.Delay(50);
        }
    }

    // The focus goes there by the Tab key.
    private static async Task TabToAsync(IPage page, string selector)
    {
        for (int i = 0; i < 20; i++)
        {
            await page.Keyboard.PressAsync("Tab");
            if (await page.EvaluateAsync<bool>("selector => document.activeElement.matches(selector)", selector))
                return;
        }
        Assert.Fail($"The Tab key does not lead to {selector}.");
    }

    // Text whose contrast with its ground is below 4.5 (WCAG AA).
    private const string ReadableScript = """
        (() => {
          const rgb = color => color.match(/[\d.]+/g).map(Number);
          const light = ([r, g, b]) => [r, g, b].map(c => c / 255).map(c => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4)
            .reduce((sum, c, i) => sum + c * [.2126, .7152, .0722][i], 0);
          const groundOf = e => {
            for (; e; e = e.parentElement) {
              const color = rgb(getComputedStyle(e).backgroundColor);
              if (color.length < 4 || color[3] === 1) return color;
            }
            return [255, 255, 255];
          };
          const poor = [];
          for (const e of document.querySelectorAll("body *")) {
            const hasText = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
            if (!hasText || !e.checkVisibility() || e.closest(":disabled, .visually-hidden, noscript")) continue;
            const [a, b] = [light(rgb(getComputedStyle(e).color)), light(groundOf(e))].sort((x, y) => y - x);
            if ((a + .05) / (b + .05) < 4.5) poor.push(`${e.outerHTML.slice(0, 80)}: ${((a + .05) / (b + .05)).toFixed(2)}`);
          }
          return poor;
        })()
        """;

    // Controls that a screen reader has no name for, and images without alternative text.
    private const string NamedScript = """
        [...document.querySelectorAll("main a, main button, main input, main select, img")].filter(e =>
          e.tagName === "IMG" ? !e.hasAttribute("alt") : !(e.getAttribute("aria-label") || e.innerText?.trim() || e.labels?.length))
          .map(e => e.outerHTML.slice(0, 80))
        """;

    /// <summary>One browser for all tests of the class.</summary>
    public sealed class SharedBrowser : IAsyncDisposable
    {
        private Browser? _started;

        internal async Task<Browser> GetAsync() => _started ??= await Browser.StartAsync();

        public ValueTask DisposeAsync() => _started?.DisposeAsync() ?? ValueTask.CompletedTask;
    }
}
