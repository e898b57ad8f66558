using System.CommandLine;
using SSAH.MLNet.Cli.Collections;
using SSAH.MLNet.Cli.CommandLine;
using SSAH.MLNet.Cli.Models;
using SSAH.MLNet.Cli.Output;
using SSAH.MLNet.Collections;

namespace SSAH.MLNet.Cli.Commands;

/// <summary><c>ssah index PHOTOS</c>: makes the collection of a folder, or brings it into step with what has changed.</summary>
internal static class IndexCommand
{
    /// <param name="Photos">The folder.</param>
    /// <param name="Collection">What <c>--collection</c> says.</param>
    /// <param name="Model">What <c>--model</c> says; null keeps a collection's own, and is <c>resnet18</c> for a new one.</param>
    /// <param name="Bits">What <c>--bits</c> says.</param>
    /// <param name="LabelByFolder">Whether new images are labeled by their folders.</param>
    /// <param name="MaxPixels">Largest image in pixels that is read; null takes the default.</param>
    /// <param name="Activations">Whether a new collection keeps the numbers behind its codes.</param>
    internal sealed record Request(
        string Photos, string? Collection = null, string? Model = null, int? Bits = null, bool LabelByFolder = false, long? MaxPixels = null,
        bool Activations = false);

    public static Command Create()
    {
        var photos = new Argument<string>("PHOTOS") { Description = "The folder of images; everything below it is read." };
        Option<string?> collection = CollectionPlace.NewOption(), model = ModelChoice.NewOption();
        Option<int?> bits = ModelChoice.NewBitsOption();
        var byFolder = new Option<bool>("--label-by-folder") { Description = "Label new images by the folder that they lie in." };
        var pixels = new Option<long?>("--max-pixels")
        {
            Description = "Largest image that is read, in pixels: 100 million without it. What was left out before is tried again.", HelpName = "N",
        };
        var activations = new Option<bool>("--activations")
        {
            Description = "Keep the numbers behind the codes of a new collection, four bytes a bit, so that 'search --rerank' can order by them.",
        };
        return new ToolCommand("index", "Make the collection of a folder of images, or bring it up to date.",
            ("ssah index photos", "codes of all images below photos; the second time only of what is new or changed"),
            ("ssah index photos --model phash --collection copies.db", "codes that tell copies of one image, in a file of their own"))
        {
            photos, collection, model, bits, byFolder, pixels, activations,
        }.Runs((result, output, cancellation) => Run(
            new Request(result.GetRequiredValue(photos), result.GetValue(collection), result.GetValue(model), result.GetValue(bits),
                result.GetValue(byFolder), result.GetValue(pixels), result.GetValue(activations)), output, cancellation));
    }

    internal static int Run(Request request, CommandOutput output, CancellationToken cancellation)
    {
        if (!Directory.Exists(request.Photos))
            throw new ToolException(File.Exists(request.Photos) ? $"'{request.Photos}' is a file: index takes the folder that it lies in."
                : $"there is no folder '{request.Photos}'.");
        if (request.MaxPixels < 1)
            throw new ToolException("--max-pixels is 1 or more.");
        string path = CollectionPlace.For(request.Collection, request.Photos);
        using ImageCollection collection = OpenOrCreate(path, request, output, cancellation);
        SyncResult done = SyncOutput.Run(output, progress => collection.Sync(
            request.Photos, new SyncOptions { LabelByFolder = request.LabelByFolder, RetrySkipped = request.MaxPixels is not null }, progress,
            cancellation));
        SyncOutput.WarnOfSkipped(output, done);
        string model = ModelChoice.Describe(collection.Encoder);
        output.Result(
            new
            {
                Collection = path, Model = new { Name = model, Id = collection.ModelId, collection.Bits }, Images = collection.Count, done.Added,
                    done.Changed, done.Moved, done.Removed, done.Unchanged,
                done.Skipped, done.PassedOver, Seconds = Math.Round(done.Elapsed.TotalSeconds, 3),
            },
            () =>
            {
                output.Line($": {CommandOutput.Count(collection.Count, "image")} ({model})", PathText.Of(path));
                output.Line($"{CommandOutput.Count(done.Added)} added, {CommandOutput.Count(done.Changed)} changed, {CommandOutput.Count(done.Moved)} "
                    + $"moved, {CommandOutput.Count(done.Removed)} removed, "
                    + $"{CommandOutput.Count(done.Unchanged)} unchanged, {CommandOutput.Count(done.Skipped.Count)} skipped, in {Durations.Text(done.Elapsed)}");
            });
        return ExitCode.Done;
    }

    private static ImageCollectionOptions? OptionsOf(Request request) => request.MaxPixels is { } pixels
        ? new ImageCollectionOptions { Reading = new ImageReadingOptions { MaxPixels = pixels } }
        : null;

    private static ImageCollection OpenOrCreate(string path, Request request, CommandOutput output, CancellationToken cancellation)
    {
        if (!File.Exists(path))
        {
            using HashEncoder encoder = new ModelChoice(request.Model ?? ModelChoice.ResNet18, request.Bits).Open(request.Photos, output, cancellation);
            using (OpenedCollection.Create(path, encoder, request.Activations))
            {
            }
            return OpenedCollection.Open(path, OptionsOf(request));
        }
        ImageCollection collection = OpenedCollection.Open(path, OptionsOf(request));
        if (request.Activations && !collection.KeepsActivations)
        {
            collection.Dispose();
            throw new ToolException($"'{path}' is there already and keeps no activations: --activations is for a new collection (--collection FILE).");
        }
        if (request.Model is null && request.Bits is null)
            return collection;
        try
        {
            using HashEncoder encoder = new ModelChoice(request.Model ?? ModelChoice.ResNet18, request.Bits).Open(request.Photos, output, cancellation);
            if (encoder.ModelId != collection.ModelId)
            {
                output.Note($"all images are encoded again, by {ModelChoice.Describe(encoder)}; until that is done the old codes stay.");
                SyncOutput.WarnOfSkipped(output, SyncOutput.Run(output, progress => collection.SwitchModel(encoder, progress, cancellation)));
            }
            return collection;
        }
        catch
        {
            collection.Dispose();
            throw;
        }
    }
}
