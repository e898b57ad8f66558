using Microsoft.ML;
using SSAH.MLNet.Evaluation;

namespace SSAH.MLNet;

public sealed partial class HashRetrievalCatalog
{
    /// <summary>
    /// Ranks the database for each query by chance, by float features, by codes made without labels, by class probabilities and by the trained codes,
    /// as far as there are such columns: one table, and one sentence that says whether training paid. Print the result as it is.
    /// </summary>
    /// <param name="queries">The queries; each view is read once.</param>
    /// <param name="database">The database; with <see cref="ComparisonOptions.ExcludeSameRow"/> it may be the same view.</param>
    /// <param name="columns">The columns to compare, the same in both views; null compares <c>HashCode</c> with chance.</param>
    /// <param name="options">Conventions, and which classes had labels; null takes the defaults.</param>
    /// <param name="cancellationToken">Stops the comparison.</param>
    /// <exception cref="ArgumentException">A column is missing, of a wrong type or of another size in the other view, or nothing is labeled.</exception>
    /// <exception cref="InvalidDataException">A row holds no code or no vector.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public RetrievalComparison Compare(
        IDataView queries, IDataView database, ComparedColumns? columns = null, ComparisonOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentNullException.ThrowIfNull(database);
        columns ??= new ComparedColumns();
        ComparedRows left = ComparedRows.Read(queries, columns, cancellationToken), right = ComparedRows.Read(database, columns, cancellationToken);
        (LabelSets queryLabels, LabelSets databaseLabels) = LabelAlignment.Align(left.LabelColumn, left.Classes, right.LabelColumn, right.Classes);
        var comparer = new RetrievalComparer(queryLabels, databaseLabels, options);
        if (left.Features is { } features)
            comparer.AddCosine(features.Values, right.Features!.Values, SameSize(features, right.Features), cancellationToken: cancellationToken);
        if (left.Probabilities is { } probabilities)
            comparer.AddClassRanking(probabilities.Values, right.Probabilities!.Values, SameSize(probabilities, right.Probabilities),
                cancellationToken: cancellationToken);
        if (left.UnlabeledCodes is { } unlabeled)
            comparer.AddCodes(ComparedMethod.UnlabeledCodes, unlabeled, right.UnlabeledCodes!, cancellationToken: cancellationToken);
        if (left.TrainedCodes is { } trained)
            comparer.AddCodes(ComparedMethod.TrainedCodes, trained, right.TrainedCodes!, cancellationToken: cancellationToken);
        RetrievalComparison comparison = comparer.ToComparison();
        Note("Compare", comparison.Verdict);
        return comparison;
    }

    private static int SameSize(VectorColumn left, VectorColumn right) => left.Dimension == right.Dimension
        ? left.Dimension
        : throw new ArgumentException($"Column '{left.Column.Name}' has {left.Dimension} values in the queries and {right.Dimension} in the database.");
}
