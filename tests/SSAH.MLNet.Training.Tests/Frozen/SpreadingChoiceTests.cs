using SSAH.MLNet.Evaluation;
using SSAH.MLNet.Features;
using SSAH.MLNet.Training.Frozen;

namespace SSAH.MLNet.Training.Tests.Frozen;

public sealed class SpreadingChoiceTests
{
    // Rows whose class is their nearest center, or, where the geometry lies, the sign of one weak direction.
    private static (FeatureMatrix Directions, int[] Classes) Rows(int rows, bool geometryLies, int seed)
    {
        var random = new Random(seed);
        var features = new FeatureMatrix(rows, 12);
        int[] classes = new int[rows];
        for (int row = 0; row < rows; row++)
        {
            int group = random.Next(2);
            classes[row] = geometryLies ? random.Next(2) : group;
            for (int i = 0; i < 12; i++)
                features.Row(row)[i] = (float)(random.NextDouble() - 0.5) + (i == 0 ? 3 * group : 0);
            if (geometryLies)
                features.Row(row)[1] += classes[row] * 0.8f;
        }
        return (features.Directions(features.Mean()), classes);
    }

    private static (ChosenSpreading Chosen, List<string> Notes) Choose(FeatureMatrix directions, LabelSets labels)
    {
        var notes = new List<string>();
        var teacher = new ClassTeacher(directions, NeighborGraph.Build(directions, default), labels.IsMultiLabel, seed: 1, default);
        return (SpreadingChoice.Choose(teacher, labels, ClassTeacher.Targets(labels), notes.Add), notes);
    }

    [Fact]
    public void One_label_of_each_class_goes_far_and_nothing_is_known_of_its_quality()
    {
        var (directions, classes) = Rows(300, geometryLies: false, seed: 1);
        int[] labels = [.. classes.Select((c, row) => row == Array.IndexOf(classes, c) ? c : -1)];
        var (chosen, notes) = Choose(directions, LabelSets.FromClasses(labels));
        Assert.Equal(new ChosenSpreading(Spreading.Far, null), chosen);
        Assert.Empty(notes);
    }

    [Fact]
    public void Labels_that_follow_the_geometry_are_found_again()
    {
        var (directions, classes) = Rows(300, geometryLies: false, seed: 2);
        var (chosen, notes) = Choose(directions, LabelSets.FromClasses([.. classes.Select((c, row) => row < 12 ? c : -1)]));
        Assert.True(chosen.Found > 0.9, $"{chosen.Found}");
        Assert.Contains("found again", Assert.Single(notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Many_labels_that_a_classifier_knows_better_than_neighbors_do_stay_near()
    {
        var (directions, classes) = Rows(900, geometryLies: true, seed: 3);
        var (chosen, notes) = Choose(directions, LabelSets.FromClasses([.. classes.Select((c, row) => row < 450 ? c : -1)]));
        Assert.True(Spreading.Candidates[^1] == chosen.Spreading, $"{chosen} {string.Join(" ", notes)}");
    }

    [Fact]
    public void Several_labels_a_row_are_scored_by_what_is_said_and_wanted()
    {
        var (directions, classes) = Rows(300, geometryLies: false, seed: 4);
        int[][] sets = [.. classes.Select((c, row) => row < 30 ? (int[])[c, 2] : [])];
        var (chosen, _) = Choose(directions, LabelSets.FromSets(sets, 3));
        Assert.InRange(chosen.Found!.Value, 0.8, 1);
    }
}
