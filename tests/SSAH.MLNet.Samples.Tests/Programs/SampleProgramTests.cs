using System.Text.RegularExpressions;

namespace SSAH.MLNet.Samples.Tests.Programs;

/// <summary>The samples as users start them: programs of their own, one training, the other without TorchSharp.</summary>
public sealed class SampleProgramTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("32", true)]
    [InlineData("64", false)]
    public async Task Demo_trains_and_the_report_program_writes_the_page(string side, bool fromScratch)
    {
        DrawnFolder.Write(_folder.At("images"), perClass: 12);
        string[] arguments = ["--data", _folder.At("images"), "--budget", "0.05", "--bits", "16", "--side", side, "--out", _folder.At("out")];

        string trained = await Run("Demo", arguments);
        Assert.Contains("10 queries, 110 in the database; of these 10 show the trainer their label", trained, StringComparison.Ordinal);
        string reported = await Run("DemoReport", arguments);
        Assert.Contains("10 queries, 110 database rows", reported, StringComparison.Ordinal);
        string html = await File.ReadAllTextAsync(_folder.At("out", "report.html"));
        Assert.Equal(10, Regex.Count(html, "<div class=\"query\">"));
        Assert.Equal(100, Regex.Count(html, "<li class=\"(hit|miss)\""));
        Assert.Equal(fromScratch, html.Contains("Loss terms", StringComparison.Ordinal));
        Assert.Contains(fromScratch ? "from scratch" : "pretrained ResNet-18", html, StringComparison.Ordinal);
        Assert.DoesNotContain("drawn", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hasher_trained_in_one_program_serves_in_another()
    {
        DrawnFolder.Write(_folder.At("images"), perClass: 12, labeledShare: 0.5);
        await Run("TrainHasher", _folder.At("model"), "0.05", _folder.At("images"));
        string query = _folder.At("images", "disk", "0003.png");
        string answers = await Run("ServeHasher", _folder.At("model"), _folder.At("images"), query, _folder.At("none.png"));
        Assert.Equal(10, Regex.Count(answers, @" bits  .+\.png"));
        // An image's code is the same every time: it finds itself.
        Assert.Matches($@"query {Regex.Escape(query)}\s+0 bits", answers);
        Assert.Contains("there is no file", answers, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Onnx_model_is_trained_further_as_a_backbone()
    {
        DrawnFolder.Write(_folder.At("images", "train"), perClass: 12, labeledShare: 0.5);
        DrawnFolder.Write(_folder.At("images", "test"), perClass: 2, seed: 2);
        string output = await Run("FineTuneBackbone", "resnet18", "32", _folder.At("images"), "5");
        Assert.Matches(@"hash layer alone: mAP 0\.\d\d\d", output);
        Assert.Matches(@"fine-tuned: mAP 0\.\d\d\d", output);
    }

    [Fact]
    public async Task Ctrl_C_ends_a_training_with_what_it_has_learned()
    {
        Assert.SkipUnless(ProcessRun.CanInterrupt, "Ctrl-C does not reach programs that are started here.");
        DrawnFolder.Write(_folder.At("images", "train"), perClass: 12, labeledShare: 0.5);
        DrawnFolder.Write(_folder.At("images", "test"), perClass: 2, seed: 2);
        // The first of five reports of each training; all steps would take an hour.
        (int code, string output) = await ProcessRun.Interrupt("step", "dotnet", ProgramOf("FineTuneBackbone"), "resnet18", "32", _folder.At("images"), "2500");
        Assert.True(code == 0, output);
        Assert.Matches(@"hash layer alone: mAP [01]\.\d\d\d", output);
        Assert.DoesNotContain("fine-tuned", output, StringComparison.Ordinal);

        (code, output) = await ProcessRun.Interrupt("step", "dotnet", ProgramOf("Demo"), "--data", _folder.At("images", "train"), "--steps", "50",
            "--bits", "16", "--side", "16", "--out", _folder.At("out"));
        Assert.True(code == 0, output);
        Assert.DoesNotContain("(100 %)", output, StringComparison.Ordinal);
        Assert.True(File.Exists(_folder.At("out", "hasher.zip")));
    }

    [Fact]
    public async Task Pipeline_of_other_steps_around_the_hasher_survives_saving() =>
        Assert.Contains("saved, loaded, asked again", await Run("ComposePipeline", "5"), StringComparison.Ordinal);

    [Fact]
    public async Task Vector_store_finds_the_images_that_it_was_given()
    {
        DrawnFolder.Write(_folder.At("images"), perClass: 3);
        string output = await Run("VectorStore", _folder.At("images"));
        Assert.Contains("30 images in", output, StringComparison.Ordinal);
        // An image finds itself; the filter keeps to the last album.
        Assert.Matches(@"nearest to (\S+):\s+0\.0  \1\n", output);
        Assert.Equal(3, Regex.Count(output[output.IndexOf("in album", StringComparison.Ordinal)..], @"^ *\d+\.\d  triangle/", RegexOptions.Multiline));
    }

    [Fact]
    public async Task Sharded_search_is_whole_then_partial_then_whole_again()
    {
        (int code, string output) = await ProcessRun.Start("dotnet",
            [ProgramOf("ShardedSearch"), "5000"], _folder.Path);
        Assert.True(code == 0, output);
        Assert.Contains("5000 codes in 6 shards", output, StringComparison.Ordinal);
        // On a machine that is busy enough nobody may answer for a moment, on one that is fast enough no shard may be missed.
        Assert.True(Regex.IsMatch(output, @"(?s)as one index has it: yes.*killed\s+((partial: shards [0-5](, [0-5])* are missing|No silo answered[^\n]*)\s+"
            + "whole again|no answer was short).*as one index has it: yes"), output);
    }

    [Theory]
    [InlineData("DemoReport")]
    [InlineData("ServeHasher")]
    [InlineData("VectorStore")]
    public void Program_that_only_encodes_has_no_torch_beside_it(string sample)
    {
        string[] files = [.. Directory.EnumerateFiles(FolderOf(sample), "*", SearchOption.AllDirectories).Select(path => Path.GetFileName(path)!)];
        Assert.Contains(files, file => file.Contains("onnxruntime", StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain(files, file => file.Contains("torch", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Wrong_option_is_explained()
    {
        (int code, string output) = await Start("Demo", ["--bits", "1"]);
        Assert.Equal(2, code);
        Assert.Contains("--bits takes a number from 8 to 512", output, StringComparison.Ordinal);
        Assert.Contains("--budget MINUTES", output, StringComparison.Ordinal);
    }

    private static async Task<string> Run(string sample, params string[] arguments)
    {
        (int code, string output) = await Start(sample, arguments);
        Assert.True(code == 0, output);
        return output;
    }

    private static Task<(int Code, string Output)> Start(string sample, string[] arguments) =>
        ProcessRun.Start("dotnet", [ProgramOf(sample), .. arguments]);

    private static string ProgramOf(string sample) => Path.Combine(FolderOf(sample), $"SSAH.MLNet.Samples.{sample}.dll");

    // samples/NAME/bin/CONFIGURATION/net10.0, of the same configuration as these tests.
    private static string FolderOf(string sample) =>
        Repository.At("samples", sample, "bin", Repository.Configuration, new DirectoryInfo(AppContext.BaseDirectory).Name);
}
