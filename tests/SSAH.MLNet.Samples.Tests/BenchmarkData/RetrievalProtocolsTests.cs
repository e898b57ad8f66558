using SSAH.MLNet.BenchmarkData;
using SSAH.MLNet.Evaluation;

namespace SSAH.MLNet.Samples.Tests.BenchmarkData;

public sealed class RetrievalProtocolsTests
{
    private static readonly LabelSets s_cifar = LabelSets.FromClasses([.. Enumerable.Range(0, 60_000).Select(i => i * 7 % 10)]);

    [Fact]
    public void Protocols_have_their_sizes()
    {
        RetrievalSplit without = RetrievalProtocols.Database54k(s_cifar, 3), with = RetrievalProtocols.Database59k(s_cifar, 3);
        Assert.Equal((1000, 5000, 54_000, 54_000),
            (without.Queries.Count, without.Labeled.Count, without.UnlabeledTraining.Count, without.Database.Count));
        Assert.Equal((1000, 5000, 54_000, 59_000), (with.Queries.Count, with.Labeled.Count, with.UnlabeledTraining.Count, with.Database.Count));
        Assert.Equal(without.Queries, with.Queries);
        for (int label = 0; label < 10; label++)
        {
            Assert.Equal(100, without.Queries.Count(row => s_cifar.ClassOf(row) == label));
            Assert.Equal(500, without.Labeled.Count(row => s_cifar.ClassOf(row) == label));
        }
        Assert.Empty(without.Queries.Intersect(with.Database));
        Assert.Empty(without.Labeled.Intersect(without.Database));
    }

    [Fact]
    public void Points_of_label_efficiency_differ_only_in_the_labels()
    {
        RetrievalSplit whole = RetrievalProtocols.Draw("C10-54k", s_cifar, 5), few = RetrievalProtocols.Draw("C10-labels-250", s_cifar, 5);
        RetrievalSplit more = RetrievalProtocols.Draw("C10-labels-1000", s_cifar, 5);
        Assert.Equal(250, few.Labeled.Count);
        Assert.Equal(58_750, few.UnlabeledTraining.Count);
        Assert.Equal(whole.Queries, few.Queries);
        Assert.Equal(whole.Database, few.Database);
        Assert.Empty(few.Labeled.Except(more.Labeled));
        Assert.Equal("C10-labels-250", few.Protocol);
        Assert.Throws<ArgumentException>(() => RetrievalProtocols.WithLabels(s_cifar, 255, 5));
        Assert.Throws<ArgumentException>(() => RetrievalProtocols.WithLabels(s_cifar, 6000, 5));
        Assert.Throws<ArgumentException>(() => RetrievalProtocols.Draw("C10-labels-", s_cifar, 5));
    }
}
