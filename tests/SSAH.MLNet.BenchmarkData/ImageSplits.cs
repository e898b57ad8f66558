using SSAH.MLNet.Evaluation;

namespace SSAH.MLNet.BenchmarkData;

/// <summary>Draws the queries and the few labeled images of a collection: by the protocol of the literature where there is one.</summary>
public static class ImageSplits
{
    private const int LabeledPerFineClass = 10;
    private const int LabeledShareOfSets = 5;

    /// <summary>The collection's labels, as the retrieval metrics take them.</summary>
    public static LabelSets ToLabelSets(this ImageSet images, IEnumerable<int>? indices = null)
    {
        ArgumentNullException.ThrowIfNull(images);
        int[] rows = [.. indices ?? Enumerable.Range(0, images.Count)];
        return images.IsMultiLabel
            ? LabelSets.FromSets([.. rows.Select(row => images.LabelsOf(row).ToArray())], images.ClassNames.Count, images.ClassNames)
            : LabelSets.FromClasses([.. rows.Select(images.ClassOf)], images.ClassNames);
    }

    /// <summary>Draws a split that fits the collection; the same seed draws the same split.</summary>
    /// <remarks>
    /// CIFAR-10 and collections as large: C10-54k's numbers. Collections with a test part of their own: its images are the queries, and the
    /// training part is the database. Others: a tenth of each class are queries, a tenth are labeled.
    /// </remarks>
    /// <exception cref="InvalidDataException">A class has too few images.</exception>
    public static RetrievalSplit Draw(ImageSet images, int seed)
    {
        ArgumentNullException.ThrowIfNull(images);
        var labels = images.ToLabelSets();
        var smallest = SmallestClass(images);
        if (!images.IsMultiLabel && smallest >= 6000)
            return images is { Count: 60_000, ClassNames.Count: 10 }
                ? RetrievalProtocols.Database54k(labels, seed)
                : RetrievalSplit.Draw(labels, 100, 500, seed);

        (int Row, SplitRole Role)[] fixedRoles =
        [
            .. images.IndicesOf(ImagePart.Test).Select(row => (row, SplitRole.Query)),
            .. images.IndicesOf(ImagePart.Validation).Select(row => (row, SplitRole.Extra)),
        ];
        if (images.IsMultiLabel)
        {
            if (fixedRoles.Length == 0)
                fixedRoles = [.. Enumerable.Range(0, images.Count).Where(row => row % 5 == 0).Select(row => (row, SplitRole.Query))];
            var labeled = (images.Count - fixedRoles.Length) / LabeledShareOfSets;
            return RetrievalSplit.DrawLabeledTotal(labels, fixedRoles, labeled, seed, databaseIncludesLabeled: true,
                $"{labeled} labeled of {images.Name}");
        }

        if (fixedRoles.Length > 0)
        {
            return RetrievalSplit.DrawLabeled(labels, fixedRoles, LabeledPerFineClass, seed, databaseIncludesLabeled: true,
                $"{images.Name}: its test part against its training part, {LabeledPerFineClass} labeled a class");
        }

        return smallest >= 3
            ? RetrievalSplit.Draw(labels, Math.Clamp(smallest / 10, 1, 100), Math.Clamp(smallest / 10, 1, 500), seed)
            : throw new InvalidDataException($"{images.Description}: its smallest class has {smallest} images. " +
                "A query, a labeled and an unlabeled one are the least: add images, or leave the class out.");
    }

    private static int SmallestClass(ImageSet images)
    {
        var counts = new int[images.ClassNames.Count];
        for (var row = 0; row < images.Count; row++)
        {
            foreach (var label in images.LabelsOf(row))
                counts[label]++;
        }

        return counts.Min();
    }
}
