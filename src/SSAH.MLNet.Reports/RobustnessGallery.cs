using Microsoft.ML;
using SSAH.MLNet.Evaluation;
using SSAH.MLNet.Hashing;
using SSAH.MLNet.Reports.Page;

namespace SSAH.MLNet.Reports;

/// <summary>Queries that are changed, with what they find then, taken from data views.</summary>
public static class RobustnessGallery
{
    /// <summary>
    /// Picks queries that lose much, as much as most, and little in their worst view, and searches with each as it is and in the view of each kind of
    /// change that costs most on average. Where both views are the same object, an image is left out of its own neighbors.
    /// </summary>
    /// <param name="encoder">The encoder.</param>
    /// <param name="queries">The queries of the figures, with images in the encoder's column.</param>
    /// <param name="database">The database: codes of this encoder, else images to encode; and images of the encoder's size to show.</param>
    /// <param name="metrics">The figures of these queries on this database.</param>
    /// <param name="queryCount">Number of queries, 1 or more.</param>
    /// <param name="neighborCount">Number of nearest images of each view, 1 or more.</param>
    /// <param name="views">The views of the figures; null takes <see cref="QueryView.Default"/>.</param>
    /// <param name="labelColumnName">Labels in any form that the trainer takes.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="ArgumentException">A column is missing or of a wrong type.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A count is below 1.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public static IReadOnlyList<ReportChangedQuery> Read(
        HashEncoder encoder, IDataView queries, IDataView database, RobustnessMetrics metrics, int queryCount = 6, int neighborCount = 8,
        IReadOnlyList<QueryView>? views = null, string labelColumnName = "Label", CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentNullException.ThrowIfNull(database);
        ArgumentNullException.ThrowIfNull(metrics);
        ArgumentOutOfRangeException.ThrowIfLessThan(queryCount, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(neighborCount, 1);
        QueryView[] shown = [.. metrics.Families.Select(family => family.Views.MinBy(view => view.MeanAveragePrecision)!.Name)
            .Select(name => (views ?? QueryView.Default).FirstOrDefault(view => view.Name == name)).OfType<QueryView>()];
        IDataView coded = database.Schema.GetColumnOrNull(encoder.OutputColumnName) is null ? encoder.Transform(database) : database;
        RetrievalRows searched = RetrievalRows.Read(coded, encoder.OutputColumnName, labelColumnName, false, cancellationToken);
        QueryRobustness[] chosen = Choose(metrics.Queries, queryCount);
        Dictionary<int, ReportedRow> asked = ReportedRow.Read(queries, encoder, labelColumnName, [.. chosen.Select(query => query.Row)], cancellationToken);
        var index = new HammingFlatIndex(searched.Codes);
        // Of one view alone, an image must not be its own nearest.
        bool isSameView = ReferenceEquals(queries, database);
        var found = chosen.Select(query => asked[query.Row].Changed(shown).Select(changed => (changed, Matches: index
            .Search(encoder.Encode(changed.Planes), neighborCount + (isSameView ? 1 : 0))[0].ToArray()
            .Where(match => !isSameView || match.Id != query.Row).Take(neighborCount).ToArray())).ToArray()).ToArray();
        HashSet<int> needed = [.. found.SelectMany(each => each).SelectMany(each => each.Matches).Select(match => (int)match.Id)];
        Dictionary<int, ReportedRow> images = ReportedRow.Read(database, encoder, labelColumnName, needed, cancellationToken);
        return [.. chosen.Select((query, i) => new ReportChangedQuery(query, [.. found[i].Select(each => new ReportView(each.changed.Name,
            new ReportQuery(asked[query.Row].ToImage(each.changed.Planes), [.. each.Matches.Select(match => images[(int)match.Id])
                .Zip(each.Matches, (row, match) => new ReportNeighbor(row.ToImage(row.Planes), match.Distance, row.Shares(asked[query.Row])))])))]))];
    }

    // Those that lose most, those in the middle, and those that lose least, a third of each.
    private static QueryRobustness[] Choose(IReadOnlyList<QueryRobustness> queries, int count)
    {
        QueryRobustness[] byLoss = [.. queries.OrderByDescending(query => query.Clean - query.Worst).ThenBy(query => query.Row)];
        if (byLoss.Length <= count)
            return byLoss;
        return [.. Enumerable.Range(0, count).Select(i => byLoss[count == 1 ? 0 : (int)((long)i * (byLoss.Length - 1) / (count - 1))])];
    }
}
