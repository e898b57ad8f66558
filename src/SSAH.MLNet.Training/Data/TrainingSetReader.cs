using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace SSAH.MLNet.Training.Data;

/// <summary>Reads a data view once (in-memory images can be read only once) into a <see cref="TrainingSet"/>.</summary>
internal static class TrainingSetReader
{
    private const int RowsBetweenNotes = 20_000;

    public static TrainingSet Read(IDataView data, SsahTrainer.Options options, int seed, IHost host, IChannel channel)
    {
        var pixels = PixelColumn.Open(data.Schema, options.InputColumnName);
        var labels = LabelColumn.Open(data.Schema, options.LabelColumnName);
        var builder = new TrainingSet.Builder(pixels.Shape);
        // Without a random generator ML.NET gives the rows in their own order: the same data always makes the same set.
        using (var cursor = data.GetRowCursor([data.Schema[pixels.Index], labels.Column]))
        {
            var readLabels = labels.CreateReader(cursor);
            var readPixels = pixels.CreateReader(cursor);
            while (cursor.MoveNext())
            {
                readPixels.Read(builder.Add(readLabels()));
                if (builder.Count % RowsBetweenNotes == 0)
                {
                    MLNetInternals.CheckAlive(host);
                    options.CancellationToken.ThrowIfCancellationRequested();
                    channel.Info(MessageSensitivity.None, $"Read {builder.Count} images.");
                }
            }
        }
        if (builder.Count == 0)
            throw new InvalidOperationException("The training data has no row.");
        var set = builder.Build(labels.ClassCount, labels.IsMultiLabel, labels.Names, options.ValidationFraction, seed);
        if (set.LabelledRows.Length < 2)
            throw new InvalidOperationException(
                $"Column '{options.LabelColumnName}' labels {set.LabelledRows.Length} of {builder.Count} rows to train on; at least 2 are needed. Missing keys "
                + "(0), empty vectors and all-NaN vectors count as unlabelled: check that MapValueToKey was fitted on the names that the rows have.");
        channel.Info(MessageSensitivity.None, $"{builder.Count} images of {pixels.Shape}: {set.LabelledRows.Length} labelled, {set.UnlabelledRows.Length} unlabelled, "
            + $"{set.ValidationRows.Length} kept for validation, {labels.ClassCount} classes.");
        if (set.UnlabelledRows.Length == 0 && options.ConsistentWeight > 0)
            channel.Info(MessageSensitivity.None, "No row is unlabelled: the consistent loss is off and training is supervised.");
        return set;
    }
}
