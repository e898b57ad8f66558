namespace SSAH.MLNet.Orleans.Grains;

/// <summary>Calls that nobody waits for any more.</summary>
internal static class IgnoredTasks
{
    /// <summary>Takes a call's error, which is nobody's.</summary>
    public static void Ignore(this Task task) =>
        _ = task.ContinueWith(static failed => _ = failed.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
}
