using System.Collections.Concurrent;
using System.Diagnostics;
using Orleans.Runtime;
using Orleans.Runtime.Placement;

namespace SSAH.MLNet.Orleans.Grains;

/// <summary>
/// Whether the other silos see the files that this one sees. A shard beside a coordinator sees what the coordinator sees: where both are on a silo that has
/// another folder, nothing but the other silos can tell that their answer is that of other codes. One for all coordinators of a silo.
/// </summary>
internal sealed class SeenFiles(IGrainFactory grains, ISiloStatusOracle silos, ILocalSiloDetails here)
{
    // One that was asked a moment ago is waited for; one that says nothing answers no search either, and holds up none.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1), s_beforeAskedAgain = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<(string Index, SiloAddress Silo), Question> _asked = new();

    /// <summary>What is wrong with the folders, or null where most silos see the files that this one sees.</summary>
    public async ValueTask<string?> DifferenceAsync(string index, ShardedHashIndexOptions options, Guid ours, Task timeIsOver)
    {
        SiloAddress[] others = [.. silos.GetApproximateSiloStatuses(onlyActive: true).Keys.Where(silo => !silo.Equals(here.SiloAddress))];
        Question[] questions = [.. others.Select(silo => AskedOnce(index, silo))];
        Task[] open = [.. questions.Where(question => question.IsOpen && question.Age < s_patience).Select(question => question.Answer)];
        if (open.Length > 0)
            await Task.WhenAny(Task.WhenAll(open), timeIsOver, Task.Delay(s_patience));
        int same = 1, different = 0;
        string? difference = null;
        for (int i = 0; i < others.Length; i++)
        {
            if (questions[i].FilesOf(others[i]) is not { } id || id == Guid.Empty)
                continue;
            if (id == ours)
                same++;
            else if (different++ == 0)
                difference = Difference(index, Path.GetFullPath(options.Folder), here.SiloAddress, ours, $"silo {others[i]}", id);
        }
        // Where most silos agree with this one, only the shards on the others are missing.
        return different < same ? null : difference;
    }

    /// <summary>What is wrong, and the remedy.</summary>
    public static string Difference(string index, string folder, SiloAddress silo, Guid id, string other, Guid otherId) =>
        $"Silo {silo} sees other files of index '{index}' in '{folder}' (id {id}) than {other} (id {otherId}): mount the same folder on every silo, and "
        + "start them again.";

    // A silo that gave no answer, or for which another one answered, is asked again after a while.
    private Question AskedOnce(string index, SiloAddress silo)
    {
        if (_asked.TryGetValue((index, silo), out Question? asked) && (asked.IsOpen || asked.FilesOf(silo) is not null || asked.Age < s_beforeAskedAgain))
            return asked;
        Task<(SiloAddress Silo, Guid Files)> answer = Ask(index, silo);
        answer.Ignore();
        return _asked[(index, silo)] = new Question(answer);
    }

    private Task<(SiloAddress Silo, Guid Files)> Ask(string index, SiloAddress silo)
    {
        // A hint only: where the silo is gone, or not known yet, the grain comes up on another one and says so.
        RequestContext.Set(IPlacementDirector.PlacementHintKey, silo);
        try
        {
            return grains.GetGrain<IIndexFilesGrain>(IndexFilesGrain.Key(index, silo)).IdAsync();
        }
        finally
        {
            RequestContext.Remove(IPlacementDirector.PlacementHintKey);
        }
    }

    private sealed record Question(Task<(SiloAddress Silo, Guid Files)> Answer)
    {
        private readonly long _asked = Stopwatch.GetTimestamp();

        public TimeSpan Age => Stopwatch.GetElapsedTime(_asked);

        public bool IsOpen => !Answer.IsCompleted;

        /// <summary>What the silo itself sees; null where that is not known.</summary>
        public Guid? FilesOf(SiloAddress silo) => Answer.IsCompletedSuccessfully && Answer.Result.Silo.Equals(silo) ? Answer.Result.Files : null;
    }
}
