using System.Diagnostics;
using System.Globalization;
using Microsoft.ML;
using SSAH.MLNet.Training.Checkpoints;
using SSAH.MLNet.Training.Tests.Trainer;

namespace SSAH.MLNet.Training.Tests.Checkpoints;

/// <summary>A training whose program is killed at any moment, as often as SSAH_KILLS says.</summary>
public sealed class KillTests : IDisposable
{
    private const string FolderVariable = "SSAH_KILLED_FOLDER";
    private static readonly int s_kills = int.TryParse(Environment.GetEnvironmentVariable("SSAH_KILLS"), out int kills) ? kills : 2;
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "ssah-" + Guid.NewGuid().ToString("N"));

    public void Dispose()
    {
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Killed_at_any_moment_it_goes_on_from_a_whole_checkpoint()
    {
        var random = new Random(1);
        int last = 0;
        for (int kill = 0; kill < s_kills; kill++)
        {
            using var child = Start();
            // Let it get somewhere: until it has written one more than it found.
            var clock = Stopwatch.StartNew();
            while (LastStep() <= last && !child.HasExited)
            {
                Assert.True(clock.Elapsed < TimeSpan.FromMinutes(10), "The training gets nowhere.");
                await Task.Delay(5, TestContext.Current.CancellationToken);
            }
            await Task.Delay(random.Next(60), TestContext.Current.CancellationToken);
            Assert.False(child.HasExited, "The training ended before it was killed.");
            child.Kill();
            await child.WaitForExitAsync(TestContext.Current.CancellationToken);

            // Those that were there whole are, but for what Keep deletes; the newest is whole, and newer than the last.
            int newest = CheckpointReader.Open(_folder, "ResumeFrom", warning => Assert.Fail(warning)).Manifest.Training.Step;
            Assert.True(newest > last, $"step {newest} after {last}");
            last = newest;
        }
    }

    [Fact(Explicit = true)]
    public void Train_until_killed()
    {
        string folder = Environment.GetEnvironmentVariable(FolderVariable)!;
        var ml = new MLContext(1);
        var options = Images.Options(steps: 1_000_000);
        (options.Checkpoint.Folder, options.Checkpoint.EverySteps) = (folder, 1);
        if (CheckpointFolder.List(folder).Count > 0)
            options.ResumeFrom = folder;
        ml.Transforms.SsahHash(options).Fit(Images.View(ml, Images.Draw(60, labeledEvery: 3)));
    }

    private int LastStep() => CheckpointFolder.List(_folder) is [var (step, _), ..] ? step : 0;

    private Process Start()
    {
        var start = new ProcessStartInfo("dotnet", [typeof(KillTests).Assembly.Location, "-explicit", "only", "-method",
            string.Create(CultureInfo.InvariantCulture, $"{typeof(KillTests).FullName}.{nameof(Train_until_killed)}")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[FolderVariable] = _folder;
        var child = Process.Start(start)!;
        child.BeginOutputReadLine();
        child.BeginErrorReadLine();
        return child;
    }
}
