using SSAH.MLNet.Features;

namespace SSAH.MLNet.Tests.Features;

/// <summary>Features of a few groups that lie close to each other in directions of little variance, as those of a network do.</summary>
internal static class Clusters
{
    /// <summary>Draws vectors and the group of each: groups differ in the first directions by little, all vectors in the others by much.</summary>
    public static (FeatureMatrix Features, int[] Groups) Draw(int rows, int dimensions, int groups, int seed)
    {
        var random = new Random(seed);
        var normal = new MathNet.Numerics.Distributions.Normal(0, 1, random);
        float[][] centers = [.. Enumerable.Range(0, groups)
            .Select(_ => Enumerable.Range(0, dimensions).Select(i => i < dimensions / 4 ? (float)normal.Sample() : 0).ToArray())];
        var features = new FeatureMatrix(rows, dimensions);
        int[] group = new int[rows];
        for (int row = 0; row < rows; row++)
        {
            group[row] = random.Next(groups);
            for (int i = 0; i < dimensions; i++)
                features.Row(row)[i] = 1 + centers[group[row]][i] + (float)normal.Sample() * (i < dimensions / 4 ? 0.25f : 1f);
        }
        return (features, group);
    }
}
