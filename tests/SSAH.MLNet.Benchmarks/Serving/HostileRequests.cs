using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using SkiaSharp;

namespace SSAH.MLNet.Benchmarks.Serving;

/// <summary>Requests that nobody means well with, and what each must be answered.</summary>
/// <param name="client">Sends those that are HTTP.</param>
/// <param name="jpeg">A good image.</param>
internal sealed class HostileRequests(HttpClient client, byte[] jpeg)
{
    private const int TooManyBytes = 40_000_000, LargeSide = 9_000;

    // 81 megapixels of one color in a small file: within the limit, and 324 MB when decoded.
    private static readonly Lazy<byte[]> s_large = new(() =>
    {
        using var bitmap = new SKBitmap(LargeSide, LargeSide, SKColorType.Gray8, SKAlphaType.Opaque);
        return bitmap.Encode(SKEncodedImageFormat.Png, 100).ToArray();
    });

    /// <summary>Sends one.</summary>
    /// <returns>What was answered where that is not what it must be; else null.</returns>
    public Task<string?> SendAsync(Random random) => random.Next(12) switch
    {
        0 => ExpectAsync("too many bytes", new StreamContent(new ZeroStream(TooManyBytes)), "image/jpeg", null, HttpStatusCode.RequestEntityTooLarge),
        1 => ExpectAsync("text as an image", new StringContent("no image"), "image/jpeg", null, HttpStatusCode.UnsupportedMediaType),
        2 => ExpectAsync("a page", new StringContent("<html>"), "text/html", null, HttpStatusCode.UnsupportedMediaType),
        3 => ExpectAsync("half an image", new ByteArrayContent(jpeg, 0, jpeg.Length / 2), "image/jpeg", null, HttpStatusCode.UnprocessableEntity),
        4 => ExpectAsync("a head that lies", new ByteArrayContent(Lying()), "image/png", null, HttpStatusCode.UnprocessableEntity),
        5 => ExpectAsync("a foreign page", new ByteArrayContent(jpeg), "image/jpeg", "https://evil.example", HttpStatusCode.Forbidden),
        6 => ExpectAsync("a broken form", new StringContent("--x\r\nbroken"), "multipart/form-data; boundary=x", null, HttpStatusCode.BadRequest),
        7 => ExpectAsync("a large image", new ByteArrayContent(s_large.Value), "image/png", null, HttpStatusCode.OK),
        8 => DeepAsync(),
        9 => RawAsync("nonsense\r\n\r\n", TimeSpan.Zero),
        10 => RawAsync("POST /images HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/jpeg\r\nContent-Length: 500000\r\n\r\nends here", TimeSpan.Zero),
        // Slower than the service waits for.
        _ => RawAsync("POST /images HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/jpeg\r\nContent-Length: 500000\r\n\r\n", TimeSpan.FromSeconds(1)),
    };

    private async Task<string?> ExpectAsync(string what, HttpContent content, string type, string? origin, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/search") { Content = content };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        if (origin is not null)
            request.Headers.Add("Origin", origin);
        try
        {
            using HttpResponseMessage response = await client.SendAsync(request);
            // A busy service does not look at an image that waits too long.
            return response.StatusCode == expected || response.StatusCode == HttpStatusCode.ServiceUnavailable ? null : $"{what}: {response.StatusCode}";
        }
        catch (HttpRequestException) when (expected == HttpStatusCode.RequestEntityTooLarge)
        {
            // The service hangs up while the rest is being sent.
            return null;
        }
    }

    private async Task<string?> DeepAsync()
    {
        using var content = new StringContent(new string('[', 5000), Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await client.PutAsync("/images/1/labels", content);
        return response.StatusCode == HttpStatusCode.BadRequest ? null : $"deep JSON: {response.StatusCode}";
    }

    // Speaks no HTTP, hangs up in the middle, or sends a byte a second until the service hangs up.
    private async Task<string?> RawAsync(string text, TimeSpan pause)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(client.BaseAddress!.Host, client.BaseAddress.Port);
        await using NetworkStream stream = socket.GetStream();
        try
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(text));
            for (int i = 0; pause > TimeSpan.Zero && i < 30; i++)
            {
                await Task.Delay(pause);
                await stream.WriteAsync(new byte[] { 0xff });
                if (i == 29)
                    return "a slow body: the service still waits after 30 s";
            }
            socket.Client.Shutdown(SocketShutdown.Send);
        }
        catch (IOException)
        {
            // Hung up, as it should.
        }
        return null;
    }

    // A PNG whose head says 60,000 x 60,000 pixels.
    private static byte[] Lying()
    {
        byte[] head = [(byte)'I', (byte)'H', (byte)'D', (byte)'R', 0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60, 8, 2, 0, 0, 0];
        uint crc = System.IO.Hashing.Crc32.HashToUInt32(head);
        return [0x89, .. "PNG\r\n\u001a\n"u8, 0, 0, 0, 13, .. head, (byte)(crc >> 24), (byte)(crc >> 16), (byte)(crc >> 8), (byte)crc, .. new byte[50]];
    }

    private sealed class ZeroStream(long length) : Stream
    {
        private long _left = length;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            int read = (int)Math.Min(count, _left);
            Array.Clear(buffer, offset, read);
            _left -= read;
            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
