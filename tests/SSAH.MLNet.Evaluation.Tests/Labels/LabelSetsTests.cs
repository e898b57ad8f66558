using CsCheck;

namespace SSAH.MLNet.Evaluation.Tests.Labels;

public sealed class LabelSetsTests
{
    [Fact]
    public void Shares_is_set_intersection() =>
        Gen.Select(GenSet.Array[1, 6], GenSet.Array[1, 6]).Sample((left, right) =>
        {
            LabelSets a = LabelSets.FromSets(left, 130), b = LabelSets.FromSets(right, 130);
            for (int i = 0; i < left.Length; i++)
                for (int j = 0; j < right.Length; j++)
                    Assert.Equal(left[i].Intersect(right[j]).Any(), a.Shares(i, b, j));
        });

    [Fact]
    public void One_class_a_row_equals_sets_of_one() =>
        Gen.Int[-1, 99].Array[0, 20].Sample(classes =>
        {
            LabelSets single = LabelSets.FromClasses(classes);
            LabelSets sets = LabelSets.FromSets([.. classes.Select(c => c < 0 ? Array.Empty<int>() : [c])], single.ClassCount);
            Assert.False(single.IsMultiLabel);
            Assert.True(sets.IsMultiLabel);
            for (int i = 0; i < classes.Length; i++)
            {
                Assert.Equal(classes[i], single.ClassOf(i));
                Assert.Equal(classes[i] >= 0, single.IsLabeled(i));
                Assert.Equal(sets.IsLabeled(i), single.IsLabeled(i));
                Assert.Equal(sets.MaskOf(i), single.MaskOf(i));
                for (int j = 0; j < classes.Length; j++)
                {
                    Assert.Equal(classes[i] >= 0 && classes[i] == classes[j], single.Shares(i, single, j));
                    Assert.Equal(single.Shares(i, single, j), single.Shares(i, sets, j));
                }
            }
        });

    [Fact]
    public void Names_fix_the_class_count()
    {
        LabelSets labels = LabelSets.FromClasses([0, -1], ["cat", "dog", "frog"]);
        Assert.Equal(3, labels.ClassCount);
        Assert.Equal(["cat", "dog", "frog"], labels.Names!);
    }

    [Theory]
    [InlineData(-2)]
    [InlineData(3)]
    public void Classes_out_of_range_are_named(int wrong)
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => LabelSets.FromClasses([0, wrong], ["a", "b", "c"]));
        Assert.Contains($"Row 1 has class {wrong}", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => LabelSets.FromSets([[wrong]], 3));
    }

    [Fact]
    public void Sets_have_no_single_class() =>
        Assert.Throws<InvalidOperationException>(() => LabelSets.FromSets([[1]], 2).ClassOf(0));

    private static Gen<int[]> GenSet { get; } = Gen.Int[0, 129].Array[0, 4];
}
