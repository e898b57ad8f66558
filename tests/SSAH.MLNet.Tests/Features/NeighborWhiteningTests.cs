using System.Numerics.Tensors;
using SSAH.MLNet.Features;

namespace SSAH.MLNet.Tests.Features;

public sealed class NeighborWhiteningTests
{
    [Fact]
    public void Whitening_brings_rows_of_one_group_together()
    {
        var (features, groups) = Clusters.Draw(600, 24, 6, seed: 1);
        FeatureMatrix directions = features.Directions(features.Mean());
        var whitening = NeighborWhitening.Learn(features, features.Mean(), seed: 1);
        FeatureMatrix whitened = directions.Times(whitening.Map).Directions(whitening.Offset);
        double before = ShareOfNearest(directions, groups), after = ShareOfNearest(whitened, groups);
        Assert.True(after > before + 0.05, $"{before:F3} before, {after:F3} after");
    }

    [Fact]
    public void The_map_makes_the_differences_of_neighbors_as_large_in_every_direction_but_for_the_ridge()
    {
        var (features, _) = Clusters.Draw(300, 8, 3, seed: 2);
        var map = NeighborWhitening.Learn(features, features.Mean(), seed: 1).Map;
        for (int i = 0; i < map.Rows; i++)
            for (int j = 0; j < i; j++)
                Assert.Equal(map.Row(i)[j], map.Row(j)[i], 1e-4f);
        Assert.All(map.Eigen().Values, value => Assert.True(value > 0));
    }

    [Fact]
    public void Equal_rows_leave_the_map_finite()
    {
        var same = new FeatureMatrix(20, 4);
        same.Values.AsSpan().Fill(0.5f);
        Assert.All(NeighborWhitening.Learn(same, same.Mean(), seed: 1).Map.Values, value => Assert.True(float.IsFinite(value)));
    }

    // Share of the rows whose nearest other row is of their group.
    private static double ShareOfNearest(FeatureMatrix rows, int[] groups) => Enumerable.Range(0, rows.Rows).Average(row =>
    {
        int nearest = Enumerable.Range(0, rows.Rows).Where(other => other != row).MaxBy(other => TensorPrimitives.Dot<float>(rows.Row(row), rows.Row(other)));
        return groups[nearest] == groups[row] ? 1.0 : 0;
    });
}
