using System.Diagnostics;
using Microsoft.ML;
using SSAH.MLNet.Training.Tests.Trainer;

namespace SSAH.MLNet.Training.Tests.Workarounds;

/// <summary>A training beside threads that allocate and collect without end.</summary>
public sealed class TorchSharpScalarFinalizationTests
{
    // While TorchSharp made the scalars of expressions, Fit ended with an ExternalException here after 6 to 21 s on two cores.
    // SSAH_COLLECTING_SECONDS trains for longer.
    private static readonly TimeSpan s_duration =
        TimeSpan.FromSeconds(int.TryParse(Environment.GetEnvironmentVariable("SSAH_COLLECTING_SECONDS"), out int seconds) ? seconds : 6);

    [Fact]
    public void Fit_gives_the_same_codes_while_other_threads_allocate_and_collect()
    {
        ulong[] expected = Train();
        using var end = new CancellationTokenSource();
        Thread[] collectors = [.. Enumerable.Range(0, 3).Select(i => new Thread(() => Collect(i, end.Token)) { IsBackground = true })];
        foreach (var thread in collectors)
            thread.Start();
        int trainings = 0;
        var clock = Stopwatch.StartNew();
        try
        {
            for (; clock.Elapsed < s_duration; trainings++)
                Assert.Equal(expected, Train());
        }
        catch (Exception error)
        {
            throw new InvalidOperationException(
                $"It failed after {clock.Elapsed.TotalSeconds:F0} s, in training {trainings}, with {GC.CollectionCount(0)} collections so far.", error);
        }
        finally
        {
            end.Cancel();
            foreach (var thread in collectors)
                thread.Join();
        }
    }

    private static ulong[] Train()
    {
        var mlContext = new MLContext(1);
        var data = Images.View(mlContext, Images.Draw(60, labeledEvery: 3));
        using var encoder = mlContext.Transforms.SsahHash(Images.Options(steps: 12)).Fit(data);
        return [.. mlContext.HashRetrieval.ReadCodes(encoder.Transform(data)).Words];
    }

    // The youngest generation most of the time: there die the scalars of expressions.
    private static void Collect(int thread, CancellationToken end)
    {
        object[] kept = new object[64];
        for (int i = 0; !end.IsCancellationRequested; i++)
        {
            kept[i % kept.Length] = new byte[1000 + 100 * thread + i % 7000];
            if (i % 64 == 0)
                GC.Collect(i % 4096 == 0 ? 2 : 0, GCCollectionMode.Forced, blocking: true);
        }
    }
}
