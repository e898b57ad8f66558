using System.Net;
using System.Net.Http.Json;
using SSAH.MLNet.Cli.CommandLine;
using SSAH.MLNet.Cli.Tests.Commands;

namespace SSAH.MLNet.Cli.Tests.Serve;

/// <summary>Who is let in: on loopback programs and the service's own page, elsewhere who has the token.</summary>
public sealed class AccessTests(AccessTests.OpenService open) : IClassFixture<AccessTests.OpenService>
{
    private const string Token = "0123456789abcdef";

    [Theory]
    [InlineData("Host", "evil.example")]
    [InlineData("Host", "127.0.0.1.evil.example")]
    [InlineData("Host", "192.168.1.7:5017")]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("Origin", "http://localhost:1")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    public async Task A_foreign_page_can_neither_post_nor_read(string header, string value)
    {
        RunningService service = open.Service;
        foreach ((HttpMethod method, string path, byte[]? body) in new (HttpMethod, string, byte[]?)[]
        {
            (HttpMethod.Get, "/images", null), (HttpMethod.Get, "/images/1/file", null), (HttpMethod.Post, "/images", DrawnPhotos.Scene(30)),
            (HttpMethod.Delete, "/images/1", null), (HttpMethod.Post, "/labels/undo", null),
            (HttpMethod.Post, "/images/1/skip", null), (HttpMethod.Put, "/images/1/labels", "{}"u8.ToArray()),
        })
            await RunningService.ProblemOf(await service.SendAsync(method, path, body, "image/jpeg", (header, value)), HttpStatusCode.Forbidden);
        Assert.Equal(13, service.Served.Collection.Count);
    }

    [Theory]
    [InlineData("Host", "localhost:9999")]
    [InlineData("Host", "[::1]:5017")]
    [InlineData("Sec-Fetch-Site", "same-origin")]
    [InlineData("Sec-Fetch-Site", "none")]
    public async Task Its_own_page_and_programs_are_let_in(string header, string value)
    {
        RunningService service = open.Service;
        using HttpResponseMessage response = await service.SendAsync(HttpMethod.Get, "/images", headers: [(header, value)]);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        using HttpResponseMessage own = await service.SendAsync(HttpMethod.Post, "/search", DrawnPhotos.Scene(1), "image/jpeg",
            ("Origin", service.Url.GetLeftPart(UriPartial.Authority)));
        Assert.Equal(HttpStatusCode.OK, own.StatusCode);
        Assert.Contains("default-src 'none'", string.Join(' ', own.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_a_token_every_request_must_bring_it()
    {
        await using RunningService service = await RunningService.StartAsync(settings => settings with { Token = Token });
        foreach (string path in new[] { "/images", "/images/1", "/images/1/file", "/images/1/thumbnail", "/labels", "/collection", "/openapi/v1.json", "/nix" })
            using (HttpResponseMessage response = await service.Client.GetAsync(path))
            {
                Assert.Equal("Bearer", response.Headers.WwwAuthenticate.ToString());
                await RunningService.ProblemOf(response, HttpStatusCode.Unauthorized);
            }
        foreach (string wrong in new[] { "Bearer", "Bearer ", $"Bearer {Token}x", $"Bearer {Token[..^1]}", $"Basic {Token}", Token })
            await RunningService.ProblemOf(await service.SendAsync(HttpMethod.Get, "/images", headers: [("Authorization", wrong)]),
                HttpStatusCode.Unauthorized);
        using HttpResponseMessage right = await service.SendAsync(HttpMethod.Get, "/images", headers: [("Authorization", $"Bearer {Token}"),
            ("Host", "photos.example")]);
        Assert.Equal(HttpStatusCode.OK, right.StatusCode);
        Assert.Equal("ok", (await service.GetAsync("/healthz")).GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_browser_signs_in_once_and_other_pages_gain_nothing_by_it()
    {
        await using RunningService service = await RunningService.StartAsync(settings => settings with { Token = Token });
        await RunningService.ProblemOf(await service.Client.PostAsJsonAsync("/session", new { token = "wrong" }), HttpStatusCode.Unauthorized);
        using HttpResponseMessage signedIn = await service.Client.PostAsJsonAsync("/session", new { token = Token });
        Assert.Equal(HttpStatusCode.NoContent, signedIn.StatusCode);
        string cookie = Assert.Single(signedIn.Headers.GetValues("Set-Cookie"));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Token, cookie, StringComparison.Ordinal);
        // The client keeps cookies as browsers do.
        Assert.True((await service.GetAsync("/images")).GetProperty("images").GetArrayLength() > 0);
        await RunningService.ProblemOf(await service.SendAsync(HttpMethod.Post, "/images", DrawnPhotos.Scene(30), "image/jpeg",
            ("Origin", "https://evil.example")), HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData("--listen 0.0.0.0", "token")]
    [InlineData("--listen ::", "token")]
    [InlineData("--listen nowhere", "nowhere")]
    [InlineData("--token short", "16")]
    [InlineData("--port 70000", "--port")]
    [InlineData("--max-bytes 0", "--max-bytes")]
    [InlineData("--max-pixels 0", "--max-pixels")]
    public void Settings_that_let_anybody_in_or_make_no_sense_are_refused(string options, string named)
    {
        using var album = new Album();
        Run run = Run.Of(["serve", album.Photos, .. options.Split(' ')]);
        Assert.Equal((ExitCode.Error, ""), (run.Code, run.Out));
        Assert.Contains(named, run.Error, StringComparison.Ordinal);
    }

    /// <summary>A service without a token, for all tests of the class.</summary>
    public sealed class OpenService : IAsyncLifetime
    {
        internal RunningService Service { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Service = await RunningService.StartAsync();

        public ValueTask DisposeAsync() => Service.DisposeAsync();
    }
}
