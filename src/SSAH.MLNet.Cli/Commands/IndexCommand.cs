using System.CommandLine;
using System.Diagnostics;
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
        Option<long?> pixels = PixelLimit.NewOption(" What was left out before is tried again.");
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
        // Learning included: it is what the user waits for.
        long start = Stopwatch.GetTimestamp();
        ImageReadingOptions reading = PixelLimit.Reading(request.MaxPixels);
        string path = CollectionPlace.For(request.Collection, request.Photos);
        (ImageCollection opened, HashEncoder? learned) = OpenOrCreate(path, request, OptionsOf(request, reading), output, cancellation);
        using HashEncoder? encoder = learned;
        using ImageCollection collection = opened;
        SyncResult done = SyncOutput.Run(output, progress => collection.Sync(
            request.Photos, new SyncOptions { LabelByFolder = request.LabelByFolder, RetrySkipped = request.MaxPixels is not null }, progress,
            cancellation));
        SyncOutput.WarnOfSkipped(output, done);
        string model = ModelChoice.Describe(collection.Encoder);
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        output.Result(
            new
            {
                Collection = path, Model = new { Name = model, Id = collection.ModelId, collection.Bits }, Images = collection.Count, done.Added,
                    done.Changed, done.Moved, done.Removed, done.Unchanged,
                done.Skipped, done.PassedOver, Seconds = Math.Round(elapsed.TotalSeconds, 3),
            },
            () =>
            {
                output.Line($": {CommandOutput.Count(collection.Count, "image")} ({model})", PathText.Of(path));
                output.Line($"{CommandOutput.Count(done.Added)} added, {CommandOutput.Count(done.Changed)} changed, {CommandOutput.Count(done.Moved)} "
                    + $"moved, {CommandOutput.Count(done.Removed)} removed, "
                    + $"{CommandOutput.Count(done.Unchanged)} unchanged, {CommandOutput.Count(done.Skipped.Count)} skipped, in {Durations.Text(elapsed)}");
            });
        return ExitCode.Done;
    }

    private static ImageCollectionOptions OptionsOf(Request request, ImageReadingOptions reading) =>
        new() { KeepActivations = request.Activations, Reading = reading };

    // A model that was just learned knows the codes of what it was learned from.
    private static (ImageCollection Collection, HashEncoder? Learned) OpenOrCreate(
        string path, Request request, ImageCollectionOptions options, CommandOutput output, CancellationToken cancellation)
    {
        if (File.Exists(path))
            return (OpenExisting(path, request, options, output, cancellation), null);
        HashEncoder encoder = new ModelChoice(request.Model ?? ModelChoice.ResNet18, request.Bits).Open(request.Photos, output, cancellation);
        try
        {
            return (OpenedCollection.Create(path, encoder, options), encoder);
        }
        catch
        {
            encoder.Dispose();
            throw;
        }
    }

    private static ImageCollection OpenExisting(
        string path, Request request, ImageCollectionOptions options, CommandOutput output, CancellationToken cancellation)
    {
        ImageCollection collection = OpenedCollection.Open(path, options);
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
