using Microsoft.ML;
using SSAH.MLNet.Evaluation;
using SSAH.MLNet.Hashing;
using SSAH.MLNet.Robustness;

namespace SSAH.MLNet;

public sealed partial class HashRetrievalCatalog
{
    private const double EncodingShare = 0.9;

    /// <summary>
    /// Measures how much retrieval loses when the queries are turned, partly covered, scaled, cropped, brightened, blurred or recompressed while the
    /// database stays as it is. Print the result as it is.
    /// </summary>
    /// <remarks>
    /// Views are made of the image at the encoder's size. The network runs once for each view of each labeled query, so the time is that of encoding
    /// as many images; ranking 81 views of 1,000 queries among 54,000 codes takes seconds. Nothing is drawn at random.
    /// </remarks>
    /// <param name="encoder">The encoder, which makes the codes of the views.</param>
    /// <param name="queries">
    /// The queries, with images in the encoder's column (<see cref="HashEncoder.InputColumnName"/>), as <c>LoadImageFolder</c> and, for paths,
    /// <c>LoadImageFiles</c> give them. Unlabeled ones are left out and counted. The view is read once.
    /// </param>
    /// <param name="database">
    /// The database: codes of this encoder in the column <see cref="HashEncoder.OutputColumnName"/>, else images to encode, and labels.
    /// </param>
    /// <param name="labelColumnName">Labels in any form that the trainer takes, in both views.</param>
    /// <param name="options">The views and the conventions; null takes the defaults.</param>
    /// <param name="cancellationToken">Stops the evaluation.</param>
    /// <exception cref="ArgumentException">
    /// A column is missing or of a wrong type, nothing is labeled, the database's codes come from another model, or the options do not fit.
    /// </exception>
    /// <exception cref="InvalidDataException">A row holds no image or no code.</exception>
    /// <exception cref="InvalidOperationException">The encoder takes features, which cannot be turned.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public RobustnessMetrics EvaluateRobustness(
        HashEncoder encoder, IDataView queries, IDataView database, string labelColumnName = "Label", RobustnessOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentNullException.ThrowIfNull(database);
        options ??= new RobustnessOptions();
        options.Validate();
        encoder.RequireImages();
        // What can be wrong with the queries' columns is said before a database is encoded for minutes.
        PixelColumn.Open(queries.Schema, encoder.InputColumnName, encoder.InputShape, encoder.Resizing);
        LabelColumn.Open(queries.Schema, labelColumnName);
        RetrievalRows right = RetrievalRows.Read(EncodedBy(encoder, database), encoder.OutputColumnName, labelColumnName, keepActivations: false,
            cancellationToken);
        RequireCodesOf(encoder, right.Codes);
        QueryViewCodes left = QueryViewCodes.Read(
            encoder, queries, labelColumnName, options.Views, share => options.Progress?.Report(EncodingShare * share), cancellationToken);
        RobustnessMetrics metrics = Rank(left, right, options, cancellationToken);
        Note("EvaluateRobustness", FormattableString.Invariant($"{metrics.QueryCount} queries in {metrics.ViewCount} views each on {metrics.DatabaseCount} ")
            + FormattableString.Invariant($"rows: mAP clean {metrics.Clean:F4}, views {metrics.Mean:F4}, worst views {metrics.WorstView:F4}"));
        return metrics;
    }

    private RobustnessMetrics Rank(QueryViewCodes left, RetrievalRows right, RobustnessOptions options, CancellationToken cancellationToken)
    {
        if (left.LabeledRows.Count == 0)
            throw new ArgumentException($"None of the {left.Classes.Count} queries has a label in column '{left.LabelColumn.Column.Name}': labels say "
                + "which rows a query should find.");
        if (options.ExcludeSameRow && left.Classes.Count != right.Classes.Count)
            throw new ArgumentException($"{nameof(options.ExcludeSameRow)}: there are {left.Classes.Count} queries and {right.Classes.Count} database rows, so "
                + "query i is not row i: give the same view as both.");
        (LabelSets labels, LabelSets databaseLabels) = LabelAlignment.Align(left.LabelColumn, left.Classes, right.LabelColumn, right.Classes);
        BinaryCodes codes = left.Codes();
        if (!options.ExcludeSameRow && AreTheSame(codes, options.Views.Count + 1, left.LabeledRows, right.Codes))
            MLNetInternals.Warn(Context, FormattableString.Invariant(
                $"The {left.LabeledRows.Count} queries are the rows of the database, and each may have found itself, so the figures are too good: set ")
                + "RobustnessOptions.ExcludeSameRow, or evaluate with queries that are not in the database.");
        var retrieval = new RetrievalOptions
        {
            UnlabeledDatabase = options.UnlabeledDatabase,
            ExcludeSameRow = options.ExcludeSameRow,
            Threads = options.Threads,
            Progress = options.Progress is { } progress ? new RankingProgress(progress) : null,
        };
        RobustnessMetrics metrics = ViewScores.Evaluate([.. options.Views.Select(view => new ViewTitle(view.Family, view.Name))], codes,
            labels.Take([.. left.LabeledRows]), left.LabeledRows, right.Codes, databaseLabels, retrieval, cancellationToken);
        return metrics with { UnlabeledQueries = left.Classes.Count - left.LabeledRows.Count };
    }

    private static IDataView EncodedBy(HashEncoder encoder, IDataView database) =>
        database.Schema.GetColumnOrNull(encoder.OutputColumnName) is null ? encoder.Transform(database) : database;

    private static void RequireCodesOf(HashEncoder encoder, BinaryCodes codes)
    {
        if (codes.Bits != encoder.Bits || (codes.ModelId is { } model && model != encoder.ModelId))
            throw new ArgumentException($"Column '{encoder.OutputColumnName}' of the database holds {codes.Bits}-bit codes of model "
                + $"'{codes.ModelId ?? "unknown"}', the encoder makes {encoder.Bits}-bit codes and is model '{encoder.ModelId}': encode the database with "
                + "this encoder, or leave the column out.");
    }

    private static bool AreTheSame(BinaryCodes views, int stride, List<int> rows, BinaryCodes database) =>
        rows[^1] < database.Count && rows.Count == database.Count
        && Enumerable.Range(0, rows.Count).All(query => views[query * stride].SequenceEqual(database[rows[query]]));

    private sealed class RankingProgress(IProgress<double> progress) : IProgress<double>
    {
        public void Report(double value) => progress.Report(EncodingShare + (1 - EncodingShare) * value);
    }
}
