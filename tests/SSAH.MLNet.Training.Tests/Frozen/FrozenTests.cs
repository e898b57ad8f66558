using MathNet.Numerics.LinearAlgebra;
using SSAH.MLNet.Evaluation;
using SSAH.MLNet.Features;
using SSAH.MLNet.Training.Frozen;

namespace SSAH.MLNet.Training.Tests.Frozen;

public sealed class FrozenTests
{
    private static (FeatureMatrix Directions, int[] Groups) Clusters(int rows, int dimensions, int groups, int seed)
    {
        var random = new Random(seed);
        var normal = new MathNet.Numerics.Distributions.Normal(0, 1, random);
        var centers = Enumerable.Range(0, groups).Select(_ => Enumerable.Range(0, dimensions).Select(_ => (float)normal.Sample()).ToArray()).ToArray();
        var features = new FeatureMatrix(rows, dimensions);
        int[] group = [.. Enumerable.Range(0, rows).Select(_ => random.Next(groups))];
        for (int row = 0; row < rows; row++)
            for (int i = 0; i < dimensions; i++)
                features.Row(row)[i] = centers[group[row]][i] + (float)normal.Sample();
        return (features.Directions(features.Mean()), group);
    }

    private static TaughtClasses Teach(FeatureMatrix directions, LabelSets labels) =>
        ClassTeacher.Teach(directions, labels, NeighborGraph.Build(directions, default), seed: 1, _ => { }, default);

    // The graph by its definition, dense.
    private static Matrix<double> Dense(FeatureMatrix directions)
    {
        int n = directions.Rows;
        var weights = Matrix<double>.Build.Dense(n, n);
        for (int row = 0; row < n; row++)
        {
            double Similarity(int other) => Enumerable.Range(0, directions.Columns).Sum(i => (double)directions.Row(row)[i] * directions.Row(other)[i]);
            foreach (int other in Enumerable.Range(0, n).Where(other => other != row).OrderByDescending(Similarity).Take(10))
            {
                double weight = Math.Pow(Math.Max(0, Similarity(other)), 4);
                weights[row, other] += weight;
                weights[other, row] += weight;
            }
        }
        var degree = weights.RowSums();
        return Matrix<double>.Build.Dense(n, n,
            (row, column) => weights[row, column] == 0 ? 0 : weights[row, column] / Math.Sqrt(degree[row] * degree[column]));
    }

