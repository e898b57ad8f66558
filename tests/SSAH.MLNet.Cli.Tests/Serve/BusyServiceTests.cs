using System.Collections.Concurrent;
using System.Net;
using SSAH.MLNet.Cli.Serve;
using SSAH.MLNet.Cli.Serve.Http;
using SSAH.MLNet.Cli.Serve.Images;

namespace SSAH.MLNet.Cli.Tests.Serve;

/// <summary>More images than the service can encode in time: it takes as many as it can, and tells the others at once when to come again.</summary>
public sealed class BusyServiceTests
{
    private static readonly TimeSpan s_work = TimeSpan.FromMilliseconds(100);

    [Fact]
    public async Task Work_that_would_wait_too_long_is_refused_and_all_that_was_taken_is_done()
    {
        using var workers = new ImageWorkers(1, 1, TimeSpan.FromSeconds(1));
        using var gate = new ManualResetEventSlim(true);
        int done = 0;
        Task<int> Send() => workers.RunAsync(() =>
        {
            gate.Wait(CancellationToken.None);
            Thread.Sleep(s_work);
            return Interlocked.Increment(ref done);
        }, CancellationToken.None);
        // What images take is learned from those that were done.
        for (int i = 0; i < 20; i++)
            await Send();
        gate.Reset();
        var taken = new List<Task<int>>();
        RequestRefusedException? refused = null;
        while (refused is null && taken.Count < 50)
            try
            {
                taken.Add(Send());
            }
            catch (RequestRefusedException error)
            {
                refused = error;
            }
        Assert.Equal(503, refused?.Status);
        Assert.True(refused!.RetryAfter > TimeSpan.FromSeconds(1), $"{refused.RetryAfter}");
        // A second's worth of work waits; one is being done. Sleeps take longer on a busy machine.
        Assert.InRange(taken.Count, 2, 14);
        gate.Set();
        await Task.WhenAll(taken);
        Assert.Equal(20 + taken.Count, done);
        Assert.Equal(21 + taken.Count, await Send());
    }

    [Fact]
    public async Task However_slow_the_machine_is_so_many_images_are_never_refused()
    {
        const int always = 64;
        Assert.Equal(always, new ServeSettings("c.db", IPAddress.Loopback, 0).AlwaysTaken);
        using var workers = new ImageWorkers(1, always, TimeSpan.FromMilliseconds(1));
        using var gate = new ManualResetEventSlim();
        Task<int> Send() => workers.RunAsync(() =>
        {
            gate.Wait(CancellationToken.None);
            return 1;
        }, CancellationToken.None);
        // The first may be in the works already.
        List<Task<int>> taken = [.. Enumerable.Range(0, always).Select(_ => Send())];
        Assert.Equal(503, Assert.ThrowsAny<RequestRefusedException>(() => taken.AddRange([Send(), Send()])).Status);
        gate.Set();
        Assert.All(await Task.WhenAll(taken), done => Assert.Equal(1, done));
    }

    [Fact]
    public async Task Clients_beyond_capacity_get_503_with_Retry_After_and_succeed_when_they_come_again()
    {
        await using RunningService service = await RunningService.StartAsync(settings =>
            settings with { AlwaysTaken = 1, LongestWait = TimeSpan.FromMilliseconds(1) });
        byte[] image = DrawnPhotos.Scene(2);
        var waits = new ConcurrentBag<TimeSpan>();
        await Parallel.ForAsync(0, 24, new ParallelOptions { MaxDegreeOfParallelism = 24 }, async (_, cancellation) =>
        {
            while (true)
            {
                using HttpResponseMessage response = await service.PostAsync("/search", image);
                if (response.StatusCode == HttpStatusCode.OK)
                    return;
                waits.Add(response.Headers.RetryAfter?.Delta ?? TimeSpan.Zero);
                Assert.Contains("again", await RunningService.ProblemOf(response, HttpStatusCode.ServiceUnavailable), StringComparison.Ordinal);
                await Task.Delay(50, cancellation);
            }
        });
        Assert.NotEmpty(waits);
        Assert.All(waits, wait => Assert.InRange(wait, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1)));
        Assert.Equal("", service.Errors);
    }
}
