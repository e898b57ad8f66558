using System.Text;
using CsCheck;

namespace SSAH.MLNet.Evaluation.Tests.Splits;

public sealed class RetrievalSplitTests
{
    private static readonly LabelSets s_tenClasses = LabelSets.FromClasses([.. Enumerable.Range(0, 60_000).Select(i => i * 7 % 10)]);

    [Fact]
    public void A_seed_draws_the_same_and_another_seed_draws_another()
    {
        Assert.Equal(RetrievalSplit.Draw(s_tenClasses, 100, 500, 1).Queries, RetrievalSplit.Draw(s_tenClasses, 100, 500, 1).Queries);
        Assert.NotEqual(RetrievalSplit.Draw(s_tenClasses, 100, 500, 1).Queries, RetrievalSplit.Draw(s_tenClasses, 100, 500, 2).Queries);
    }

    [Fact]
    public void Fixed_queries_are_never_drawn()
    {
        LabelSets labels = LabelSets.FromClasses([0, 0, 0, 1, 1, 1, -1]);
        (int, SplitRole)[] given = [(0, SplitRole.Query), (4, SplitRole.Query), (5, SplitRole.Extra)];
        RetrievalSplit split = RetrievalSplit.DrawLabeled(labels, given, 2, 1, true, "fixed");
        Assert.Equal([1, 2, 3], split.Labeled);
        Assert.Equal([1, 2, 3, 6], split.Database);
        Assert.Equal([5, 6], split.UnlabeledTraining);
        LabelSets sets = LabelSets.FromSets([[0], [0, 1], [], [1], [1]], 2);
        RetrievalSplit multi = RetrievalSplit.DrawLabeledTotal(sets, [(0, SplitRole.Query)], 3, 1, true, "sets");
        Assert.Equal([1, 3, 4], multi.Labeled);
        Assert.Throws<ArgumentException>(() => RetrievalSplit.DrawLabeledTotal(sets, [(0, SplitRole.Query)], 4, 1, true, "sets"));
        Assert.Throws<ArgumentException>(() => RetrievalSplit.Draw(sets, 1, 1, 1));
    }

    [Fact]
    public void Small_classes_are_named()
    {
        LabelSets labels = LabelSets.FromClasses([0, 0, 0, 1], ["cat", "dog"]);
        ArgumentException error = Assert.Throws<ArgumentException>(() => RetrievalSplit.Draw(labels, 1, 2, 1));
        Assert.Contains("dog has 1 rows; 3", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_keeps_the_split() =>
        Gen.Select(Gen.Int[1, 60], Gen.Int[0, 1 << 30], Gen.Bool).Sample((rows, seed, with) =>
        {
            var random = new Random(seed);
            RetrievalSplit split = RetrievalSplit.Create("A name, with comma", -seed, rows, with,
                Enumerable.Range(0, rows).Select(row => (row, (SplitRole)random.Next(5))));
            RetrievalSplit read = RetrievalSplitFile.Read(Encoding.UTF8.GetBytes(RetrievalSplitFile.Write(split)));
            Assert.Equal((split.Protocol, split.Seed, split.RowCount, split.DatabaseIncludesLabeled),
                (read.Protocol, read.Seed, read.RowCount, read.DatabaseIncludesLabeled));
            for (int row = 0; row < rows; row++)
                Assert.Equal(split[row], read[row]);
        });

    [Fact]
    public void Save_replaces_and_load_names_the_file()
    {
        string path = Path.Combine(Path.GetTempPath(), $"split-{Guid.NewGuid():N}.txt");
        try
        {
            File.WriteAllText(path, "old");
            Assert.Contains(path, Assert.Throws<DamagedFileException>(() => RetrievalSplit.Load(path)).Message, StringComparison.Ordinal);
            RetrievalSplit.Draw(s_tenClasses, 100, 500, 1).Save(path);
            Assert.Equal(54_000, RetrievalSplit.Load(path).Database.Count);
            Assert.Single(Directory.GetFiles(Path.GetTempPath(), Path.GetFileName(path) + "*"));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData("", "Line 0|ends in line 1")]
    [InlineData("ssah-retrieval-split 3\n", "Line 1")]
    [InlineData(Head + "3,query\n", "ends in line 7")]
    [InlineData(Head + "3,query\nend 2\n", "Line 7")]
    [InlineData(Head + "3,query\nend 1\nmore", "after the end")]
    [InlineData(Head + "3,king\nend 1\n", "Line 6")]
    [InlineData(Head + "-3,query\nend 1\n", "Line 6")]
    [InlineData(Head + "3,query\n3,labeled\nend 2\n", "two roles")]
    [InlineData(Head + "10,query\nend 1\n", "Row 10")]
    [InlineData(Head + "99999999999,query\nend 1\n", "Line 6")]
    [InlineData("ssah-retrieval-split 1\nprotocol p\nseed 1\nrows -1\n", "Line 4")]
    [InlineData("ssah-retrieval-split 1\nprotocol p\nseed x\n", "Line 3")]
    [InlineData("ssah-retrieval-split 1\nprotocol p\nseed 1\nrows 10\ndatabase all\n", "Line 5")]
    [Trait("CWE", "20")]
    public void Wrong_files_name_the_line(string text, string message)
    {
        var error = Assert.Throws<DamagedFileException>(() => RetrievalSplitFile.Read(Encoding.UTF8.GetBytes(text)));
        Assert.Contains(message.Split('|'), part => error.Message.Contains(part, StringComparison.Ordinal));
    }

    [Fact]
    [Trait("CWE", "789")]
    public void A_huge_row_count_allocates_nothing()
    {
        byte[] file = Encoding.UTF8.GetBytes("ssah-retrieval-split 1\nprotocol p\nseed 1\nrows 2147483647\ndatabase unlabeled\n5,query\nend 1\n");
        RetrievalSplitFile.Read(file);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal([5], RetrievalSplitFile.Read(file).Queries);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    [Fact]
    [Trait("CWE", "20")]
    public void Cut_and_changed_files_are_refused()
    {
        byte[] good = Encoding.UTF8.GetBytes(RetrievalSplitFile.Write(RetrievalSplit.Draw(LabelSets.FromClasses([0, 1, 0, 1, 0, 1]), 1, 1, 4)));
        for (int length = 0; length < good.Length; length++)
            Assert.Throws<DamagedFileException>(() => RetrievalSplitFile.Read(good.AsSpan(0, length)));
        var random = new Random(8);
        for (int trial = 0; trial < 2000; trial++)
        {
            byte[] bad = [.. good];
            bad[random.Next(bad.Length)] ^= (byte)random.Next(1, 256);
            Assert.Throws<DamagedFileException>(() => RetrievalSplitFile.Read(bad));
        }
    }

    private const string Head = "ssah-retrieval-split 1\nprotocol p\nseed 1\nrows 10\ndatabase unlabeled\n";
}
