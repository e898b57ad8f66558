using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;

namespace SSAH.MLNet.Cli.Serve.Endpoints;

/// <summary>What endpoints have in common, as the OpenAPI document says it.</summary>
internal static class EndpointDescriptions
{
    private const long LargestJson = 64 << 10;

    /// <summary>Takes an image as the body or as a form.</summary>
    public static RouteHandlerBuilder TakesImage(this RouteHandlerBuilder endpoint) => endpoint
        .Accepts<IFormFile>("multipart/form-data", "application/octet-stream", "image/jpeg", "image/png", "image/webp", "image/gif", "image/bmp",
            "image/x-icon", "image/vnd.microsoft.icon")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status413PayloadTooLarge)
        .ProducesProblem(StatusCodes.Status415UnsupportedMediaType).ProducesProblem(StatusCodes.Status422UnprocessableEntity)
        .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    /// <summary>Takes a little JSON.</summary>
    public static RouteHandlerBuilder TakesJson(this RouteHandlerBuilder endpoint) => endpoint.WithMetadata(new SizeLimit(LargestJson));

    private sealed record SizeLimit(long? MaxRequestBodySize) : IRequestSizeLimitMetadata;
}
