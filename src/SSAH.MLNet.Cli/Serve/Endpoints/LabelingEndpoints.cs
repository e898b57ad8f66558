using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SSAH.MLNet.Cli.Serve.Http;
using SSAH.MLNet.Cli.Serve.Images;
using SSAH.MLNet.Cli.Serve.Labeling;

namespace SSAH.MLNet.Cli.Serve.Endpoints;

/// <summary>Which images to label next, and how far the labels go.</summary>
internal static class LabelingEndpoints
{
    private const int DefaultCount = 8, LargestCount = 100;

    /// <param name="Image">The image.</param>
    /// <param name="Guess">What its labeled neighbors would say; null where there are none.</param>
    /// <param name="Share">How sure they are, 0 to 1.</param>
    internal sealed record ProposedImage(ServedImage Image, string? Guess, double Share);

    /// <param name="Proposals">The images whose labels would teach most, best first.</param>
    /// <param name="Labels">The labels, with the number of images of each.</param>
    /// <param name="Labeled">Number of labeled images.</param>
    /// <param name="Images">Number of images.</param>
    /// <param name="Agreement">Share of the labeled images of which the labeled neighbors name one of their own labels; null below two.</param>
    /// <param name="Coverage">Share of all images that lie near a labeled one.</param>
    /// <param name="Radius">What near means, in bits.</param>
    /// <param name="Skipped">Number of images that were skipped, and are not proposed.</param>
    /// <param name="Undoable">Number of changes of labels that can be taken back.</param>
    internal sealed record Labeling(
        IReadOnlyList<ProposedImage> Proposals, IReadOnlyList<LabelEndpoints.LabelCount> Labels, int Labeled, int Images, double? Agreement, double Coverage,
        int Radius, int Skipped, int Undoable);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/labeling", Propose).Produces<Labeling>().ProducesProblem(StatusCodes.Status400BadRequest)
            .WithSummary("The images whose labels would teach most, and how far the labels go.")
            .WithDescription("count is the number of proposals (8, at most 100), skip the ids of images, between commas, that are not proposed this time.");
        routes.MapPost("/images/{id:long}/skip", (ServedCollection served, LabelHistory history, long id) =>
        {
            history.Skip(served.Get(id).Id);
            return Results.NoContent();
        }).Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("An image is not proposed any more, until it has a label or the skipped ones are proposed again.");
        routes.MapDelete("/labeling/skipped", (LabelHistory history) =>
        {
            history.ProposeSkippedAgain();
            return Results.NoContent();
        }).Produces(StatusCodes.Status204NoContent).WithSummary("Images that were skipped are proposed again.");
    }

    private static Labeling Propose(ServedCollection served, LabelingState state, LabelHistory history, int? count, string? skip)
    {
        if (count is < 0 or > LargestCount)
            throw new RequestRefusedException(StatusCodes.Status400BadRequest, $"count is 0 to {LargestCount}, not {count}.");
        LabelingState.Proposal proposal = state.Propose(count ?? DefaultCount, IdsOf(skip).Union(history.Skipped).ToHashSet());
        ProposedImage[] images = [.. proposal.Images.Select(each => (Image: served.Collection.Get(each.Id), each.Vote)).Where(each => each.Image is not null)
            .Select(each => new ProposedImage(ServedImage.Of(each.Image!), each.Vote.Label, each.Vote.Share))];
        return new Labeling(images, LabelEndpoints.CountsOf(served.Collection), proposal.Labeled, served.Collection.Count, proposal.Figures.Agreement,
            proposal.Figures.Coverage, proposal.Radius, history.Skipped.Count, history.Undoable);
    }

    private static HashSet<long> IdsOf(string? list) => [.. (list ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(text =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long id) ? id
            : throw new RequestRefusedException(StatusCodes.Status400BadRequest, $"'{text}' is no id."))];
}
