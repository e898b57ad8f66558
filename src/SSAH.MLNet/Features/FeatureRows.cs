using SSAH.MLNet.Evaluation;

namespace SSAH.MLNet.Features;

/// <summary>All rows of a data view as features, with their labels.</summary>
/// <param name="Features">[rows, d].</param>
/// <param name="Labels">Labels of the rows; null if no label column was read.</param>
internal sealed record FeatureRows(FeatureMatrix Features, LabelSets? Labels);
