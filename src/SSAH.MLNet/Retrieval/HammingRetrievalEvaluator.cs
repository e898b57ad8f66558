using Microsoft.ML;
using SSAH.MLNet.Evaluation;

namespace SSAH.MLNet;

/// <summary>Evaluates the codes in two data views: how well Hamming distance to each query ranks the database.</summary>
/// <remarks>Reached as <c>mlContext.HashRetrieval.Evaluate(...)</c>. The figures are those of <see cref="RetrievalEvaluation"/>.</remarks>
public sealed class HammingRetrievalEvaluator
{
    private readonly RetrievalOptions _options;

    /// <summary>Makes an evaluator.</summary>
    /// <param name="options">
    /// What to compute and by which conventions; null is the headline set. With <see cref="RetrievalOptions.AsymmetricDepth"/> the activations of the
    /// queries are read from the code column or, where that holds packed codes, from the column of its name followed by <c>Activation</c>.
    /// </param>
    public HammingRetrievalEvaluator(RetrievalOptions? options = null) => _options = options ?? new RetrievalOptions();

    /// <summary>Evaluates the ranking of <paramref name="database"/> for each row of <paramref name="queries"/>.</summary>
    /// <param name="queries">The queries; each view is read once.</param>
    /// <param name="database">The database.</param>
    /// <param name="codeColumnName">
    /// Packed codes (<c>Vector&lt;Byte&gt;</c>, the bits as HashEncoder's annotation says or 8 a byte) or activations (<c>Vector&lt;Single&gt;</c>,
    /// one for each bit).
    /// </param>
    /// <param name="labelColumnName">
    /// Labels: a text (empty is unlabeled), a key (missing is unlabeled), a vector of either, or <c>Vector&lt;Single&gt;</c> or
    /// <c>Vector&lt;Boolean&gt;</c> with a slot for each class. Classes of the two views are matched by their names where both have any, else by
    /// number.
    /// </param>
    /// <param name="cancellationToken">Stops the evaluation.</param>
    /// <exception cref="ArgumentException">A column is missing or of a wrong type, nothing is labeled, or the options do not fit.</exception>
    /// <exception cref="InvalidDataException">A row holds no code.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public HammingRetrievalMetrics Evaluate(
        IDataView queries, IDataView database, string codeColumnName = "HashCode", string labelColumnName = "Label",
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentNullException.ThrowIfNull(database);
        bool needsActivations = _options.AsymmetricDepth is not null && _options.QueryActivations.IsEmpty;
        RetrievalRows left = RetrievalRows.Read(queries, codeColumnName, labelColumnName, needsActivations, cancellationToken);
        RetrievalRows right = RetrievalRows.Read(database, codeColumnName, labelColumnName, keepActivations: false, cancellationToken);
        (LabelSets queryLabels, LabelSets databaseLabels) = LabelAlignment.Align(left.LabelColumn, left.Classes, right.LabelColumn, right.Classes);
        RetrievalOptions options = _options with
        {
            QueryActivations = needsActivations ? left.Activations : _options.QueryActivations,
            NearZero = (_options.QueryActivations.IsEmpty ? left.NearZero : default) + (_options.DatabaseActivations.IsEmpty ? right.NearZero : default),
        };
        return RetrievalEvaluation.Evaluate(left.Codes, queryLabels, right.Codes, databaseLabels, options, cancellationToken);
    }
}
