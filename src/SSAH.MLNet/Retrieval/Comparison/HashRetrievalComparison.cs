using Microsoft.ML;
using SSAH.MLNet.Evaluation;
using SSAH.MLNet.Features;
using SSAH.MLNet.Hashing;

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

    /// <summary>
    /// Ranks the database for each query by chance, by the cosine of the features that the codes are made of, by ITQ codes of these features, by the
    /// class probabilities that the encoder learned, and by its codes, as far as its model gives them (those of frozen features give all): one table, and
    /// one sentence that says whether training paid. An encoder reads each view once.
    /// </summary>
    /// <param name="encoder">The encoder.</param>
    /// <param name="queries">The queries, with the encoder's input column.</param>
    /// <param name="database">The database; with <see cref="ComparisonOptions.ExcludeSameRow"/> it may be the same view. ITQ learns from all of its rows,
    /// unlabeled ones too; those are not searched for.</param>
    /// <param name="labelColumnName">Labels in any form that the trainer takes; <c>Label</c> by default.</param>
    /// <param name="unlabeled">An encoder that learned without labels, to compare with; it takes the same rows. Null learns ITQ codes as <c>ItqHash</c>
    /// does, from the database's features.</param>
    /// <param name="options">Conventions; null takes the defaults. Where the encoder's own classes are known and some queries have others,
    /// <see cref="ComparisonOptions.LabeledClasses"/> are those, unless they are given.</param>
    /// <param name="cancellationToken">Stops the comparison.</param>
    /// <exception cref="ArgumentException">A column is missing or of a wrong type, or nothing is labeled.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public RetrievalComparison Compare(
        HashEncoder encoder, IDataView queries, IDataView database, string labelColumnName = "Label", HashEncoder? unlabeled = null,
        ComparisonOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentNullException.ThrowIfNull(database);
        EncodedRows left = EncodedRows.Read(encoder, queries, labelColumnName, cancellationToken),
            right = EncodedRows.Read(encoder, database, labelColumnName, cancellationToken);
        (LabelSets queryLabels, LabelSets databaseLabels) = LabelAlignment.Align(left.LabelColumn, left.Classes, right.LabelColumn, right.Classes);
        var comparer = new RetrievalComparer(queryLabels, databaseLabels, WithClassesOf(encoder, queryLabels, options ?? new ComparisonOptions()));
        FeatureMatrix features = left.Features, databaseFeatures = right.Features;
        if (features.Columns > 0)
            comparer.AddCosine(features.Values, databaseFeatures.Values, features.Columns, cancellationToken: cancellationToken);
        if (encoder.Model.Description.ClassCount is > 0 and int classes)
            comparer.AddClassRanking(left.Probabilities.Values, right.Probabilities.Values, classes, cancellationToken: cancellationToken);
        bool isUnlabeled = encoder.Model.Description.Method == ItqHashEstimator.Method;
        if (unlabeled is not null)
        {
            comparer.AddCodes(ComparedMethod.UnlabeledCodes, EncodedRows.Read(unlabeled, queries, labelColumnName, cancellationToken).Codes(),
                EncodedRows.Read(unlabeled, database, labelColumnName, cancellationToken).Codes(), cancellationToken: cancellationToken);
        }
        else if (features.Columns > 0 && databaseFeatures.Rows > 1 && !isUnlabeled)
        {
            HashHead head = UnsupervisedHead.Learn(databaseFeatures, encoder.Bits, whitens: true, seed: 1, cancellationToken);
            comparer.AddCodes(ComparedMethod.UnlabeledCodes, CodesOf(head, features), CodesOf(head, databaseFeatures), cancellationToken: cancellationToken);
        }
        comparer.AddCodes(isUnlabeled ? ComparedMethod.UnlabeledCodes : ComparedMethod.TrainedCodes, left.Codes(), right.Codes(),
            cancellationToken: cancellationToken);
        RetrievalComparison comparison = comparer.ToComparison();
        Note("Compare", comparison.Verdict);
        return comparison;
    }

    private static BinaryCodes CodesOf(HashHead head, FeatureMatrix features) =>
        BinaryCodes.FromActivations(head.Bits, head.Activations(head.Whiten(features)).Values);

    // Queries of classes that the encoder never saw a label of are told apart.
    private static ComparisonOptions WithClassesOf(HashEncoder encoder, LabelSets labels, ComparisonOptions options) =>
        options.LabeledClasses is null && labels.Names is { } names && encoder.TrainingSummary?.Classes is { Count: > 0 } known
            && names.Any(name => !known.Contains(name))
            ? options with { LabeledClasses = known }
            : options;

    private static int SameSize(VectorColumn left, VectorColumn right) => left.Dimension == right.Dimension
        ? left.Dimension
        : throw new ArgumentException($"Column '{left.Column.Name}' has {left.Dimension} values in the queries and {right.Dimension} in the database.");
}
