using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SSAH.MLNet.Cli.Serve.Http;
using SSAH.MLNet.Cli.Serve.Images;
using SSAH.MLNet.Collections;

namespace SSAH.MLNet.Cli.Serve.Endpoints;

/// <summary>Searches: by an image that is sent, and by one of the collection.</summary>
internal static class SearchEndpoints
{
    private const int DefaultK = 10, LargestK = 1000;

    /// <param name="Bits">Code length: the largest distance that there can be.</param>
    /// <param name="Matches">The nearest images, nearest first.</param>
    internal sealed record Answer(int Bits, IReadOnlyList<ServedMatch> Matches);

    public static void Map(IEndpointRouteBuilder routes, ServeSettings settings)
    {
        routes.MapPost("/search", async (HttpContext context, ServedCollection served, int? k, int? radius, string? label) =>
        {
            int count = CountOf(k);
            await using UploadedImage image = await UploadedImage.ReadAsync(context.Request, settings.MaxBytes);
            return AnswerOf(served, await served.SearchAsync(image, count, FilterOf(label), context.RequestAborted), radius);
        }).TakesImage().Produces<Answer>().WithSummary("Finds the images that are nearest to an image.")
            .WithDescription("The image is the body, or the one file of a form. k is the number of images (10, at most 1000), radius the largest distance in "
                + "bits, label finds only images that have it.");

        routes.MapGet("/images/{id:long}/neighbors", (ServedCollection served, long id, int? k, int? radius, string? label) =>
        {
            CollectionImage image = served.Get(id);
            using (ServeTelemetry.Search())
                return AnswerOf(served, served.Collection.Search(image.Id, CountOf(k), FilterOf(label)), radius);
        }).Produces<Answer>().ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("Finds the images that are nearest to one of the collection.");
    }

    private static Answer AnswerOf(ServedCollection served, IReadOnlyList<CollectionMatch> matches, int? radius) =>
        new(served.Collection.Bits, [.. matches.Where(match => match.Distance <= (radius ?? int.MaxValue)).Select(ServedMatch.Of)]);

    private static int CountOf(int? k) => k is null ? DefaultK : k is >= 1 and <= LargestK ? k.Value
        : throw new RequestRefusedException(StatusCodes.Status400BadRequest, $"k is 1 to {LargestK}, not {k}.");

    private static ImageFilter? FilterOf(string? label) => string.IsNullOrWhiteSpace(label) ? null : ImageFilter.WithLabel(label);
}
