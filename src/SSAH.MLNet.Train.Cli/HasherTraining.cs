using Microsoft.ML;
using SSAH.MLNet.Cli.Output;
using SSAH.MLNet.Evaluation;

namespace SSAH.MLNet.Train.Cli;

/// <summary>Learns codes of photos from the features of the pretrained network, with SsahHash's defaults and, to compare, without labels.</summary>
/// <param name="context">The seeded context.</param>
/// <param name="bits">Code length.</param>
/// <param name="seed">Seed.</param>
/// <param name="output">Shows progress.</param>
/// <param name="cancellation">Stops the training.</param>
internal sealed class HasherTraining(MLContext context, int bits, int seed, CommandOutput output, CancellationToken cancellation)
{
    private const int Side = 224;

    /// <summary>Trains on all images.</summary>
    /// <param name="images">Images to learn from.</param>
    /// <param name="what">What progress calls it.</param>
    /// <param name="onStage">Takes hard samples to look at; null where nobody looks.</param>
    /// <returns>The encoder, and the schema of the rows that it takes.</returns>
    public (HashEncoder Encoder, DataViewSchema Schema) Fit(LabeledPaths images, string what, Action<HardSampleStage>? onStage = null)
    {
        var options = new SsahTrainer.Options { Bits = bits, Seed = seed, HardSampleCallback = onStage };
        options.Stopping.CancellationToken = cancellation;
        var rows = new LabeledRows(context, images, Side, Side);
        return (Watched(what, [rows], () => context.Transforms.SsahHash(options).Fit(rows)), rows.Schema);
    }

    /// <summary>Trains on some labels, and compares on others what that brings over codes without labels.</summary>
    /// <param name="train">Images that are learned from.</param>
    /// <param name="held">Labeled images that are not; they are searched among the labeled ones that are.</param>
    public RetrievalComparison Measure(LabeledPaths train, LabeledPaths held)
    {
        (HashEncoder trained, _) = Fit(train, "learning from a part of the labels");
        using HashEncoder encoder = trained;
        var rows = new LabeledRows(context, train, Side, Side);
        using HashEncoder untrained = Watched("learning without labels", [rows], () => context.Transforms.ItqHash(new ItqHashOptions
        {
            Network = PretrainedNetwork.ResNet18, InputColumnName = "Pixels", Bits = bits, Seed = seed, CancellationToken = cancellation,
        }).Fit(rows));
        var queries = new LabeledRows(context, held, Side, Side);
        var database = new LabeledRows(context, train.Labeled(), Side, Side);
        return Watched("comparing on labels that were held out", [queries, database],
            () => context.HashRetrieval.Compare(encoder, queries, database, unlabeled: untrained, cancellationToken: cancellation));
    }

    /// <summary>Groups of images that are copies of each other.</summary>
    public DuplicateReport FindCopies(LabeledPaths images) => output.Progress("looking for copies", "images", progress => context.HashRetrieval.FindDuplicates(
        [.. images.Images.Select(image => image.Path)], new DuplicateOptions { Progress = new DuplicatesProgress(progress) }, cancellation));

    /// <summary>Images that have a copy among others.</summary>
    public LeakReport FindLeaks(LabeledPaths images, LabeledPaths others) => output.Progress("looking for copies among the held-out images", "images",
        progress => context.HashRetrieval.FindLeaks([.. images.Images.Select(image => image.Path)], [.. others.Images.Select(image => image.Path)],
            new DuplicateOptions { Progress = new DuplicatesProgress(progress) }, cancellation));

    private T Watched<T>(string what, LabeledRows[] views, Func<T> work) => output.Progress(what, "images", progress =>
    {
        foreach (LabeledRows rows in views)
            rows.Progress = progress;
        return work();
    });
}
