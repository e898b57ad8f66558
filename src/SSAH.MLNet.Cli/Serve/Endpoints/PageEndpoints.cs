using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;
using SSAH.MLNet.Cli.Serve.Http;

namespace SSAH.MLNet.Cli.Serve.Endpoints;

/// <summary>The page for people: files that are in the tool.</summary>
internal static class PageEndpoints
{
    private const string Folder = "page/", Start = "index.html";

    public static void Map(IEndpointRouteBuilder routes)
    {
        foreach (string name in typeof(PageEndpoints).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(Folder, StringComparison.Ordinal)))
        {
            string file = name[Folder.Length..];
            byte[] content = Read(name);
            string type = TypeOf(file);
            var tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 8))}\"");
            routes.MapGet(file == Start ? "/" : $"/page/{file}", (HttpContext context) =>
            {
                // Another version of the tool has another page.
                context.Response.Headers.CacheControl = "no-cache";
                return Results.Bytes(content, type, entityTag: tag);
            }).WithMetadata(new OpenToAll()).ExcludeFromDescription();
        }
    }

    private static string TypeOf(string file) => Path.GetExtension(file) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        var other => throw new InvalidOperationException($"The page has a file '{file}', and '{other}' has no type here."),
    };

    private static byte[] Read(string name)
    {
        using Stream stream = typeof(PageEndpoints).Assembly.GetManifestResourceStream(name)!;
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
