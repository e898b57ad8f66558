using System.Net;
using Microsoft.AspNetCore.Http;

namespace SSAH.MLNet.Cli.Serve.Http;

/// <summary>
/// Tells requests of other web pages from those of this service's own page and of programs: a page from anywhere could otherwise have the browser post
/// to a service on loopback, or reach it by a name of its own that leads to 127.0.0.1 (DNS rebinding).
/// </summary>
internal static class RequestOrigin
{
    /// <summary>Why a request is refused, or null.</summary>
    /// <param name="request">The request.</param>
    /// <param name="anyHost">Whether the service may be reached by any name, as one may that asks for a token.</param>
    public static string? Problem(HttpRequest request, bool anyHost)
    {
        if (!anyHost && !IsLoopback(request.Host.Host))
            return $"This service is reached as localhost or 127.0.0.1, not as '{request.Host.Host}'. With --token it answers to any name.";
        string origin = request.Headers.Origin.ToString();
        if (origin.Length > 0 && !IsOwn(origin, request.Host))
            return "Pages of other origins may not use this service.";
        // Links from elsewhere may lead to the page; nothing else may be fetched from there.
        return request.Headers["Sec-Fetch-Site"].ToString() is "cross-site" or "same-site" && !IsNavigationToPage(request)
            ? "Pages of other sites may not use this service." : null;
    }

    private static bool IsOwn(string origin, HostString host) =>
        Uri.TryCreate(origin, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https"
        && uri.Authority.Equals(host.ToUriComponent(), StringComparison.OrdinalIgnoreCase);

    private static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address)
            && IPAddress.IsLoopback(address));

    private static bool IsNavigationToPage(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) && request.Path == "/" && request.Headers["Sec-Fetch-Mode"] == "navigate";
}
