namespace SSAH.MLNet.Orleans.Tests.Processes;

/// <summary>A silo as a process, which is killed.</summary>
public sealed class KillTests
{
    [Fact]
    public async Task Silo_killed_under_load_makes_no_answer_short_and_loses_nothing()
    {
        using var folder = new TempFolder();
        LoadUnderKills[] loads;
        await using (SiloProcesses silos = await SiloProcesses.StartAsync(folder.Path, withProcess: true))
        {
            // One index whose shards have a replica to go to, and one whose shards must come back from their files.
            loads = [.. ProbeSilo.Indexes.Select(index => new LoadUnderKills(index.Shards) { Index = silos.Index(index.Name) })];
            Task running = Task.WhenAll(loads.SelectMany(load => new[] { load.WriteAsync(), load.WriteAsync(), load.SearchAsync() }));
            await GoOnAsync(loads, running);
            silos.Kill();
            await GoOnAsync(loads, running);
            Array.ForEach(loads, load => load.Stop());
            await running;
            foreach (LoadUnderKills load in loads)
            {
                TestContext.Current.SendDiagnosticMessage(
                    FormattableString.Invariant($"{load.Whole} whole answers, {load.Partial} partial, {load.Failed} failed, {load.Written} batches"));
                await load.CheckAllAsync();
            }
            // Nobody had the killed silo's shards of the first index until the cluster found out.
            Assert.True(loads[0].Partial > 0, "No answer was partial: was a silo killed at all?");
        }
        // All of them gone, and others started: the shards come back from their files.
        await using SiloProcesses again = await SiloProcesses.StartAsync(folder.Path, withProcess: false);
        foreach ((LoadUnderKills load, var index) in loads.Zip(ProbeSilo.Indexes))
        {
            load.Index = again.Index(index.Name);
            await load.CheckAllAsync();
        }
    }

    /// <summary>Waits until there are whole answers and acknowledged writes again.</summary>
    private static async Task GoOnAsync(LoadUnderKills[] loads, Task running)
    {
        (int Whole, int Written)[] before = [.. loads.Select(load => (load.Whole, load.Written))];
        bool IsGoingOn() => loads.Zip(before).All(each => each.First.Whole > each.Second.Whole + 10 && each.First.Written > each.Second.Written + 5);
        for (int i = 0; i < 1200 && !IsGoingOn(); i++)
        {
            if (running.IsFaulted)
                await running;
            await Task.Delay(50);
        }
        Assert.True(IsGoingOn());
    }
}
