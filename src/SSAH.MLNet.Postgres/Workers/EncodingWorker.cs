using Npgsql;
using SSAH.MLNet.Collections.Syncing;

namespace SSAH.MLNet.Postgres.Workers;

/// <summary>Encodes what is in a queue, beside others who do the same.</summary>
/// <param name="queue">The queue.</param>
/// <param name="lease">How long others leave its jobs to it when it is not heard of.</param>
/// <param name="stays">Whether it waits for new jobs when all are done.</param>
internal sealed class EncodingWorker(EncodingQueue queue, TimeSpan lease, bool stays)
{
    private const int AtOnce = 64;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(500);

    /// <summary>Works until all jobs are done, by whomever, or for ever where it stays.</summary>
    /// <param name="progress">Told after each batch how many jobs this worker has done so far, and how many of them failed.</param>
    /// <param name="cancellationToken">Ends it; what is encoded is written, the rest given back.</param>
    public async Task<(int Done, int Failed)> RunAsync(IProgress<(int Done, int Failed)>? progress, CancellationToken cancellationToken)
    {
        var encoders = new Dictionary<string, HashEncoder>(StringComparer.Ordinal);
        (int done, int failed) = (0, 0);
        try
        {
            while (true)
            {
                var claim = Guid.NewGuid();
                List<EncodingJob> jobs = await queue.ClaimAsync(claim, AtOnce, lease, cancellationToken);
                if (jobs.Count == 0)
                {
                    // What others have claimed may come back.
                    if (!stays && !(await queue.ProgressAsync(cancellationToken)).Any(model => model.Waiting + model.Running > 0))
                        return (done, failed);
                    await Task.Delay(s_pause, cancellationToken);
                    continue;
                }
                try
                {
                    foreach (IGrouping<string, EncodingJob> group in jobs.GroupBy(job => job.Model, StringComparer.Ordinal))
                    {
                        if (!encoders.TryGetValue(group.Key, out HashEncoder? encoder))
                            encoders.Add(group.Key, encoder = await queue.LoadAsync(group.Key, cancellationToken));
                        EncodingResult[] results = await EncodeAsync(claim, encoder, [.. group], cancellationToken);
                        done += await queue.CompleteAsync(claim, group.Key, encoder.Bits, results, CancellationToken.None);
                        failed += results.Count(result => result.Problem is not null);
                    }
                }
                finally
                {
                    await queue.ReleaseAsync(claim);
                }
                progress?.Report((done, failed));
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            foreach (HashEncoder encoder in encoders.Values)
                encoder.Dispose();
        }
    }

    private async Task<EncodingResult[]> EncodeAsync(Guid claim, HashEncoder encoder, EncodingJob[] jobs, CancellationToken cancellationToken)
    {
        var encoding = new FileEncoding(encoder, new ImageReadingOptions(), withActivations: false, isKnown: _ => false);
        FileToEncode[] files = [.. jobs.Select(job => new FileToEncode(job.Path, job.Id, job.Path, FileStamp.Missing))];
        using var ended = new CancellationTokenSource();
        Task renewing = RenewAsync(claim, ended.Token);
        try
        {
            // Ends early when canceled, with what is done.
            EncodedFile[] encoded = await Task.Run(() => encoding.Run(files, cancellationToken).SelectMany(batch => batch).ToArray(), CancellationToken.None);
            // One file may be gone; all of them are where this machine does not see them.
            if (encoded.Length > 1 && Array.TrueForAll(encoded, file => file.Hash is null))
                throw new IOException($"None of {encoded.Length} files can be read here, such as '{encoded[0].File.Path}' ({encoded[0].Problem}): is their "
                    + "folder mounted under the same path? If they are gone, 'ssah jobs' with their folder takes them out.");
            return [.. encoded.Select(file => new EncodingResult(file.File.Root, file.Hash, file.Problem is null ? file.Code : null, file.Width, file.Height,
                file.Problem))];
        }
        finally
        {
            await ended.CancelAsync();
            await renewing;
        }
    }

    // Large images on a slow disk can take longer than a lease.
    private async Task RenewAsync(Guid claim, CancellationToken ended)
    {
        try
        {
            while (true)
            {
                await Task.Delay(lease / 3, ended);
                try
                {
                    await queue.RenewAsync(claim, lease, ended);
                }
                catch (NpgsqlException)
                {
                    // The next one may succeed; who finishes asks anyway whether the jobs are still its own.
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
    }
}
