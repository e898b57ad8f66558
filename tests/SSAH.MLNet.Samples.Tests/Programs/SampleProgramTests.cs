using System.Diagnostics;
using System.Text.RegularExpressions;
using SSAH.MLNet.BenchmarkData;
using SSAH.MLNet.Evaluation;
using SSAH.MLNet.Samples.Demo;

namespace SSAH.MLNet.Samples.Tests.Programs;

/// <summary>The samples as users start them: programs of their own, one training, the other without TorchSharp.</summary>
public sealed class SampleProgramTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Demo_trains_and_the_report_program_writes_the_page()
    {
        Images.Write(_folder, "images", perClass: 12, unlabeledShare: 0);
        string[] arguments = ["--data", _folder.At("images"), "--budget", "0.05", "--bits", "16", "--out", _folder.At("out"), "--compare"];

        var trained = Run("Demo", arguments);
        Assert.Contains("Full SSAH", trained, StringComparison.Ordinal);
        var record = DemoRecord.Load(_folder.At("out"));
        Assert.Equal(["Full SSAH", "Random hard samples", "H-Net only"], record.Models.Select(model => model.Name));
        // The controls take as many steps as the first run took: a fair comparison.
        Assert.All(record.Models, model => Assert.Equal(record.Models[0].Steps, model.Steps));
        var split = RetrievalSplit.Load(_folder.At("out", "split.txt"));
        Assert.Equal((120, 10, 10), (split.RowCount, split.Queries.Count, split.Labeled.Count));

        var reported = Run("DemoReport", arguments);
        var html = File.ReadAllText(_folder.At("out", "report.html"));
        Assert.Equal(10, Regex.Count(html, "<div class=\"query\">"));
        Assert.Equal(100, Regex.Count(html, "<li class=\"(hit|miss)\""));
        foreach (var model in record.Models)
            Assert.Matches($@"{model.Name} +0\.\d\d\d ", reported);
    }

    [Fact]
    public void Hasher_trained_in_one_program_serves_in_another()
    {
        Images.Write(_folder, "images", perClass: 12, unlabeledShare: 0);
        Run("TrainHasher", _folder.At("model"), "0.05", _folder.At("images"));
        var answers = Run("ServeHasher", _folder.At("model"), "0", "9", "10");
        Assert.Equal(2, Regex.Count(answers, @"query \d"));
        Assert.Equal(20, Regex.Count(answers, @" bits  image "));
        Assert.Contains("'10' is no number from 0 to 9", answers, StringComparison.Ordinal);
    }

    [Fact]
    public void Onnx_model_is_trained_further_as_a_backbone()
    {
        // The nearest ONNX vision model is a hasher of our own.
        Images.Write(_folder, "images", perClass: 12, unlabeledShare: 0);
        Run("TrainHasher", _folder.At("model"), "0.02", _folder.At("images"));
        var output = Run("FineTuneBackbone", _folder.At("model", "hasher.onnx"), "HashCodeActivation", "none", "32", _folder.At("images"), "5");
        Assert.Matches(@"hash layer alone: mAP 0\.\d\d\d", output);
        Assert.Matches(@"fine-tuned: mAP 0\.\d\d\d", output);
    }

    [Fact]
    public void Pipeline_of_other_steps_around_the_hasher_survives_saving() =>
        Assert.Contains("saved, loaded, asked again", Run("ComposePipeline", "5"), StringComparison.Ordinal);

    [Theory]
    [InlineData("DemoReport")]
    [InlineData("ServeHasher")]
    public void Program_that_only_encodes_has_no_torch_beside_it(string sample)
    {
        var files = Directory.EnumerateFiles(FolderOf(sample), "*", SearchOption.AllDirectories).Select(path => Path.GetFileName(path)!).ToArray();
        Assert.Contains(files, file => file.Contains("onnxruntime", StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain(files, file => file.Contains("torch", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void Wrong_option_is_explained()
    {
        var (code, output) = Start("Demo", ["--bits", "1"]);
        Assert.Equal(2, code);
        Assert.Contains("--bits takes a number from 8 to 512", output, StringComparison.Ordinal);
        Assert.Contains("--budget MINUTES", output, StringComparison.Ordinal);
    }

    private static string Run(string sample, params string[] arguments)
    {
        var (code, output) = Start(sample, arguments);
        Assert.True(code == 0, output);
        return output;
    }

    private static (int Code, string Output) Start(string sample, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(FolderOf(sample), $"SSAH.MLNet.Samples.{sample}.dll"));
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        // Other programs on this machine would make two threads wait for each other most of the time.
        start.Environment["OMP_NUM_THREADS"] = "1";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.GetAwaiter().GetResult());
    }

    // samples/NAME/bin/CONFIGURATION/net10.0, of the same configuration as these tests.
    private static string FolderOf(string sample)
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(ImageSets.RepositoryRoot()!, "samples", sample, "bin", own.Parent!.Name, own.Name);
    }
}
