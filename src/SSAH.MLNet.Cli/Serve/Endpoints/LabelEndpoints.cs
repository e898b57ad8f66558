using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SSAH.MLNet.Cli.Serve.Http;
using SSAH.MLNet.Cli.Serve.Images;
using SSAH.MLNet.Cli.Serve.Labeling;
using SSAH.MLNet.Collections;

namespace SSAH.MLNet.Cli.Serve.Endpoints;

/// <summary>Labels: which there are, those of an image, and taking the latest changes back.</summary>
internal static class LabelEndpoints
{
    private const int MostLabels = 50, LongestLabel = 200;

    /// <param name="Labels">The labels in place of those that the image has; none takes them away.</param>
    internal sealed record NewLabels(IReadOnlyList<string>? Labels);

    /// <param name="Change">Number of the change, to take it back by.</param>
    /// <param name="Image">The image as it is now.</param>
    internal sealed record Changed(long Change, ServedImage Image);

    /// <param name="Label">The label.</param>
    /// <param name="Images">Images that have it.</param>
    internal sealed record LabelCount(string Label, int Images);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/labels", (ServedCollection served) => CountsOf(served.Collection)).Produces<IReadOnlyList<LabelCount>>()
            .WithSummary("The labels, with the number of images of each.");
        routes.MapGet("/images/{id:long}/labels", (ServedCollection served, long id) => served.Get(id).Labels).Produces<IReadOnlyList<string>>()
            .ProducesProblem(StatusCodes.Status404NotFound).WithSummary("The labels of an image.");
        routes.MapPut("/images/{id:long}/labels", (ServedCollection served, LabelHistory history, long id, NewLabels labels) =>
                ChangedBy(served, history.Set(id, Checked(labels.Labels))
                    ?? throw new RequestRefusedException(StatusCodes.Status404NotFound, $"There is no image {id}.")))
            .TakesJson().Produces<Changed>().ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("Gives an image labels in place of those it has; committed when this is answered.");
        routes.MapPost("/labels/undo", (ServedCollection served, LabelHistory history, long? change) =>
                ChangedBy(served, history.Undo(change) ?? throw new RequestRefusedException(StatusCodes.Status409Conflict,
                    "There is nothing to take back, or the image was labeled anew since.")))
            .Produces<Changed>().ProducesProblem(StatusCodes.Status409Conflict)
            .WithSummary("Takes a change of labels back: the one of a number, or the latest, also of an earlier run of the service.");
    }

    /// <summary>The labels of a collection with the number of images of each.</summary>
    public static IReadOnlyList<LabelCount> CountsOf(ImageCollection collection) =>
        [.. collection.Labels.Select(label => new LabelCount(label.Key, label.Value))];

    private static Changed ChangedBy(ServedCollection served, LabelChange change)
    {
        ServeTelemetry.CountLabels();
        return new Changed(change.Number, ServedImage.Of(served.Get(change.Id)));
    }

    private static string[] Checked(IReadOnlyList<string>? labels)
    {
        string[] names = [.. (labels ?? throw Refused("The body has no labels.")).Select(label => label?.Trim() ?? "").Distinct(StringComparer.Ordinal)];
        if (names.Length > MostLabels)
            throw Refused($"An image has at most {MostLabels} labels here.");
        foreach (string name in names)
            if (name.Length is 0 or > LongestLabel || name.Any(char.IsControl) || !name.IsNormalized())
                throw Refused($"A label has 1 to {LongestLabel} characters, none of them a control character, in Unicode's normal form C.");
        return names;
    }

    private static RequestRefusedException Refused(string message) => new(StatusCodes.Status400BadRequest, message);
}
