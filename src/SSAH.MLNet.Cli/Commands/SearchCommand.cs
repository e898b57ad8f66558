using System.CommandLine;
using System.Globalization;
using SSAH.MLNet.Cli.Collections;
using SSAH.MLNet.Cli.CommandLine;
using SSAH.MLNet.Cli.Output;
using SSAH.MLNet.Collections;

namespace SSAH.MLNet.Cli.Commands;

/// <summary><c>ssah search IMAGE|FOLDER</c>: the images of a collection that are nearest to an image, or to each image of a folder.</summary>
internal static class SearchCommand
{
    /// <param name="Query">An image or a folder.</param>
    /// <param name="Collection">What <c>--collection</c> says.</param>
    /// <param name="K">Images to find.</param>
    /// <param name="MaxDistance">Images further away are left out.</param>
    /// <param name="Label">Only images with this label.</param>
    /// <param name="Rerank">Whether the nearest are ordered by their activations.</param>
    internal sealed record Request(
        string Query, string? Collection = null, int K = 10, int? MaxDistance = null, string? Label = null, bool Rerank = false);

    private sealed record Found(string Query, IReadOnlyList<CollectionMatch> Matches);

    public static Command Create()
    {
        var query = new Argument<string>("IMAGE|FOLDER") { Description = "What to search for; of a folder, each image in it." };
        Option<string?> collection = CollectionPlace.NewOption();
        var count = new Option<int>("--count", "-k") { Description = "How many images to find.", DefaultValueFactory = _ => 10, HelpName = "N" };
        var distance = new Option<int?>("--max-distance") { Description = "Leave out images whose codes differ in more bits.", HelpName = "BITS" };
        var label = new Option<string?>("--label") { Description = "Find only images with this label.", HelpName = "LABEL" };
        var rerank = new Option<bool>("--rerank")
        {
            Description = "Put the nearest into the finer order of the numbers behind their codes; needs a collection that keeps them (index --activations).",
        };
        return new ToolCommand("search", "Find the images that are nearest to an image.",
            ("ssah search photos/dog.jpg", "the ten nearest images, nearest first, with the bits in which their codes differ"),
            ("ssah search new-photos --collection photos -k 3 --json", "three for each image of a folder, as JSON"))
        {
            query, collection, count, distance, label, rerank,
        }.Runs((result, output, cancellation) => Run(
            new Request(result.GetRequiredValue(query), result.GetValue(collection), result.GetValue(count), result.GetValue(distance),
                result.GetValue(label), result.GetValue(rerank)), output, cancellation));
    }

    internal static int Run(Request request, CommandOutput output, CancellationToken cancellation)
    {
        if (request.K < 1)
            throw new ToolException($"--count is 1 or more, not {request.K}.");
        bool isFolder = Directory.Exists(request.Query);
        if (!isFolder && !File.Exists(request.Query))
            throw new ToolException($"there is no image or folder '{request.Query}'.");
        string path = CollectionPlace.Find(request.Collection, isFolder ? request.Query : Path.GetDirectoryName(Path.GetFullPath(request.Query))!, ".");
        using ImageCollection collection = OpenedCollection.Open(path);
        if (request.Rerank && !collection.KeepsActivations)
            throw new ToolException($"'{path}' keeps no activations, which --rerank needs: make a collection that does by "
                + "'ssah index PHOTOS --activations --collection FILE'.");
        ImageFilter? filter = request.Label is null ? null : ImageFilter.WithLabel(request.Label);
        IReadOnlyList<Found> found = isFolder ? OfFolder(request, collection, filter, output, cancellation)
            : [new Found(Path.GetFullPath(request.Query), OfImage(request, collection, filter))];
        found = [.. found.Select(each => each with { Matches = [.. each.Matches.Where(match => match.Distance <= (request.MaxDistance ?? int.MaxValue))] })];
        output.Result(
            new
            {
                Collection = path, collection.Bits,
                Queries = found.Select(each => new { each.Query,
                    Matches = each.Matches.Select(match => new { match.Distance, match.Similarity, match.Image.Path, match.Image.Width, match.Image.Height,
                        match.Image.Labels }) }),
            },
            () => Write(found, isFolder, output));
        return ExitCode.Done;
    }

    // An image of the collection is not its own neighbor.
    private static IReadOnlyList<CollectionMatch> OfImage(Request request, ImageCollection collection, ImageFilter? filter)
    {
        var file = new FileInfo(request.Query);
        CollectionImage? known = collection.Get(file.FullName);
        if (known is not null && (known.Size != file.Length || known.Time != file.LastWriteTimeUtc))
            known = null;
        if (request.Rerank)
            return known is null ? collection.SearchReranked(file.FullName, request.K, filter: filter)
                : collection.SearchReranked(known.Id, request.K, filter: filter);
        return known is null ? collection.Search(file.FullName, request.K, filter) : collection.Search(known.Id, request.K, filter);
    }

    private static Found[] OfFolder(Request request, ImageCollection collection, ImageFilter? filter, CommandOutput output, CancellationToken cancellation)
    {
        EncodedImages queries = EncodedImages.OfFolder(request.Query, collection.Encoder, cancellation);
        SyncOutput.WarnOfSkipped(output, queries.Skipped);
        IReadOnlyList<IReadOnlyList<CollectionMatch>> matches = request.Rerank
            ? [.. queries.Paths.Select(Reranked)]
            : collection.Search(queries.Codes, request.K + 1, filter, cancellation);
        return [.. queries.Paths.Select((path, i) => new Found(path, [.. matches[i].Where(match => match.Image.Path != path).Take(request.K)]))];

        IReadOnlyList<CollectionMatch> Reranked(string path)
        {
            cancellation.ThrowIfCancellationRequested();
            return collection.SearchReranked(path, request.K + 1, filter: filter);
        }
    }

    private static void Write(IReadOnlyList<Found> found, bool isFolder, CommandOutput output)
    {
        foreach (Found each in found)
        {
            if (isFolder)
                output.Line("", PathText.Of(each.Query));
            output.Table([.. each.Matches.Select(match => new[]
            {
                (isFolder ? "  " : "") + NumberOf(match), PathText.Of(match.Image.Path), string.Join(", ", match.Image.Labels),
            })], right: 0);
            if (each.Matches.Count == 0)
                output.Note("nothing found.");
        }
    }

    // What the order is by.
    private static string NumberOf(CollectionMatch match) => match.Similarity is { } similarity
        ? similarity.ToString("F3", CultureInfo.InvariantCulture) : match.Distance.ToString(CultureInfo.InvariantCulture);
}
