using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace SSAH.MLNet.Benchmarks.Serving;

/// <summary>What clients ask for: nine times in ten what a person would, else something hostile. Keeps times, failures and acknowledged images.</summary>
/// <param name="queries">JPEG files.</param>
/// <param name="indexed">Images that the collection began with; their ids are 1 and so on.</param>
internal sealed class ServeLoad(IReadOnlyList<byte[]> queries, int indexed)
{
    private readonly ConcurrentDictionary<string, ConcurrentBag<double>> _times = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _failures = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<long, byte> _added = new();
    private int _numbers, _refused;

    /// <summary>How often a busy service said when to come again, which clients did; their time goes on meanwhile.</summary>
    public int Refused => _refused;

    /// <summary>Times in milliseconds, ascending, by kind of request.</summary>
    public IEnumerable<(string Kind, double[] Milliseconds)> Times() =>
        _times.OrderBy(each => each.Key, StringComparer.Ordinal).Select(each => (each.Key, each.Value.Order().ToArray()));

    /// <summary>What went wrong, and how often.</summary>
    public IEnumerable<(string Failure, int Count)> Failures() => _failures.Select(each => (each.Key, each.Value));

    /// <summary>Sends one request after the other.</summary>
    public async Task RunAsync(Uri url, int number, CancellationToken ending)
    {
        using var client = new HttpClient { BaseAddress = url, Timeout = TimeSpan.FromMinutes(2) };
        var hostile = new HostileRequests(client, queries[number % queries.Count]);
        var random = new Random(number);
        while (!ending.IsCancellationRequested)
        {
            string kind = "";
            long start = Stopwatch.GetTimestamp();
            try
            {
                if (random.Next(10) == 0)
                {
                    kind = "hostile";
                    if (await hostile.SendAsync(random) is { } unexpected)
                        Fail($"hostile: {unexpected}");
                }
                else
                    kind = await SendGoodAsync(client, random);
            }
            catch (Exception error) when (error is HttpRequestException or IOException or TaskCanceledException or InvalidOperationException)
            {
                Fail($"{kind}: {error.GetType().Name}: {error.Message}");
            }
            _times.GetOrAdd(kind.Length > 0 ? kind : "failed", _ => []).Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
    }

    /// <summary>Asks a service for each image that was acknowledged.</summary>
    /// <returns>How many it has not.</returns>
    public async Task<int> MissingAsync(Uri url)
    {
        using var client = new HttpClient { BaseAddress = url };
        int missing = 0;
        foreach (long id in _added.Keys)
        {
            using HttpResponseMessage response = await client.GetAsync($"/images/{id}/file");
            missing += response.IsSuccessStatusCode ? 0 : 1;
        }
        BenchmarkRow.Note($"{_added.Count} images were acknowledged and not removed; killed and started again, the service lacks {missing}");
        return missing;
    }

    private async Task<string> SendGoodAsync(HttpClient client, Random random)
    {
        long id = 1 + random.Next(indexed);
        switch (random.Next(100))
        {
            case < 60:
                await CheckAsync(await PostAsync(client, "/search?k=20", queries[random.Next(queries.Count)]));
                return "search";
            case < 70:
                await CheckAsync(await client.GetAsync($"/images?after={random.Next(indexed)}&count=60"));
                return "page of images";
            case < 80:
                await CheckAsync(await client.GetAsync($"/images/{id}/thumbnail"));
                return "thumbnail";
            case < 88:
                await CheckAsync(await client.PutAsJsonAsync($"/images/{id}/labels", new { labels = new[] { $"label {random.Next(12)}" } }));
                return "label";
            case < 90:
                await CheckAsync(await client.GetAsync("/labeling"));
                return "proposals";
            case < 98:
                // Other bytes behind the same image are another file.
                byte[] unique = [.. queries[random.Next(queries.Count)], .. BitConverter.GetBytes(Interlocked.Increment(ref _numbers))];
                JsonElement added = await CheckAsync(await PostAsync(client, "/images", unique));
                _added[added.GetProperty("id").GetInt64()] = 0;
                return "add";
            default:
                if (_added.Keys.FirstOrDefault() is > 0 and var gone && _added.TryRemove(gone, out _))
                    await CheckAsync(await client.DeleteAsync($"/images/{gone}"));
                return "remove";
        }
    }

    private async Task<HttpResponseMessage> PostAsync(HttpClient client, string path, byte[] image)
    {
        while (true)
        {
            HttpResponseMessage response = await client.PostAsync(path, Jpeg(image));
            if (response is not { StatusCode: HttpStatusCode.ServiceUnavailable, Headers.RetryAfter.Delta: { } wait })
                return response;
            response.Dispose();
            Interlocked.Increment(ref _refused);
            await Task.Delay(wait);
        }
    }

    private static ByteArrayContent Jpeg(byte[] bytes) => new(bytes) { Headers = { ContentType = new MediaTypeHeaderValue("image/jpeg") } };

    private static async Task<JsonElement> CheckAsync(HttpResponseMessage response)
    {
        using (response)
        {
            byte[] body = await response.Content.ReadAsByteArrayAsync();
            if (!response.IsSuccessStatusCode)
                throw new InvalidOperationException($"{(int)response.StatusCode} {System.Text.Encoding.UTF8.GetString(body)}");
            return response.Content.Headers.ContentType?.MediaType == "application/json" ? JsonDocument.Parse(body).RootElement : default;
        }
    }

    private void Fail(string what) => _failures.AddOrUpdate(what, 1, (_, count) => count + 1);
}
