using System.Globalization;

namespace SSAH.MLNet.VectorData.Tests.Laws;

/// <summary>Several processes, some of which are killed.</summary>
public abstract partial class StoreLaws
{
    private const int Kills = 3;

    /// <summary>The arguments by which another process opens this test's store.</summary>
    protected abstract string[] ProbeArguments { get; }

    [Fact]
    public async Task Killed_at_any_moment_nothing_that_was_acknowledged_is_lost()
    {
        VectorStoreCollection<object, Dictionary<string, object?>> records = await Probed();
        var random = new Random(7);
        var kept = new HashSet<int>();
        int next = 0;
        for (int kill = 0; kill < Kills; kill++)
        {
            using StoreProbe probe = StoreProbe.Start([.. ProbeArguments, "write", $"{next}", "100000"]);
            for (int lines = random.Next(1, 60); lines > 0 && probe.Line() is { } line; lines--)
                next = Note(line);
            probe.Kill();
            while (probe.Line() is { } line)
                next = Note(line);
            var found = (await All(records.SearchAsync(new byte[4], 1_000_000))).Select(match => (Id: (int)match.Record["Id"]!, match.Score)).ToArray();
            Assert.All(found, match => Assert.Equal(int.PopCount(match.Id), match.Score));
            // The statement that ran when it was killed was done or was not.
            Assert.Empty(kept.Except(found.Select(match => match.Id)));
            Assert.InRange(found.Select(match => match.Id).Except(kept).Count(), 0, 1);
            Assert.Equal(found.Select(match => match.Id).Order(), await IdsOf(records));
            foreach (int id in found.Select(match => match.Id).Except(kept).ToArray())
                kept.Add(id);
            next++;
        }

        int Note(string line)
        {
            int id = int.Parse(line.TrimStart('-'), CultureInfo.InvariantCulture);
            _ = line[0] == '-' ? kept.Remove(id) : kept.Add(id);
            // What is deleted next may already be gone when the kill comes.
            if (line[0] != '-' && id % 3 == 0)
                kept.Remove(id);
            return id;
        }
    }

    [Fact]
    public async Task One_process_sees_what_others_write_while_they_do()
    {
        VectorStoreCollection<object, Dictionary<string, object?>> records = await Probed();
        using StoreProbe watcher = StoreProbe.Start([.. ProbeArguments, "watch", "100"]);
        using StoreProbe first = StoreProbe.Start([.. ProbeArguments, "write", "0", "75"]), second = StoreProbe.Start([.. ProbeArguments, "write", "75", "75"]);
        Assert.True(first.Lines() is [.., "end"], first.Errors);
        Assert.True(second.Lines() is [.., "end"], second.Errors);
        List<string> seen = watcher.Lines();
        Assert.True(seen is [.., "100", "end"], string.Join(' ', seen) + watcher.Errors);
        Assert.Equal(Enumerable.Range(0, 150).Where(id => id % 3 != 0), await IdsOf(records));
    }

    private static async Task<IEnumerable<int>> IdsOf(VectorStoreCollection<object, Dictionary<string, object?>> records) =>
        (await All(records.GetAsync(record => true, 1_000_000))).Select(each => (int)each["Id"]!).Order();

    private async Task<VectorStoreCollection<object, Dictionary<string, object?>>> Probed()
    {
        VectorStoreCollection<object, Dictionary<string, object?>> records = Store.GetDynamicCollection("probe", StoreProbe.Definition);
        await records.EnsureCollectionExistsAsync();
        return records;
    }
}
