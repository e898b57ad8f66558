using System.Numerics.Tensors;
using SSAH.MLNet.Features;

namespace SSAH.MLNet.Experiments.LabelEfficiency;

/// <summary>
/// Average precision and precision@10 of rankings by an inner product of floats. Equal scores keep the order of the database, which floats hardly
/// ever need.
/// </summary>
internal static class FloatRanking
{
    private const int Cutoff = 10;

    /// <summary>Figures of each query.</summary>
    /// <param name="queries">[q, d].</param>
    /// <param name="queryClasses">Their classes.</param>
    /// <param name="database">[n, d].</param>
    /// <param name="databaseClasses">Their classes.</param>
    public static (double AveragePrecision, double Precision)[] Evaluate(FeatureMatrix queries, int[] queryClasses, FeatureMatrix database,
        int[] databaseClasses)
    {
        var figures = new (double, double)[queries.Rows];
        Parallel.For(0, queries.Rows, () => (new float[database.Rows], new int[database.Rows]), (query, _, room) =>
        {
            var (scores, order) = room;
            for (int row = 0; row < database.Rows; row++)
            {
                scores[row] = -TensorPrimitives.Dot<float>(queries.Row(query), database.Row(row));
                order[row] = row;
            }
            Array.Sort(scores, order);
            double sum = 0;
            int found = 0, early = 0;
            for (int rank = 0; rank < order.Length; rank++)
            {
                if (databaseClasses[order[rank]] != queryClasses[query])
                    continue;
                sum += ++found / (rank + 1.0);
                if (rank < Cutoff)
                    early = found;
            }
            figures[query] = (found == 0 ? 0 : sum / found, early / (double)Cutoff);
            return room;
        }, _ => { });
        return figures;
    }
}
