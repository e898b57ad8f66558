using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using CsCheck;
using SkiaSharp;
using SSAH.MLNet.Cli.Serve;

namespace SSAH.MLNet.Cli.Tests.Serve;

/// <summary>Requests that are too large, are no images, are damaged or malformed: each gets its status, and the service goes on.</summary>
public sealed class HostileRequestTests(HostileRequestTests.NarrowService narrow) : IClassFixture<HostileRequestTests.NarrowService>, IAsyncDisposable
{
    private const int MaxBytes = 100_000;
    private const long MaxPixels = 200 * 150;
    private readonly RunningService _service = narrow.Service;

    public async ValueTask DisposeAsync()
    {
        // Whatever was sent: no fault of the service, nothing left in the folder, and good requests are answered.
        Assert.Equal("", _service.Errors);
        Assert.False(Directory.Exists(_service.Album.At("photos", "uploads")) && Directory.GetFiles(_service.Album.At("photos", "uploads")).Length > 0);
        Assert.Equal(13, _service.Served.Collection.Count);
        Assert.Equal(10, (await _service.SearchAsync(DrawnPhotos.Scene(2))).GetProperty("matches").GetArrayLength());
    }

    [Theory]
    [InlineData("/search")]
    [InlineData("/images")]
    public async Task Too_many_bytes_are_413(string path)
    {
        byte[] large = [.. DrawnPhotos.Scene(1), .. new byte[MaxBytes]];
        string detail = await RunningService.ProblemOf(await _service.PostAsync(path, large), HttpStatusCode.RequestEntityTooLarge);
        Assert.Contains("100000", detail, StringComparison.Ordinal);
        using var form = new MultipartFormDataContent { { new ByteArrayContent(large), "image", "a.jpg" } };
        await RunningService.ProblemOf(await _service.Client.PostAsync(path, form), HttpStatusCode.RequestEntityTooLarge);
        // Without a length nobody knows before it is read.
        using var chunked = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StreamContent(new MemoryStream(large)) };
        chunked.Headers.TransferEncodingChunked = true;
        chunked.Content.Headers.ContentType = new("image/jpeg");
        await RunningService.ProblemOf(await _service.Client.SendAsync(chunked), HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task The_largest_size_that_is_allowed_is_taken()
    {
        byte[] image = DrawnPhotos.Scene(1);
        await RunningService.BodyOf(await _service.PostAsync("/search", [.. image, .. new byte[MaxBytes - image.Length]]));
        await RunningService.ProblemOf(await _service.PostAsync("/search", [.. image, .. new byte[MaxBytes - image.Length + 1]]),
            HttpStatusCode.RequestEntityTooLarge);
    }

    [Theory]
    [InlineData("/search")]
    [InlineData("/images")]
    public async Task Too_many_pixels_are_422_and_are_not_decoded(string path)
    {
        using var bitmap = new SKBitmap(200, 151);
        byte[] large = bitmap.Encode(SKEncodedImageFormat.Png, 100).ToArray();
        Assert.Contains("30000", await RunningService.ProblemOf(await _service.PostAsync(path, large, "image/png"), HttpStatusCode.UnprocessableEntity),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text/html")]
    [InlineData("application/json")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("image/svg+xml")]
    [InlineData(null)]
    public async Task Other_content_types_are_415_and_say_what_is_taken(string? type)
    {
        using HttpResponseMessage response = await _service.SendAsync(HttpMethod.Post, "/search", DrawnPhotos.Scene(1), type);
        if (type is not null)
            Assert.Contains("image/jpeg", await RunningService.ProblemOf(response, HttpStatusCode.UnsupportedMediaType), StringComparison.Ordinal);
        else
            // The bytes say what it is.
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no image")]
    [InlineData("<svg xmlns='http://www.w3.org/2000/svg'/>")]
    [InlineData("%PDF-1.7")]
    public async Task Bytes_that_are_no_image_are_415(string text)
    {
        foreach (string path in new[] { "/search", "/images" })
            await RunningService.ProblemOf(await _service.PostAsync(path, Encoding.UTF8.GetBytes(text)), HttpStatusCode.UnsupportedMediaType);
    }

    [Fact]
    public async Task Every_truncation_of_an_image_is_refused_or_is_the_whole_image()
    {
        byte[] image = DrawnPhotos.Scene(50);
        for (int length = 0; length < image.Length; length += 1 + image.Length / 60)
            foreach (string path in new[] { "/search", "/images" })
            {
                using HttpResponseMessage response = await _service.PostAsync(path, image[..length]);
                Assert.True(response.StatusCode is HttpStatusCode.UnprocessableEntity or HttpStatusCode.UnsupportedMediaType,
                    $"{length} of {image.Length} bytes: {response.StatusCode}");
            }
    }

    [Fact]
    public void Random_bytes_behind_the_beginning_of_a_format_get_a_status_of_the_client_s()
    {
        byte[][] heads = [[0xff, 0xd8, 0xff, 0xe0], [0x89, .. "PNG\r\n\u001a\n"u8], [.. "GIF89a"u8], [.. "RIFF\0\0\0\0WEBP"u8], [.. "BM"u8], [0, 0, 1, 0, 1]];
        Gen.Select(Gen.Int[0, heads.Length - 1], Gen.Byte.Array[0, 400]).Sample((head, tail) =>
        {
            using HttpResponseMessage response = _service.PostAsync("/images", [.. heads[head], .. tail]).GetAwaiter().GetResult();
            return response.StatusCode is HttpStatusCode.UnprocessableEntity or HttpStatusCode.UnsupportedMediaType;
        }, iter: 150, threads: 1);
    }

    [Theory]
    [InlineData("/search?k=0", 400)]
    [InlineData("/search?k=1001", 400)]
    [InlineData("/search?k=many", 400)]
    [InlineData("/search?k=99999999999999999999", 400)]
    [InlineData("/images?count=0", 405)]
    public async Task Queries_out_of_range_are_refused(string path, int status)
    {
        if (status == 405)
            await RunningService.ProblemOf(await _service.Client.GetAsync(path), HttpStatusCode.BadRequest);
        else
            await RunningService.ProblemOf(await _service.PostAsync(path, DrawnPhotos.Scene(1)), (HttpStatusCode)status);
    }

    [Theory]
    [InlineData("/images/..%2f..%2fetc%2fpasswd/file")]
    [InlineData("/images/0/file")]
    [InlineData("/images/-1/file")]
    [InlineData("/images/99999999999999999999/file")]
    [InlineData("/images/1%00/file")]
    [InlineData("/%2e%2e/%2e%2e/etc/passwd")]
    public async Task Only_ids_name_images(string path)
    {
        using HttpResponseMessage response = await _service.Client.GetAsync(path);
        Assert.True(response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.BadRequest, $"{response.StatusCode}");
    }

    [Fact]
    public async Task Forms_without_one_file_are_400()
    {
        using var none = new MultipartFormDataContent { { new StringContent("x"), "image" } };
        await RunningService.ProblemOf(await _service.Client.PostAsync("/search", none), HttpStatusCode.BadRequest);
        using var two = new MultipartFormDataContent
        {
            { new ByteArrayContent(DrawnPhotos.Scene(1)), "image", "1.jpg" }, { new ByteArrayContent(DrawnPhotos.Scene(2)), "image", "2.jpg" },
        };
        await RunningService.ProblemOf(await _service.Client.PostAsync("/search", two), HttpStatusCode.BadRequest);
        await RunningService.ProblemOf(await _service.PostAsync("/search", "--x\r\nbroken"u8.ToArray(), "multipart/form-data; boundary=x"),
            HttpStatusCode.BadRequest);
        await RunningService.ProblemOf(await _service.PostAsync("/search", "--x"u8.ToArray(), "multipart/form-data"), HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Labels_that_are_no_labels_are_400()
    {
        string[][] wrong = [[""], ["  "], [new string('x', 201)], ["a\nb"], ["a\u001fb"], [.. Enumerable.Range(0, 51).Select(i => $"{i}")]];
        foreach (string[] labels in wrong)
            await RunningService.ProblemOf(await _service.Client.PutAsJsonAsync("/images/1/labels", new { labels }), HttpStatusCode.BadRequest);
        foreach (string json in new[] { "", "{", "[]", "{\"labels\":null}", "{\"labels\":[null]}", "{\"labels\":[1]}", new string('[', 5000) })
            await RunningService.ProblemOf(await _service.SendAsync(HttpMethod.Put, "/images/1/labels", Encoding.UTF8.GetBytes(json), "application/json"),
                HttpStatusCode.BadRequest);
        byte[] large = Encoding.UTF8.GetBytes($"{{\"labels\":[\"{new string('x', 70_000)}\"]}}");
        await RunningService.ProblemOf(await _service.SendAsync(HttpMethod.Put, "/images/1/labels", large, "application/json"),
            HttpStatusCode.RequestEntityTooLarge);
        await RunningService.ProblemOf(await _service.Client.PutAsJsonAsync("/images/999/labels", new { labels = new[] { "a" } }), HttpStatusCode.NotFound);
        Assert.Empty(_service.Served.Collection.Labels);
    }

    [Theory]
    [InlineData("nonsense\r\n\r\n")]
    [InlineData("GET / HTTP/9.9\r\n\r\n")]
    [InlineData("POST /search HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/jpeg\r\nContent-Length: -1\r\n\r\n")]
    [InlineData("POST /search HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/jpeg\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")]
    [InlineData("POST /search HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/jpeg\r\nContent-Length: 5000\r\n\r\nends here")]
    [InlineData("GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n")]
    public async Task Malformed_and_cut_off_requests_end_with_their_connection(string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(_service.Url.Host, _service.Url.Port);
        await using NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request));
        client.Client.Shutdown(SocketShutdown.Send);
        using var reader = new StreamReader(stream);
        try
        {
            Assert.DoesNotContain("200 OK", await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromMinutes(1)), StringComparison.Ordinal);
        }
        catch (IOException)
        {
            // Reset by the service: that is an end, too.
        }
    }

    [Fact]
    public async Task Large_images_are_read_from_the_disk_and_leave_nothing_there()
    {
        await using RunningService roomy = await RunningService.StartAsync();
        string[] before = Buffers();
        byte[] image = [.. DrawnPhotos.Scene(1), .. new byte[3 << 20]];
        await roomy.SearchAsync(image);
        Assert.Empty(Buffers().Except(before));
        Assert.Equal(ServeSettings.DefaultMaxBytes, (await roomy.GetAsync("/collection")).GetProperty("maxBytes").GetInt32());

        static string[] Buffers() => Directory.GetFiles(Path.GetTempPath(), "ASPNETCORE_*");
    }

    /// <summary>A service with low limits, for all tests of the class.</summary>
    public sealed class NarrowService : IAsyncLifetime
    {
        internal RunningService Service { get; private set; } = null!;

        public async ValueTask InitializeAsync() =>
            Service = await RunningService.StartAsync(settings => settings with { MaxBytes = MaxBytes, MaxPixels = MaxPixels });

        public ValueTask DisposeAsync() => Service.DisposeAsync();
    }
}
