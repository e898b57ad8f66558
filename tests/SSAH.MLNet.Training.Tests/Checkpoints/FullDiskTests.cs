using System.Diagnostics;
using Microsoft.ML;
using SSAH.MLNet.Training.Checkpoints;
using SSAH.MLNet.Training.Loop;
using SSAH.MLNet.Training.Tests.Trainer;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Tests.Checkpoints;

/// <summary>Checkpoints on a disk of a few megabytes that fills up, or that may no longer be written.</summary>
public sealed class FullDiskTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "ssah-" + Guid.NewGuid().ToString("N"));

    public FullDiskTests()
    {
        Directory.CreateDirectory(_folder);
        Assert.SkipUnless(OperatingSystem.IsLinux() && Run("mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", _folder) == 0,
            "A small disk can be mounted as root on Linux only.");
    }

    public void Dispose()
    {
        Run("umount", _folder);
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void A_disk_that_may_not_be_written_is_refused_and_its_checkpoints_load()
    {
        var ml = new MLContext(1);
        var data = Images.View(ml, Images.Draw(60, 3));
        var options = Images.Options(steps: 2);
        options.Checkpoint.Folder = _folder;
        ml.Transforms.SsahHash(options).Fit(data).Dispose();
        Assert.Equal(0, Run("mount", "-o", "remount,ro", _folder));
        (options.ResumeFrom, options.Stopping.MaxSteps) = (_folder, 3);
        var error = Assert.Throws<InvalidOperationException>(() => ml.Transforms.SsahHash(options).Fit(data));
        Assert.Contains($"Checkpoint.Folder '{_folder}' cannot be used: Read-only file system", error.Message, StringComparison.Ordinal);
        options.Checkpoint.Folder = null;
        using var encoder = ml.Transforms.SsahHash(options).Fit(data);
        Assert.Equal(3, encoder.TrainingSummary!.Steps);
    }

    [Fact]
    public void A_full_disk_is_a_warning_and_the_checkpoint_before_it_loads()
    {
        var ml = new MLContext(1);
        var options = Images.Options(steps: 9);
        (options.Checkpoint.Folder, options.Checkpoint.EverySteps, options.ReportEverySteps) = (_folder, 3, 3);
        options.MetricsCallback = metrics =>
        {
            if (metrics.Step == 6)
                Fill();
        };
        using var encoder = ml.Transforms.SsahHash(options).Fit(Images.View(ml, Images.Draw(60, 3)));
        Assert.Equal(9, encoder.TrainingSummary!.Steps);
        Assert.Contains(encoder.TrainingSummary.Warnings, warning =>
            warning.Contains($"The checkpoint of step 6 could not be written to '{_folder}'", StringComparison.Ordinal)
                && warning.Contains("No space left on device", StringComparison.Ordinal));
        Assert.Equal(3, CheckpointReader.Open(_folder, "ResumeFrom", warning => Assert.Fail(warning)).Manifest.Training.Step);
    }

    [Fact]
    public void What_could_not_be_written_is_tried_again_and_written_once()
    {
        var set = Images.Set(60, labeledEvery: 3);
        var options = Images.Options(steps: 2);
        options.Checkpoint.Folder = _folder;
        using var training = new SsahTraining(set, options, CPU, ScalarType.Float32, seed: 1);
        using var best = new BestEncoder(training.Teacher);
        using var writer = CheckpointWriter.Open(options.Checkpoint, null, _ => { });
        int identities = 0;
        var identity = new Lazy<TrainingIdentity>(() =>
        {
            identities++;
            return TrainingIdentity.Of(options, set, 1, "Float32");
        });
        var checkpointing = new Checkpointing(training, best, new MetricsHistory(), identity, writer);
        training.RunStep();
        // All pixels are read for it: not before a checkpoint is written.
        Assert.Equal(0, identities);
        Fill();
        checkpointing.Write();
        Assert.Empty(CheckpointFolder.List(_folder));
        File.Delete(Path.Combine(_folder, "filler"));
        checkpointing.Write();
        string written = CheckpointFolder.List(_folder).Single().Path;
        DateTime time = Directory.GetLastWriteTimeUtc(written);
        checkpointing.Write();
        Assert.Equal((time, 1, 1), (Directory.GetLastWriteTimeUtc(written), identities, checkpointing.Warnings.Count()));
    }

    private void Fill()
    {
        using var file = new FileStream(Path.Combine(_folder, "filler"), FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        byte[] block = new byte[1 << 16];
        try
        {
            while (true)
                file.Write(block);
        }
        catch (IOException)
        {
            // Full.
        }
    }

    private static int Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return -1;
        }
    }
}
