using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using SSAH.MLNet.Evaluation;

namespace SSAH.MLNet.Training.Data;

/// <summary>Reads a data view once (in-memory images can be read only once) into a <see cref="TrainingSet"/>.</summary>
internal static class TrainingSetReader
{
    private const int RowsBetweenNotes = 20_000;
    private const int RowsBeforeRangeCheck = 64;

    public static TrainingSet Read(IDataView data, PixelColumn pixels, LabelColumn labels, SsahTrainer.Options options, int seed, IHost host, IChannel channel)
    {
        long limit = options.PixelMemoryMegabytes * 1_000_000L;
        Announce(data.GetRowCount(), pixels.Shape, limit, channel);
        var builder = new TrainingSet.Builder(pixels.Shape, limit);
        // Without a random generator ML.NET gives the rows in their own order: the same data always makes the same set.
        using (CancelableReading.Begin(options.Stopping.CancellationToken))
        using (var cursor = data.GetRowCursor([data.Schema[pixels.Index], labels.Column]))
        {
            var readLabels = labels.CreateReader(cursor);
            var readPixels = pixels.CreateReader(cursor);
            while (cursor.MoveNext())
            {
                MLNetInternals.CheckAlive(host);
                options.Stopping.CancellationToken.ThrowIfCancellationRequested();
                readPixels.Read(builder.Add(readLabels()));
                // As early as possible: there may be many rows, and each is decoded.
                if (builder.Count == RowsBeforeRangeCheck)
                    CheckRange(readPixels, pixels);
                if (builder.Count % RowsBetweenNotes == 0)
                    channel.Info(MessageSensitivity.None, $"Read {builder.Count} images, {Megabytes((long)builder.Count * pixels.Shape.Size)} of "
                        + $"pixels{(builder.MappedBytes > 0 ? $", {Megabytes(builder.MappedBytes)} of them in mapped files" : "")}.");
            }
            CheckRange(readPixels, pixels);
        }
        if (builder.Count == 0)
            throw new InvalidOperationException("The training data has no row.");
        var set = builder.Build(labels.ClassCount, labels.IsMultiLabel, labels.Names, options.Validation.Fraction, seed);
        CheckValidation(set, options.Validation.Fraction);
        if (set.LabeledRows.Length < 2)
            throw new InvalidOperationException(
                $"Column '{options.LabelColumnName}' labels {set.LabeledRows.Length} of {builder.Count} rows to train on; at least 2 are needed. "
                + $"A row is unlabeled where it has an empty text, {LabelColumn.MissingKey}, an empty vector, or nothing but NaN: check that "
                + "MapValueToKey was fitted on the names that the rows have.");
        CheckClasses(set, options.LabelColumnName);
        if (labels.DoubtAbout(set.Labels) is { } doubt)
            channel.Warning(MessageSensitivity.None, doubt);
        channel.Info(MessageSensitivity.None,
            $"{builder.Count} images of {pixels.Shape}: {set.LabeledRows.Length} labeled, {set.UnlabeledRows.Length} unlabeled, "
            + $"{set.ValidationRows.Length} kept for validation, {labels.ClassCount} classes.");
        if (set.UnlabeledRows.Length == 0 && options.Consistency.Weight > 0)
            channel.Info(MessageSensitivity.None, "No row is unlabeled: the consistent loss is off and training is supervised.");
        return set;
    }

    // Before the memory is taken, where the view knows how many rows it has.
    private static void Announce(long? rows, PixelShape shape, long limit, IChannel channel)
    {
        long bytes = (rows ?? 0) * shape.Size;
        if (bytes > 0)
            channel.Info(MessageSensitivity.None, $"The pixels of {rows} images of {shape} take {Megabytes(bytes)}" + (bytes <= limit
                ? " of memory."
                : $", more than PixelMemoryMegabytes ({Megabytes(limit)}): the rest lies in mapped files in {Path.GetTempPath()}."));
    }

    private static string Megabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:F0} MB");

    // Rounded to bytes, scaled images would be black.
    private static void CheckRange(PixelReader pixels, PixelColumn column)
    {
        if (pixels.Range.Complaint($"Column '{column.Name}'") is { } complaint)
            throw new InvalidOperationException(complaint);
    }

    private static void CheckClasses(TrainingSet set, string column)
    {
        var labels = set.Labels;
        int first = set.LabeledRows[0];
        bool allAlike = labels.IsMultiLabel
            ? set.LabeledRows.All(row => labels.MaskOf(row).SequenceEqual(labels.MaskOf(first)))
            : set.LabeledRows.All(row => labels.ClassOf(row) == labels.ClassOf(first));
        if (!allAlike)
            return;
        string name = !labels.IsMultiLabel && labels.Names is { } names ? $", '{names[labels.ClassOf(first)]}'" : "";
        throw new InvalidOperationException(
            $"All {set.LabeledRows.Length} labeled rows of column '{column}' have the same {(labels.IsMultiLabel ? "labels" : "class")}{name}: there "
                + "is nothing to tell apart. Label images of at "
            + "least two classes; where classes are names of folders, check which level of the folders names them.");
    }

    // Figures of rows that can find nothing are 0 whatever is learned: the first encoder would be taken for the best.
    private static void CheckValidation(TrainingSet set, double fraction)
    {
        if (fraction == 0)
            return;
        int held = set.ValidationRows.Length, labeled = held + set.LabeledRows.Length;
        if (labeled >= 2 && (!AnyTwoShareALabel(set.Labels, set.ValidationRows) || set.LabeledRows.Length < 2))
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                $"Validation.Fraction {fraction} holds {held} of {labeled} labeled rows out of training and leaves {set.LabeledRows.Length}; "
                + $"to validate, two of those held out must share a label, and two must be left. Choose another fraction, label more rows, or set it to 0."));
    }

    private static bool AnyTwoShareALabel(LabelSets labels, int[] rows)
    {
        if (!labels.IsMultiLabel)
            return rows.Select(labels.ClassOf).Distinct().Count() < rows.Length;
        ulong[] seen = new ulong[(labels.ClassCount + 63) / 64];
        foreach (int row in rows)
        {
            var mask = labels.MaskOf(row);
            for (int word = 0; word < seen.Length; word++)
            {
                if ((seen[word] & mask[word]) != 0)
                    return true;
                seen[word] |= mask[word];
            }
        }
        return false;
    }
}