    [Fact]
    public void The_graph_and_the_spread_labels_are_those_of_their_dense_definitions()
    {
        var (directions, _) = Clusters(80, 6, 3, seed: 1);
        var graph = NeighborGraph.Build(directions, default);
        var dense = Dense(directions);
        var identity = new FeatureMatrix(80, 80);
        for (int i = 0; i < 80; i++)
            identity.Row(i)[i] = 1;
        var found = new FeatureMatrix(80, 80);
        graph.Multiply(identity, found);
        for (int row = 0; row < 80; row++)
            for (int column = 0; column < 80; column++)
                Assert.Equal(dense[row, column], found.Row(row)[column], 1e-4);

        var start = new FeatureMatrix(80, 2);
        (start.Row(3)[0], start.Row(17)[1], start.Row(40)[0]) = (1, 1, 0.5f);
        var spread = LabelPropagation.Spread(graph, start, 0.9f, default);
        var exact = (Matrix<double>.Build.DenseIdentity(80) - 0.9 * dense).Inverse() * Matrix<double>.Build.Dense(80, 2,
            (row, column) => start.Row(row)[column]);
        for (int row = 0; row < 80; row++)
            for (int column = 0; column < 2; column++)
                Assert.Equal(Math.Max(0, exact[row, column]), spread.Row(row)[column], 2e-3);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_classifier_learns_what_its_targets_say(bool multiLabel)
    {
        var (directions, groups) = Clusters(1000, 16, 4, seed: 2);
        var targets = new FeatureMatrix(1000, 4);
        for (int row = 0; row < 1000; row++)
            targets.Row(row)[groups[row]] = 1;
        var outcome = new ClassifierTraining(multiLabel, takesHardest: false, viewShare: 0, seed: 1, default).Run(directions, [], targets);
        var found = outcome.Classifier.Probabilities(directions);
        double right = Enumerable.Range(0, 1000).Average(row => found.Row(row).IndexOf(found.Row(row).ToArray().Max()) == groups[row] ? 1.0 : 0);
        Assert.True(right > 0.97, $"{right:F3}");
        Assert.True(outcome.Agreement > 0.9);
        if (!multiLabel)
            Assert.Equal(1, found.Row(5).ToArray().Sum(), 1e-4);
    }

    [Fact]
    public void One_label_a_class_and_the_geometry_of_the_others_label_nearly_all()
    {
        var (directions, groups) = Clusters(800, 16, 5, seed: 3);
        int[] labels = new int[800];
        Array.Fill(labels, -1);
        foreach (int group in Enumerable.Range(0, 5))
            labels[Array.IndexOf(groups, group)] = group;
        var taught = Teach(directions, LabelSets.FromClasses(labels)).Probabilities;
        double Right(FeatureMatrix said) => Enumerable.Range(0, 800)
            .Average(row => said.Row(row).IndexOf(said.Row(row).ToArray().Max()) == groups[row] ? 1.0 : 0);
        // The five labeled rows alone, each row going to the nearest: what the geometry of the others adds.
        int[] labeled = [.. Enumerable.Range(0, 800).Where(row => labels[row] >= 0).OrderBy(row => labels[row])];
        var nearest = new FeatureMatrix(800, 5);
        for (int row = 0; row < 800; row++)
            for (int c = 0; c < 5; c++)
                nearest.Row(row)[c] = System.Numerics.Tensors.TensorPrimitives.Dot<float>(directions.Row(row), directions.Row(labeled[c]));
        Assert.True(Right(taught) > Right(nearest) + 0.05 && Right(taught) > 0.85, $"{Right(taught):F3}, by the nearest label {Right(nearest):F3}");
    }

    [Fact]
    public void What_spread_is_sharpened_before_it_is_taught()
    {
        var (directions, groups) = Clusters(600, 6, 20, seed: 5);
        LabelSets labels = LabelSets.FromClasses([.. groups.Select((group, row) => row == Array.IndexOf(groups, group) ? group : -1)]);
        int[] labeled = [.. Enumerable.Range(0, 600).Where(labels.IsLabeled)];
        var teacher = new ClassTeacher(directions, NeighborGraph.Build(directions, default), multiLabel: false, seed: 1, default);
        FeatureMatrix given = ClassTeacher.Targets(labels);
        FeatureMatrix expected = teacher.Spread(teacher.Propose(given, labeled), given, labeled, Spreading.Far);
        TaughtClasses taught = Teach(directions, labels);
        Assert.True(Sharpening.Sharpen(expected, row => !labels.IsLabeled(row), taught.Found) > 1.1);
        foreach (int row in Enumerable.Range(0, 600).Where(row => !labels.IsLabeled(row)))
            Assert.All(Enumerable.Range(0, 20), c => Assert.Equal(expected.Row(row)[c], taught.Probabilities.Row(row)[c], 1e-4));
    }

    [Fact]
    public void A_class_with_many_labels_does_not_flood_one_with_a_single_label()
    {
        var (directions, groups) = Clusters(600, 6, 2, seed: 6);
        int given = 0, only = Array.IndexOf(groups, 1);
        int[] labels = [.. groups.Select((group, row) => row == only ? 1 : group == 0 && given++ < 60 ? 0 : -1)];
        var taught = Teach(directions, LabelSets.FromClasses(labels)).Probabilities;
        double found = Enumerable.Range(0, 600).Where(row => groups[row] == 1).Average(row => taught.Row(row)[1] > 0.5f ? 1.0 : 0);
        Assert.True(found > 0.8, $"{found:F3} of the class with one label");
    }

    [Fact]
    public void Of_more_rows_than_the_graph_takes_all_labeled_ones_and_a_sample_are_learned_from()
    {
        var (directions, groups) = Clusters(600, 16, 3, seed: 5);
        int[] labels = [.. groups.Select((group, row) => row % 20 == 0 ? group : -1)];
        var notes = new List<string>();
        var outcome = new FrozenTraining(new SsahTrainer.Options { Bits = 16 }, seed: 1, notes.Add, largestGraph: 100).Run(directions, [],
            LabelSets.FromClasses(labels));
        Assert.Contains(notes, note => note.Contains("graph of 100 rows", StringComparison.Ordinal));
        var found = outcome.Head.Classes!.Probabilities(outcome.Head.Whiten(directions));
        double right = Enumerable.Range(0, 600).Average(row => found.Row(row).IndexOf(found.Row(row).ToArray().Max()) == groups[row] ? 1.0 : 0);
        Assert.True(right > 0.9, $"{right:F3}");
    }

    [Fact]
    public void Several_labels_a_row_are_taught_as_shares()
    {
        var (directions, groups) = Clusters(600, 16, 4, seed: 4);
        // Groups 0 and 1 share label 0, groups 1 and 2 label 1, group 3 has label 2.
        int[][] byGroup = [[0], [0, 1], [1], [2]];
        var sets = Enumerable.Range(0, 600).Select(row => row < 60 ? byGroup[groups[row]] : []).ToArray();
        var taught = Teach(directions, LabelSets.FromSets(sets, 3)).Probabilities;
        double right = Enumerable.Range(60, 540)
            .Average(row => Enumerable.Range(0, 3).Average(label => taught.Row(row)[label] > 0.5 == byGroup[groups[row]].Contains(label) ? 1.0 : 0));
        Assert.True(right > 0.95, $"{right:F3}");
        Assert.All(taught.Values, value => Assert.InRange(value, 0, 1));
    }
}
