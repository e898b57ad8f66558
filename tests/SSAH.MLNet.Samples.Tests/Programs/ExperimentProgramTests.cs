using System.Globalization;
using System.Xml.Linq;

namespace SSAH.MLNet.Samples.Tests.Programs;

/// <summary>The program behind <c>./build.sh experiment</c>, as far as it goes without data.</summary>
public sealed class ExperimentProgramTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Tables_are_made_from_the_results_and_the_text_around_them_stays()
    {
        WriteResult(seed: 1, map: "0.61");
        WriteResult(seed: 2, map: "0.65");
        string document = _folder.At("docs", "results.md");
        File.WriteAllText(document, "before\n<!-- table grid -->\nold line\n<!-- end -->\nafter\n");
        for (int run = 0; run < 2; run++)
            Assert.Equal((0, ""), Start("tables"));
        string[] lines = File.ReadAllLines(document);
        Assert.Equal(("before", "<!-- table grid -->"), (lines[0], lines[1]));
        Assert.Equal(["<!-- end -->", "after"], lines[^2..]);
        Assert.DoesNotContain("old line", lines);
        Assert.Contains("| 2 | 1 + random occlusion and rotation | 0.630 ± 0.028 | 0.500 to 0.700 | 0.600 | 0.800 | 1, 2 | 100 | 30 s | 2026-11-24 |", lines);
        Assert.Contains("Machine: a machine.", lines);
    }

    [Fact]
    public void A_list_that_is_todays_is_no_other_option()
    {
        WriteResult(seed: 1, map: "0.61", row: 3, options: "{\"OcclusionScales\": [\n 8\n ]}");
        WriteResult(seed: 2, map: "0.65", row: 3, options: "{\"OcclusionScales\": [\n 8,\n 4 ]}");
        string document = _folder.At("docs", "results.md");
        File.WriteAllText(document, "<!-- table grid -->\n<!-- end -->\n");
        Assert.Equal((0, ""), Start("tables"));
        string[] lines = File.ReadAllLines(document);
        Assert.Contains(lines, line => line.StartsWith("| 3 |", StringComparison.Ordinal) && line.Contains("0.610", StringComparison.Ordinal));
        Assert.Contains(@"\* Measured with other options than today's: OcclusionScales [8,4] (today [8]).", lines);
    }

    [Fact]
    public void Runs_with_several_labels_from_before_there_was_a_choice_of_similarity_say_so()
    {
        WriteResult(seed: 1, map: "0.61", options: "{}", ndcg: "0.7");
        WriteResult(seed: 2, map: "0.65", options: """{"LabelSimilarity":"Cosine"}""", ndcg: "0.8");
        string document = _folder.At("docs", "results.md");
        File.WriteAllText(document, "<!-- table grid -->\n<!-- end -->\n");
        Assert.Equal((0, ""), Start("tables"));
        string[] lines = File.ReadAllLines(document);
        Assert.Contains(lines, line => line.StartsWith("| 2* |", StringComparison.Ordinal) && line.Contains("0.700", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("| 2 |", StringComparison.Ordinal) && line.Contains("0.800", StringComparison.Ordinal));
        Assert.Contains(@"\* Measured with other options than today's: LabelSimilarity AnyShared (today Cosine).", lines);
    }

    [Fact]
    public void Runs_with_other_options_than_todays_have_a_line_of_their_own_that_says_so()
    {
        WriteResult(seed: 1, map: "0.61");
        WriteResult(seed: 2, map: "0.65", options: """{"HardSamples":"Random","ConsistentWeight":0,"SimilarityWeight":0.7,"UnlabeledBatchSize":5}""");
        string document = _folder.At("docs", "results.md");
        File.WriteAllText(document, "<!-- table grid -->\n<!-- end -->\n");
        Assert.Equal((0, ""), Start("tables"));
        string[] lines = File.ReadAllLines(document);
        Assert.Contains(lines, line => line.StartsWith("| 2 | 1 + random occlusion and rotation | 0.610 |", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("| 2* | 1 + random occlusion and rotation | 0.650 |", StringComparison.Ordinal));
        string today = new SsahTrainer.Options().Losses.SimilarityWeight.ToString(CultureInfo.InvariantCulture);
        // Row 2 uses no unlabeled images: their number does not matter.
        Assert.Contains($@"\* Measured with other options than today's: SimilarityWeight 0.7 (today {today}).", lines);
    }

    [Fact]
    public void A_table_without_end_is_an_error_and_loses_nothing()
    {
        WriteResult(seed: 1, map: "0.61");
        string document = _folder.At("docs", "results.md");
        const string text = "<!-- table grid -->\nkept\n";
        File.WriteAllText(document, text);
        var (code, output) = Start("tables");
        Assert.Equal(1, code);
        Assert.Contains("grid", output, StringComparison.Ordinal);
        Assert.Equal(text, File.ReadAllText(document));
    }

    [Fact]
    public void Wrong_names_and_options_are_explained()
    {
        var (code, output) = Start("gird");
        Assert.Equal(2, code);
        Assert.Contains("There is no experiment 'gird'", output, StringComparison.Ordinal);
        Assert.Contains("c10-54k-long", output, StringComparison.Ordinal);
        Assert.Contains("not 'Epoch=3'", Start("grid", "--set", "Epoch=3").Output, StringComparison.Ordinal);
        Assert.Contains("--fine-tuned takes a number of steps", Start("label-efficiency", "--fine-tuned", "0").Output, StringComparison.Ordinal);
        Assert.Contains("--robust is for frozen networks",
            Start("label-efficiency", "--fine-tuned", "9", "--robust", "9").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_result_of_other_options_is_not_taken_for_this_run_s()
    {
        Directory.CreateDirectory(_folder.At("out"));
        File.Move(WriteResult(seed: 1, map: "0.61", options: """{"SimilarityWeight":0.7,"Bits":24}"""), _folder.At("out", "grid-2-seed1.json"));
        var (code, output) = Start("grid", "--rows", "2", "--seeds", "1", "--out", "out", "--set", "SimilarityWeight=0.5");
        Assert.Equal(2, code);
        foreach (string part in new[] { "grid-2-seed1.json", "SimilarityWeight 0.7 (now 0.5)", "Bits 24 (now 48)", "MaxSteps 100 (now 1500)", "--suffix" })
            Assert.Contains(part, output, StringComparison.Ordinal);
        Assert.Contains("HardSamples.Source=Hardest: ",
            Start("grid", "--rows", "2", "--seeds", "1", "--out", "out", "--set", "HardSamples=Hardest").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_are_known_by_their_names_in_groups_and_by_those_from_before_there_were_groups()
    {
        Directory.CreateDirectory(_folder.At("out"));
        const string options = """{"HardSamples":"Random","ConsistentWeight":0,"Losses.SimilarityWeight":3,"HardSamples.Weight":0.7}""";
        File.Move(WriteResult(seed: 1, map: "0.61", options: options), _folder.At("out", "grid-2-seed1.json"));
        string output = Start("grid", "--rows", "2", "--seeds", "1", "--out", "out", "--set", "AdversarialWeight=0.5", "--set", "SimilarityWeight=2",
            "--set", "Consistency.Weight=0.25").Output;
        Assert.Contains("SimilarityWeight 3 (now 2), HardSamples.Weight 0.7 (now 0.5), Consistency.Weight 0 (now 0.25)", output, StringComparison.Ordinal);
        Assert.Contains("not 'Weight=1'", Start("grid", "--set", "Weight=1").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_line_says_which_of_several_machines_it_is_of()
    {
        WriteResult(seed: 1, map: "0.61");
        WriteResult(seed: 1, map: "0.65", row: 3, machine: "another");
        string document = _folder.At("docs", "results.md");
        File.WriteAllText(document, "<!-- table grid -->\n<!-- end -->\n");
        Assert.Equal((0, ""), Start("tables"));
        string[] lines = File.ReadAllLines(document);
        Assert.Contains("Machine 1: a machine.", lines);
        Assert.Contains("Machine 2: another.", lines);
        Assert.Contains(lines, line => line.StartsWith("| 2 |", StringComparison.Ordinal) && line.Contains("30 s, machine 1 |", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("| 3 |", StringComparison.Ordinal) && line.Contains("30 s, machine 2 |", StringComparison.Ordinal));
    }

    [Fact]
    public void The_figure_has_a_line_of_each_method_that_was_measured_and_says_where_seeds_are_fewer()
    {
        string Figure(int labels, int seed, string method, string map) => $$"""
            {"Collection":"grocery","LabelsPerClass":{{labels}},"WithUnseen":false,"ForChoices":false,"Seed":{{seed}},
             "Method":"{{method}}","Queries":"seen","MeanAveragePrecision":{{map}},"PrecisionAt10":0.5,"Seconds":1}
            """.ReplaceLineEndings(" ");
        string[] frozen = [Figure(1, 1, "trained", "0.4"), Figure(1, 2, "trained", "0.5"), Figure(3, 1, "trained", "0.6"), Figure(3, 2, "trained", "0.6")];
        string[] fineTuned = [Figure(1, 1, "fine-tuned", "0.3"), Figure(3, 1, "fine-tuned", "0.7")];

        string without = Draw(frozen), with = Draw([.. frozen, .. fineTuned]);

        // A panel of 220 from 64 down, up to .6 and .8: where the means and the spread lie.
        Assert.Contains("M106.5 119.0L231.5 64.0", without, StringComparison.Ordinal);
        Assert.Contains("M106.5 137.3V100.7", without, StringComparison.Ordinal);
        Assert.DoesNotContain("learns too", without, StringComparison.Ordinal);
        Assert.Contains("M106.5 201.5L231.5 91.5", with, StringComparison.Ordinal);
        Assert.Contains("learns too, 8 bytes (one seed)<", with, StringComparison.Ordinal);
        Assert.Contains(">2 seeds<", with, StringComparison.Ordinal);

        string Draw(string[] figures)
        {
            File.WriteAllLines(_folder.At("figures.jsonl"), figures);
            Assert.Equal((0, ""), Start("label-efficiency", "--figure", "figures.jsonl", "figure.svg"));
            string svg = File.ReadAllText(_folder.At("figure.svg"));
            Assert.All(XDocument.Parse(svg).Descendants().Where(e => e.Name.LocalName == "path"), path => Assert.NotEqual("M", path.Attribute("d")!.Value));
            return svg;
        }
    }

    private string WriteResult(int seed, string map, string options = "null", int row = 2, string ndcg = "null", string machine = "a machine")
    {
        Directory.CreateDirectory(_folder.At("docs", "results"));
        // A record without it is of the time before codes were made of image and mirror image.
        if (options.StartsWith('{'))
            options = $"{{\"MirrorAverage\":true{(options == "{}" ? "" : ",")}{options[1..]}";
        string file = _folder.At("docs", "results", $"grid-{row}-seed{seed}.json");
        File.WriteAllText(file, $$"""
            {"Experiment":"grid","Row":"{{row}}","Title":"t","Protocol":"p","Seed":{{seed}},"Bits":48,"Steps":100,"TrainingSeconds":30,
             "MeanAveragePrecision":{{map}},
             "WorstOrder":0.5,"BestOrder":0.7,"StableOrder":0.6,"PrecisionAt100":0.8,"NdcgAt100":{{ndcg}},"Machine":"{{machine}}",
             "Date":"2026-11-24","Command":"c","Options":{{options}}}
            """);
        return file;
    }

    private (int Code, string Output) Start(params string[] arguments)
    {
        string program = Repository.At("tests", "SSAH.MLNet.Experiments", "bin", Repository.Configuration,
            new DirectoryInfo(AppContext.BaseDirectory).Name, "SSAH.MLNet.Experiments.dll");
        return ProcessRun.Start("dotnet", [program, .. arguments], _folder.Path).GetAwaiter().GetResult();
    }
}
