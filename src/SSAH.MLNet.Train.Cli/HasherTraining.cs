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
    private const string Unlabeled = "Unlabeled";

    /// <summary>Trains on all images.</summary>
    /// <returns>The encoder, and the schema of the rows that it takes.</returns>
    public (HashEncoder Encoder, DataViewSchema Schema) Fit(LabeledPaths images, string what)
    {
        var options = new SsahTrainer.Options { Bits = bits, Seed = seed };
        options.Stopping.CancellationToken = cancellation;
        var rows = new LabeledRows(context, images, Side, Side);
        return (Watched(what, rows, () => context.Transforms.SsahHash(options).Fit(rows)), rows.Schema);
    }

    /// <summary>Trains on some labels, and compares on others what that brings over codes without labels.</summary>
    /// <param name="train">Images that are learned from.</param>
    /// <param name="held">Labeled images that are not; they are searched among the labeled ones that are.</param>
    public RetrievalComparison Measure(LabeledPaths train, LabeledPaths held)
    {
        (HashEncoder trained, _) = Fit(train, "learning from a part of the labels");
        using HashEncoder encoder = trained;
        var rows = new LabeledRows(context, train, Side, Side);
        using HashEncoder untrained = Watched("learning without labels", rows, () => context.Transforms.ItqHash(new ItqHashOptions
        {
            Network = PretrainedNetwork.ResNet18, InputColumnName = "Pixels", OutputColumnName = Unlabeled, Bits = bits, Seed = seed,
                CancellationToken = cancellation,
        }).Fit(rows));
        IDataView queries = Encoded(held, "encoding labels that were held out"), database = Encoded(train.Labeled(), "encoding the labeled images");
        return context.HashRetrieval.Compare(queries, database, new ComparedColumns { UnlabeledCodes = Unlabeled }, options: null, cancellation);

        IDataView Encoded(LabeledPaths images, string what)
        {
            var view = new LabeledRows(context, images, Side, Side);
            IDataView cached = context.Data.Cache(untrained.Transform(encoder.Transform(view)), "Label", encoder.OutputColumnName, Unlabeled);
            // The first pass reads the images; those that follow read the cache.
            return Watched(what, view, () =>
            {
                context.HashRetrieval.ReadCodes(cached, encoder.OutputColumnName, cancellation);
                return cached;
            });
        }
    }

    private T Watched<T>(string what, LabeledRows rows, Func<T> work) => output.Progress(what, "images", progress =>
    {
        rows.Progress = progress;
        return work();
    });
}
