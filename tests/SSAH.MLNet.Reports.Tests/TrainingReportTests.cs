using SSAH.MLNet.Evaluation;

namespace SSAH.MLNet.Reports.Tests;

public sealed class TrainingReportTests
{
    [Theory, MemberData(nameof(PageMarkup.HostileNames), MemberType = typeof(PageMarkup))]
    public void Hostile_names_stay_text(string name) => PageMarkup.AssertStaysText(Report("cat").ToHtml(), Report(name).ToHtml());

    [Fact]
    public void Figures_names_and_hard_samples_are_on_the_page()
    {
        string html = Report("\u03A9").ToHtml();
        foreach (string text in new[] { "Title", "fact", "value", "ranking", "label", "stage 1", "stage 2", "warning", "leak", "note" })
            Assert.Contains($"{text} {System.Net.WebUtility.HtmlEncode("\u03A9")}", html, StringComparison.Ordinal);
        foreach (string figure in new[] { "0.900", "0.432", "12\u00B0, 8 % covered", "25 % done, difficulty 0.50", "Training paid", "Difficulty" })
            Assert.Contains(System.Net.WebUtility.HtmlEncode(figure), html, StringComparison.Ordinal);
        // An image and its hard sample at two stages, for each of two.
        Assert.Equal(6, PageMarkup.Addresses(html).Length);
    }

    [Fact]
    public void A_page_of_little_says_what_there_is()
    {
        Assert.Contains("<h1>bare</h1>", new TrainingReport { Title = "bare" }.ToHtml(), StringComparison.Ordinal);
        string html = new TrainingReport { Title = "t", Training = new HashTrainingSummary { Steps = 1200, Seconds = 90 } }.ToHtml();
        Assert.Contains("1,200 steps in 1 min 30 s.", html, StringComparison.Ordinal);
        Assert.DoesNotContain("Hard samples", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Stored_views_are_no_times_also_where_there_is_one()
    {
        TrainingReport report = Report("cat");
        string html = (report with { Stages = [report.Stages[0] with { IsStoredView = true, Step = 0, Progress = 0 }] }).ToHtml();
        Assert.Contains("The network is frozen", html, StringComparison.Ordinal);
        Assert.DoesNotContain("% done", html, StringComparison.Ordinal);
        Assert.DoesNotContain("Difficulty 1", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Stages_of_other_images_are_refused()
    {
        TrainingReport report = Report("cat");
        HardSampleStage one = report.Stages[1] with { Samples = [report.Stages[1].Samples[0]] };
        Assert.Throws<ArgumentException>(() => (report with { Stages = [report.Stages[0], one] }).ToHtml());
        HardSample cut = report.Stages[0].Samples[0] with { Changed = new byte[5] };
        Assert.Throws<ArgumentException>(() => (report with { Stages = [report.Stages[0] with { Samples = [cut] }] }).ToHtml());
    }

    private static TrainingReport Report(string name)
    {
        var figures = new RankingFigures(3, 0.4321, 0.1234);
        HardSampleStage Stage(int number) => new()
        {
            Name = $"stage {number} {name}", Step = number * 10, Progress = number / 4.0, Level = number / 2.0, Width = 2, Height = 2,
            Samples = [.. Enumerable.Range(0, 2).Select(image => new HardSample(
                Pages.Plain((byte)image).Rgb, Pages.Plain((byte)(image + number)).Rgb, $"label {name}", 0.08, 12))],
        };
        return new TrainingReport
        {
            Title = $"Title {name}",
            Facts = [($"fact {name}", $"value {name}")],
            Training = new HashTrainingSummary { Steps = 20, Warnings = [$"warning {name}"], History = [Pages.Point(1, hard: 0.5), Pages.Point(2, hard: 1)] },
            Comparison = new RetrievalComparison(3, 9, 10,
                [new(ComparedMethod.Chance, "chance", null, new(3, 0.1, 0.1), null, null),
                    new(ComparedMethod.Cosine, $"ranking {name}", null, figures, null, null),
                    new(ComparedMethod.TrainedCodes, "codes", 64, new(3, 0.9, 0.9), null, null)]),
            Leaks = new LeakReport([new Leak($"leak {name}", "copy", DuplicateKind.SameFile, ImagePose.Upright, 1)], 20, [], []),
            Stages = [Stage(1), Stage(2)],
            Notes = [$"note {name}"],
        };
    }
}
