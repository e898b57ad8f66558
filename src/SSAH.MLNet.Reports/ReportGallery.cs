using Microsoft.ML;
using Microsoft.ML.Data;
using SSAH.MLNet.Evaluation;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Reports;

/// <summary>Queries with their nearest images, taken from encoded data views.</summary>
public static class ReportGallery
{
    private const string PathColumn = "ImagePath";

    /// <summary>
    /// Picks queries so that all classes appear equally often, the first of each class in the order of the rows, and finds their nearest rows in the
    /// database. Codes and labels of both views are read once; after that only the images that are shown are. Where both views are the same object,
    /// an image is left out of its own neighbors.
    /// </summary>
    /// <param name="queries">Encoded queries. A text column <c>ImagePath</c>, where there is one, names the files.</param>
    /// <param name="database">The encoded database.</param>
    /// <param name="queryCount">Number of queries to show, 1 or more.</param>
    /// <param name="neighborCount">Number of nearest images per query, 1 or more.</param>
    /// <param name="codeColumnName">Packed codes or activations, as HashEncoder adds them.</param>
    /// <param name="labelColumnName">Labels in any form that the trainer takes.</param>
    /// <param name="imageColumnName">Images, values 0 to 255, in any layout that HashEncoder takes.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>The queries, by label.</returns>
    /// <exception cref="ArgumentException">A column is missing or of a wrong type, or the two views have codes of different lengths.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A count is below 1.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public static IReadOnlyList<ReportQuery> Read(
        IDataView queries, IDataView database, int queryCount = 12, int neighborCount = 10, string codeColumnName = "HashCode",
        string labelColumnName = "Label", string imageColumnName = "Pixels", CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentNullException.ThrowIfNull(database);
        ArgumentOutOfRangeException.ThrowIfLessThan(queryCount, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(neighborCount, 1);
        RetrievalRows asked = RetrievalRows.Read(queries, codeColumnName, labelColumnName, false, cancellationToken);
        RetrievalRows searched = RetrievalRows.Read(database, codeColumnName, labelColumnName, false, cancellationToken);
        if (asked.Codes.Bits != searched.Codes.Bits)
            throw new ArgumentException(
                $"The queries have codes of {asked.Codes.Bits} bits, the database of {searched.Codes.Bits}: encode both with one model.",
                nameof(database));
        (LabelSets queryLabels, LabelSets databaseLabels) = LabelAlignment.Align(asked.LabelColumn, asked.Classes, searched.LabelColumn, searched.Classes);

        int[] chosen = Choose(asked.Classes, queryCount);
        var index = new HammingFlatIndex(searched.Codes);
        // Of one view alone, an image must not be its own nearest.
        bool isSameView = ReferenceEquals(queries, database);
        HammingMatch[][] found = [.. chosen.Select(row => index.Search(asked.Codes.Slice(row, 1), neighborCount + (isSameView ? 1 : 0))[0].ToArray()
            .Where(match => !isSameView || match.Id != row).Take(neighborCount).ToArray())];

        Dictionary<int, ReportImage> queryImages = ReadImages(queries, imageColumnName, [.. chosen], queryLabels, cancellationToken);
        HashSet<int> shown = [.. found.SelectMany(matches => matches.Select(match => (int)match.Id))];
        Dictionary<int, ReportImage> databaseImages = ReadImages(database, imageColumnName, shown, databaseLabels, cancellationToken);
        ReportNeighbor Neighbor(int row, HammingMatch match) =>
            new(databaseImages[(int)match.Id], match.Distance, queryLabels.Shares(row, databaseLabels, (int)match.Id));
        return [.. chosen.Select((row, i) => new ReportQuery(queryImages[row], [.. found[i].Select(match => Neighbor(row, match))]))
            .OrderBy(query => query.Image.Label, StringComparer.Ordinal)];
    }

    /// <summary>The first row of each class, then the second of each, until there are enough; unlabeled rows cannot be judged.</summary>
    private static int[] Choose(List<int[]> classes, int count)
    {
        var seen = new Dictionary<int, int>();
        return [.. Enumerable.Range(0, classes.Count).Where(row => classes[row].Length > 0)
            .Select(row =>
            {
                int turn = seen.GetValueOrDefault(classes[row][0]);
                seen[classes[row][0]] = turn + 1;
                return (row, turn);
            })
            .OrderBy(each => each.turn).ThenBy(each => each.row).Take(count).Select(each => each.row)];
    }

    private static Dictionary<int, ReportImage> ReadImages(
        IDataView view, string imageColumnName, HashSet<int> rows, LabelSets labels, CancellationToken cancellationToken)
    {
        PixelColumn pixels = PixelColumn.Open(view.Schema, imageColumnName);
        DataViewSchema.Column? path = view.Schema.GetColumnOrNull(PathColumn) is { Type: TextDataViewType } text ? text : null;
        DataViewSchema.Column images = view.Schema[pixels.Index];
        var read = new Dictionary<int, ReportImage>();
        using DataViewRowCursor cursor = view.GetRowCursor(path is { } column ? [images, column] : [images]);
        PixelReader reader = pixels.CreateReader(cursor);
        ValueGetter<ReadOnlyMemory<char>>? readPath = path is { } named ? cursor.GetGetter<ReadOnlyMemory<char>>(named) : null;
        byte[] planes = new byte[pixels.Shape.Size];
        for (int row = 0; read.Count < rows.Count && cursor.MoveNext(); row++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!rows.Contains(row))
                continue;
            reader.Read(planes);
            ReadOnlyMemory<char> name = default;
            readPath?.Invoke(ref name);
            read[row] = new ReportImage(pixels.Width, pixels.Height, InterleavedRgb.Of(planes, pixels.Shape)) { Label = LabelOf(labels, row),
                Name = Path.GetFileName(name.ToString()) };
        }
        return read;
    }

    private static string LabelOf(LabelSets labels, int row)
    {
        string[] NamesOf(ReadOnlySpan<ulong> mask)
        {
            var names = new List<string>();
            for (int label = 0; label < labels.ClassCount; label++)
                if ((mask[label / 64] >> (label % 64) & 1) != 0)
                    names.Add(labels.Names?[label] ?? $"class {label}");
            return [.. names];
        }
        return string.Join(", ", NamesOf(labels.MaskOf(row)));
    }
}
