using Microsoft.ML;
using Microsoft.ML.Runtime;
using SSAH.MLNet.Evaluation;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet;

/// <summary>Retrieval with binary codes: reached as <c>mlContext.HashRetrieval</c>.</summary>
public sealed partial class HashRetrievalCatalog
{
    internal HashRetrievalCatalog(MLContext context) => Context = context;

    /// <summary>The context that the catalog was reached through.</summary>
    internal MLContext Context { get; }

    /// <summary>Evaluates how well the codes of <paramref name="database"/> are ranked for the codes of <paramref name="queries"/>.</summary>
    /// <param name="queries">The queries.</param>
    /// <param name="database">The database; with <see cref="RetrievalOptions.ExcludeSameRow"/> it may be the same view.</param>
    /// <param name="codeColumnName">Packed codes or activations, as HashEncoder adds them.</param>
    /// <param name="labelColumnName">Labels in any form that the trainer takes; unlabeled rows are left out and counted.</param>
    /// <param name="options">What to compute and by which conventions; null is the headline set.</param>
    /// <param name="cancellationToken">Stops the evaluation.</param>
    /// <returns>The metrics; print them as they are, or take <see cref="HammingRetrievalMetrics.MeanAveragePrecision"/>.</returns>
    /// <exception cref="ArgumentException">A column is missing or of a wrong type, nothing is labeled, or the options do not fit.</exception>
    /// <exception cref="InvalidDataException">A row holds no code.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public HammingRetrievalMetrics Evaluate(
        IDataView queries, IDataView database, string codeColumnName = "HashCode", string labelColumnName = "Label", RetrievalOptions? options = null,
        CancellationToken cancellationToken = default) =>
        Log(new HammingRetrievalEvaluator(options).Evaluate(queries, database, codeColumnName, labelColumnName, cancellationToken));

    /// <summary>Evaluates plain codes and labels.</summary>
    /// <param name="queries">Codes of the queries.</param>
    /// <param name="queryLabels">Labels of the queries.</param>
    /// <param name="database">Codes of the database.</param>
    /// <param name="databaseLabels">Labels of the database, with the same class numbers.</param>
    /// <param name="options">What to compute and by which conventions; null is the headline set.</param>
    /// <param name="cancellationToken">Stops the evaluation.</param>
    /// <exception cref="ArgumentException">The inputs do not fit one another, nothing is labeled, or the options do not fit.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public HammingRetrievalMetrics Evaluate(
        BinaryCodes queries, LabelSets queryLabels, BinaryCodes database, LabelSets databaseLabels, RetrievalOptions? options = null,
        CancellationToken cancellationToken = default) =>
        Log(RetrievalEvaluation.Evaluate(queries, queryLabels, database, databaseLabels, options, cancellationToken));

    /// <summary>The codes of a data view, which is read once: what <see cref="BinaryCodes.Save"/> saves and an index takes.</summary>
    /// <param name="data">Rows with codes.</param>
    /// <param name="codeColumnName">Packed codes or activations, as HashEncoder adds them.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>One code for each row, in the order of the rows.</returns>
    /// <exception cref="ArgumentException">The column is missing or of a wrong type.</exception>
    /// <exception cref="InvalidDataException">A row holds no code.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public BinaryCodes ReadCodes(IDataView data, string codeColumnName = "HashCode", CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        CodeColumn column = CodeColumn.Open(data.Schema, codeColumnName);
        BinaryCodes codes = column.NewCodes();
        using CancelableReading reading = CancelableReading.Begin(cancellationToken);
        using DataViewRowCursor cursor = data.GetRowCursor([column.Column]);
        CodeReader read = column.CreateReader(cursor, codes);
        while (cursor.MoveNext())
        {
            cancellationToken.ThrowIfCancellationRequested();
            read();
        }
        Note("ReadCodes", FormattableString.Invariant($"{codes.Count} codes of {codes.Bits} bits from column '{codeColumnName}'"));
        return codes;
    }

    /// <summary>Leaves the headline in the context's log.</summary>
    private HammingRetrievalMetrics Log(HammingRetrievalMetrics metrics)
    {
        Note("Evaluate", FormattableString.Invariant(
            $"{metrics.QueryCount} queries on {metrics.DatabaseCount} rows, {metrics.Bits} bits: tie-averaged mAP {metrics.MeanAveragePrecision:F4}"));
        if (metrics.PossibleSelfMatches > 0)
            MLNetInternals.Warn(Context, FormattableString.Invariant(
                $"The {metrics.PossibleSelfMatches} queries are the rows of the database, and each may have found itself, so the figures are too ")
                + "good: set RetrievalOptions.ExcludeSameRow, or evaluate with queries that are not in the database.");
        return metrics;
    }

    private void Note(string step, string message)
    {
        using IChannel channel = ((IHostEnvironment)Context).Register("HashRetrieval").Start(step);
        channel.Info(MessageSensitivity.None, message);
    }
}
