using System.Runtime.InteropServices;
using SSAH.MLNet.Evaluation;

namespace SSAH.MLNet.Features;

/// <summary>All rows of a data view as features, with their labels.</summary>
/// <param name="Features">[n, d].</param>
/// <param name="Views">Of each further view of the rows [n, d]; none where there are no views.</param>
/// <param name="Labels">Labels of the rows; null where none were asked for.</param>
internal sealed record FeatureRows(FeatureMatrix Features, IReadOnlyList<FeatureMatrix> Views, LabelSets? Labels)
{
    /// <summary>Splits rows that hold the features of the image and of each view one after the other.</summary>
    /// <param name="values">n rows of (1 + views) x length features.</param>
    /// <param name="length">Features of an image.</param>
    /// <param name="views">Number of views.</param>
    /// <param name="labels">Labels of the rows.</param>
    public static FeatureRows From(List<float> values, int length, int views, LabelSets? labels)
    {
        int stride = (1 + views) * length, rows = values.Count / stride;
        if (views == 0)
            return new FeatureRows(new FeatureMatrix(rows, length, [.. values]), [], labels);
        ReadOnlySpan<float> all = CollectionsMarshal.AsSpan(values);
        var each = new FeatureMatrix[1 + views];
        for (int view = 0; view <= views; view++)
        {
            each[view] = new FeatureMatrix(rows, length);
            for (int row = 0; row < rows; row++)
                all.Slice(row * stride + view * length, length).CopyTo(each[view].Row(row));
        }
        return new FeatureRows(each[0], each[1..], labels);
    }
}
