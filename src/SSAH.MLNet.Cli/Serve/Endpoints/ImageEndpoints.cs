using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;
using SSAH.MLNet.Cli.Serve.Http;
using SSAH.MLNet.Cli.Serve.Images;
using SSAH.MLNet.Collections;

namespace SSAH.MLNet.Cli.Serve.Endpoints;

/// <summary>The images: pages of them, one of them, its file, new ones and removal. None is named by a path.</summary>
internal static class ImageEndpoints
{
    private const int DefaultCount = 60, LargestCount = 500;

    /// <param name="Images">Images in the order of their ids.</param>
    /// <param name="Next">What <c>after</c> is for the next page; null at the end.</param>
    internal sealed record ImagePage(IReadOnlyList<ServedImage> Images, long? Next);

    /// <param name="Id">The image.</param>
    /// <param name="FileMoved">Whether its file was moved into the trash; files that were not uploaded stay where they are.</param>
    internal sealed record Removal(long Id, bool FileMoved);

    public static void Map(IEndpointRouteBuilder routes, ServeSettings settings)
    {
        routes.MapGet("/images", (ServedCollection served, long? after, int? count, string? label, bool? unlabeled) => PageOf(served, after ?? 0,
                count is null ? DefaultCount : count is >= 1 and <= LargestCount ? count.Value
                    : throw new RequestRefusedException(StatusCodes.Status400BadRequest, $"count is 1 to {LargestCount}, not {count}."),
                unlabeled == true ? ImageFilter.Unlabeled : string.IsNullOrWhiteSpace(label) ? null : ImageFilter.WithLabel(label)))
            .Produces<ImagePage>().ProducesProblem(StatusCodes.Status400BadRequest)
            .WithSummary("A page of images; after is the next of the page before.");
        routes.MapGet("/images/{id:long}", (ServedCollection served, long id) => ServedImage.Of(served.Get(id)))
            .Produces<ServedImage>().ProducesProblem(StatusCodes.Status404NotFound).WithSummary("What is known of an image.");
        routes.MapGet("/images/{id:long}/thumbnail", ThumbnailAsync).Produces<FileContentHttpResult>(StatusCodes.Status200OK, "image/jpeg")
            .ProducesProblem(StatusCodes.Status404NotFound).WithSummary("An image made small: side is 256 or 1024 pixels.");
        routes.MapGet("/images/{id:long}/file", FileOf).Produces<FileStreamHttpResult>(StatusCodes.Status200OK, "image/jpeg",
                "image/png", "image/webp", "image/gif", "image/bmp")
            .ProducesProblem(StatusCodes.Status404NotFound).WithSummary("The file of an image.");
        routes.MapPost("/images", async (HttpContext context, ServedCollection served) =>
        {
            await using UploadedImage image = await UploadedImage.ReadAsync(context.Request, settings.MaxBytes);
            (CollectionImage added, bool isNew) = await served.AddAsync(image, context.RequestAborted);
            return isNew ? Results.Created($"/images/{added.Id}", ServedImage.Of(added)) : Results.Ok(ServedImage.Of(added));
        }).TakesImage().Produces<ServedImage>(StatusCodes.Status201Created).Produces<ServedImage>()
            .WithSummary("Adds an image.").WithDescription("When this is answered, the image is on the disk and in the collection. The same image sent again "
                + "is answered by 200 and its id.");
        routes.MapDelete("/images/{id:long}", (ServedCollection served, long id) => new Removal(id, served.Remove(id)))
            .Produces<Removal>().ProducesProblem(StatusCodes.Status404NotFound).WithSummary("Takes an image out of the collection.");
    }

    private static ImagePage PageOf(ServedCollection served, long after, int count, ImageFilter? filter)
    {
        IReadOnlyList<CollectionImage> page = served.Collection.Page(after, count, filter);
        return new ImagePage([.. page.Select(ServedImage.Of)], page.Count == count ? page[^1].Id : null);
    }

    private static async Task<IResult> ThumbnailAsync(HttpContext context, ServedCollection served, Thumbnails thumbnails, long id, int? side)
    {
        CollectionImage image = served.Get(id);
        if (side is not (null or Thumbnails.SmallSide or Thumbnails.LargeSide))
            throw new RequestRefusedException(StatusCodes.Status400BadRequest, $"side is {Thumbnails.SmallSide} or {Thumbnails.LargeSide}, not {side}.");
        byte[] jpeg = await served.ThumbnailAsync(() => thumbnails.Get(image, side ?? Thumbnails.SmallSide), context.RequestAborted)
            ?? throw Gone(id);
        context.Response.Headers.CacheControl = context.Request.Query.ContainsKey("v") ? "private, max-age=31536000, immutable" : "private, no-cache";
        return Results.Bytes(jpeg, "image/jpeg", entityTag: new EntityTagHeaderValue($"\"{image.ContentHash[..16]}-{side}\""));
    }

    // What lies at its place by now is sent only if it is an image: a link may lead anywhere.
    private static IResult FileOf(HttpContext context, ServedCollection served, long id)
    {
        CollectionImage image = served.Get(id);
        FileStream? file = null;
        try
        {
            file = new FileStream(image.Path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            ImageKind kind = ImageKind.Of(file) ?? throw Gone(id);
            context.Response.Headers.CacheControl = "private, no-cache";
            return Results.Stream(file, kind.MediaType, lastModified: image.Time, enableRangeProcessing: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or RequestRefusedException)
        {
            file?.Dispose();
            throw error as RequestRefusedException ?? Gone(id);
        }
    }

    private static RequestRefusedException Gone(long id) =>
        new(StatusCodes.Status404NotFound, $"The file of image {id} cannot be read any more; ssah index brings the collection into step.");
}
