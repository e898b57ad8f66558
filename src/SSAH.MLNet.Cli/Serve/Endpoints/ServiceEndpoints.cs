using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SSAH.MLNet.Cli.Models;
using SSAH.MLNet.Cli.Serve.Http;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Cli.Serve.Endpoints;

/// <summary>The service itself: whether it is well, what it serves, and who may use it.</summary>
internal static class ServiceEndpoints
{
    /// <param name="Status">Always <c>ok</c>; a service that is not well answers 503.</param>
    internal sealed record Health(string Status);

    /// <param name="Name">Name of the folder of photos.</param>
    /// <param name="Images">Number of images.</param>
    /// <param name="Bits">Code length.</param>
    /// <param name="Model">What made the codes.</param>
    /// <param name="ModelId">The model's name: SHA-256 of its file.</param>
    /// <param name="MaxBytes">Largest image that is taken, in bytes.</param>
    /// <param name="MaxPixels">Largest image that is taken, in pixels.</param>
    internal sealed record Description(string Name, int Images, int Bits, string Model, string ModelId, int MaxBytes, long MaxPixels);

    /// <param name="Token">The token.</param>
    internal sealed record SignIn(string? Token);

    public static void Map(IEndpointRouteBuilder routes, ServeSettings settings)
    {
        routes.MapGet("/healthz", (ServedCollection served) =>
        {
            try
            {
                _ = served.Collection.Revision;
                return Results.Ok(new Health("ok"));
            }
            catch (Exception error) when (error is IOException or TimeoutException or DamagedFileException)
            {
                return Results.Problem("The collection cannot be read.", statusCode: StatusCodes.Status503ServiceUnavailable);
            }
        }).Produces<Health>().ProducesProblem(StatusCodes.Status503ServiceUnavailable).WithMetadata(new OpenToAll())
            .WithSummary("Whether the service and its collection are well.");
        routes.MapGet("/collection", (ServedCollection served) => new Description(served.Name, served.Collection.Count, served.Collection.Bits,
                ModelChoice.Describe(served.Collection.Encoder), served.Collection.ModelId, settings.MaxBytes, settings.MaxPixels))
            .Produces<Description>().WithSummary("What is served.");
        routes.MapPost("/session", (HttpContext context, AccessGate access, SignIn given) =>
        {
            if (access.Token is null)
                return Results.NoContent();
            if (!access.Token.IsRight(given.Token ?? ""))
                throw new RequestRefusedException(StatusCodes.Status401Unauthorized, "That is not the token.");
            access.Token.SignIn(context);
            return Results.NoContent();
        }).TakesJson().Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status401Unauthorized).WithMetadata(new OpenToAll())
            .WithSummary("Gives a browser the cookie that stands for the token.");
    }
}
