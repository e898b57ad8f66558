using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using SSAH.MLNet.Cli.Output;
using SSAH.MLNet.Cli.Serve;
using SSAH.MLNet.Cli.Tests.Commands;

namespace SSAH.MLNet.Cli.Tests.Serve;

/// <summary>A service over an album, on a free port of loopback, and a client of it.</summary>
internal sealed class RunningService : IAsyncDisposable
{
    private readonly WebService _service;
    private readonly StringWriter _errors;

    private RunningService(Album album, WebService service, StringWriter errors) =>
        (Album, _service, _errors, Client) = (album, service, errors, new HttpClient { BaseAddress = new Uri(service.Url), Timeout = TimeSpan.FromMinutes(1) });

    public Album Album { get; }

    public HttpClient Client { get; }

    public Uri Url => Client.BaseAddress!;

    public ServedCollection Served => _service.Served;

    /// <summary>What stands on standard error.</summary>
    public string Errors => _errors.ToString();

    public static async Task<RunningService> StartAsync(Func<ServeSettings, ServeSettings>? change = null)
    {
        var album = new Album();
        var settings = new ServeSettings(album.At("photos", ".ssah", "collection.db"), IPAddress.Loopback, Port: 0);
        var errors = new StringWriter();
        return new RunningService(album, await WebService.StartAsync(change?.Invoke(settings) ?? settings, new CommandOutput(errors, errors),
            TestContext.Current.CancellationToken), errors);
    }

    public async Task<JsonElement> GetAsync(string path) => await BodyOf(await Client.GetAsync(path));

    public Task<HttpResponseMessage> PostAsync(string path, byte[] body, string type = "image/jpeg") => SendAsync(HttpMethod.Post, path, body, type);

    public async Task<JsonElement> SearchAsync(byte[] image, string query = "") => await BodyOf(await PostAsync("/search" + query, image));

    public async Task<JsonElement> LabelAsync(long id, params string[] labels) =>
        await BodyOf(await Client.PutAsJsonAsync($"/images/{id}/labels", new { labels }));

    /// <summary>Sends a request, with headers that a client would not let through otherwise.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, byte[]? body = null, string? type = null,
        params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = new ByteArrayContent(body) { Headers = { ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type) } };
        foreach ((string name, string value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return await Client.SendAsync(request);
    }

    /// <summary>The JSON of an answer that must be good.</summary>
    public static async Task<JsonElement> BodyOf(HttpResponseMessage response)
    {
        using (response)
        {
            string text = await response.Content.ReadAsStringAsync();
            Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode}: {text}");
            return JsonDocument.Parse(text).RootElement;
        }
    }

    /// <summary>Checks that an answer is a problem with details.</summary>
    /// <returns>The detail.</returns>
    public static async Task<string> ProblemOf(HttpResponseMessage response, HttpStatusCode status)
    {
        using (response)
        {
            string text = await response.Content.ReadAsStringAsync();
            Assert.True(response.StatusCode == status, $"{(int)response.StatusCode}, not {(int)status}: {text}");
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
            JsonElement problem = JsonDocument.Parse(text).RootElement;
            Assert.Equal((int)status, problem.GetProperty("status").GetInt32());
            Assert.NotEqual("", problem.GetProperty("title").GetString());
            return problem.TryGetProperty("detail", out JsonElement detail) ? detail.GetString()! : "";
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _service.DisposeAsync();
        Album.Dispose();
    }
}
