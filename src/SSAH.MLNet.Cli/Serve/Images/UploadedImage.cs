using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using SSAH.MLNet.Cli.Serve.Http;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Cli.Serve.Images;

/// <summary>
/// An image as a request brings it: its body, or the one file of a form. Large ones wait on the disk, so that many at a time take little memory.
/// </summary>
internal sealed class UploadedImage : IAsyncDisposable
{
    /// <summary>What a form may add to its file.</summary>
    public const int FormOverhead = 64 << 10;

    private const int InMemory = 1 << 20;

    private UploadedImage(Stream content, ImageKind kind) => (Content, Kind) = (content, kind);

    /// <summary>The encoded image.</summary>
    public Stream Content { get; }

    /// <summary>Its format.</summary>
    public ImageKind Kind { get; }

    /// <summary>Reads a request to its end.</summary>
    /// <exception cref="RequestRefusedException">413 where it is too large, 415 where it is no image, 400 where a form is malformed.</exception>
    public static async Task<UploadedImage> ReadAsync(HttpRequest request, int maxBytes)
    {
        if (request.ContentLength > (long)maxBytes + FormOverhead)
            throw TooLarge(maxBytes);
        // Other types do not come as far as here.
        Stream content = request.HasFormContentType ? await FromFormAsync(request, maxBytes) : await FromBodyAsync(request, maxBytes);
        if (ImageKind.Of(content) is { } kind)
            return new UploadedImage(content, kind);
        await content.DisposeAsync();
        throw new RequestRefusedException(StatusCodes.Status415UnsupportedMediaType, "The content is no JPEG, PNG, WebP, GIF, BMP or ICO image.");
    }

    public ValueTask DisposeAsync() => Content.DisposeAsync();

    private static async Task<Stream> FromBodyAsync(HttpRequest request, int maxBytes)
    {
        // The server ends a body that is too long; what a form may add to its image is too much here.
        var content = new FileBufferingReadStream(request.Body, InMemory);
        try
        {
            await content.DrainAsync(request.HttpContext.RequestAborted);
            return content.Length <= maxBytes ? content : throw TooLarge(maxBytes);
        }
        catch
        {
            await content.DisposeAsync();
            throw;
        }
    }

    private static async Task<Stream> FromFormAsync(HttpRequest request, int maxBytes)
    {
        IFormCollection form;
        try
        {
            var limits = new FormOptions { MemoryBufferThreshold = InMemory, MultipartBodyLengthLimit = maxBytes + (long)FormOverhead, ValueCountLimit = 16,
                KeyLengthLimit = 256, ValueLengthLimit = 1024, MultipartHeadersLengthLimit = 4096 };
            form = await new FormFeature(request, limits).ReadFormAsync(request.HttpContext.RequestAborted);
        }
        catch (Exception error) when (error is InvalidDataException or (IOException and not BadHttpRequestException)
            && !request.HttpContext.RequestAborted.IsCancellationRequested)
        {
            throw new RequestRefusedException(StatusCodes.Status400BadRequest, $"The form is malformed: {error.Message}");
        }
        if (form.Files is not [var file])
            throw new RequestRefusedException(StatusCodes.Status400BadRequest, $"The form has {form.Files.Count} files; it should have one, the image.");
        return file.Length <= maxBytes ? file.OpenReadStream() : throw TooLarge(maxBytes);
    }

    private static RequestRefusedException TooLarge(int maxBytes) =>
        new(StatusCodes.Status413PayloadTooLarge, $"The image has more than {maxBytes} bytes, which is the limit (--max-bytes).");
}
