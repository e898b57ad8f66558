using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Data;
using SSAH.MLNet.Cli.Collections;
using SSAH.MLNet.Cli.CommandLine;
using SSAH.MLNet.Collections;

namespace SSAH.MLNet.Cli.Tests.Commands;

public sealed class LabelTests : IDisposable
{
    private readonly Album _album = new();

    public void Dispose() => _album.Dispose();

    [Fact]
    public void Folders_name_labels_and_labels_that_are_there_stay()
    {
        Run.Done("label", _album.At("photos", "red", "0.jpg"), "--set", "special", "--set", "first");
        JsonElement json = Run.Done("label", _album.Photos, "--by-folder", "--json").Json;
        Assert.Equal((12, 1), (json.GetProperty("changed").GetInt32(), json.GetProperty("kept").GetInt32()));
        Assert.Equal("""{"blue":7,"first":1,"red":5,"special":1}""", Compact(json.GetProperty("labels")));
        Run.Done("label", _album.Photos, "--by-folder", "--replace");
        Assert.Equal("""{"blue":7,"red":6}""", Labels());
        // Labels are in searches, and filter them.
        string found = Run.Done("search", _album.At("other", "twelve.jpg"), "-c", _album.Photos, "--label", "red").Out;
        Assert.Equal(6, found.TrimEnd().Split('\n').Length);
        Assert.DoesNotContain("blue", found, StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_gives_one_label_or_several()
    {
        string table = _album.Write("photos/labels.csv", "file,what\nred/0.jpg,sky;sea\nblue/6.jpg,\"a, b\"\nblue/7.jpg,\nnew.jpg,sky\n");
        Run run = Run.Done("label", "--table", table, "--separator", ";", "--json");
        Assert.Equal("""{"a, b":1,"sea":1,"sky":1}""", Compact(run.Json.GetProperty("labels")));
        Assert.Equal((2, 1, 11), (run.Json.GetProperty("changed").GetInt32(), run.Json.GetProperty("notIndexed").GetInt32(),
            run.Json.GetProperty("unlabeled").GetInt32()));
        Assert.Contains("1 image", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_stands_for_all_images_below_it()
    {
        Run.Done("label", _album.At("photos", "blue"), "--set", "x");
        Assert.Equal("""{"x":7}""", Labels());
        Run.Done("label", _album.At("photos", "blue", "6.jpg"), "--clear");
        Assert.Equal("""{"x":6}""", Labels());
    }

    [Fact]
    public void Ways_to_label_exclude_each_other() =>
        Assert.Equal(ExitCode.Error, Run.Of("label", _album.Photos, "--by-folder", "--clear").Code);

    [Fact]
    public void Figures_of_changed_images_begin_with_those_of_the_images_as_they_are()
    {
        Run.Done("label", _album.Photos, "--by-folder");
        double clean = Run.Done("evaluate", _album.Photos, "--json").Json.GetProperty("meanAveragePrecision").GetDouble();
        JsonElement robust = Run.Done("evaluate", _album.Photos, "--robust", "--json").Json;
        Assert.Equal(clean, robust.GetProperty("clean").GetDouble(), 1e-12);
        Assert.InRange(robust.GetProperty("worstView").GetDouble(), 0, robust.GetProperty("mean").GetDouble());
        Assert.Equal(13, robust.GetProperty("queryCount").GetInt32());
        string table = Run.Done("evaluate", _album.Photos, "--robust").Out;
        Assert.Contains("occlusion", table, StringComparison.Ordinal);
    }

    [Fact]
    public void An_image_with_several_labels_is_one_query_among_changed_images_too()
    {
        Run.Done("label", _album.Photos, "--by-folder");
        string table = _album.Write("photos/more.csv", "file,what\nred/0.jpg,sky;red\nblue/6.jpg,sky;blue\nred/1.jpg,\"a \"\"b\"\";red\"\n");
        Run.Done("label", "--table", table, "--separator", ";");
        double clean = Run.Done("evaluate", _album.Photos, "--json").Json.GetProperty("meanAveragePrecision").GetDouble();
        JsonElement robust = Run.Done("evaluate", _album.Photos, "--robust", "--json").Json;
        Assert.Equal((13, clean), (robust.GetProperty("queryCount").GetInt32(), robust.GetProperty("clean").GetDouble()));
    }

    [Fact]
    public void The_trainer_gets_every_label_of_every_image()
    {
        string table = _album.Write("photos/labels.csv", "file,what\nred/0.jpg,sky;sea\nblue/6.jpg,\"a \"\"b\"\", c\"\n");
        Run.Done("label", "--table", table, "--separator", ";");
        using var collection = ImageCollection.Open(_album.At("photos", ".ssah", "collection.db"));
        string written = _album.At("written.tsv");
        LabelTableFile.Write(collection.Images, written);
        ImageFiles read = new MLContext().Data.LoadImageTable(written, 1, 1, new ImageTableOptions { LabelSeparator = LabelTableFile.Separator });
        Assert.Equal(collection.Images.Select(image => (image.Path, Sorted(image.Labels))),
            read.GetColumn<string>("ImagePath").Zip(read.GetColumn<string[]>("Label").Select(Sorted)));
        Assert.Equal("a \"b\", c", Sorted(collection.Get(_album.At("photos", "blue", "6.jpg"))!.Labels));

        static string Sorted(IEnumerable<string> labels) => string.Join('|', labels.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Figures_need_labels_and_say_so()
    {
        Run run = Run.Of("evaluate", _album.Photos);
        Assert.Equal(ExitCode.Error, run.Code);
        Assert.Contains("ssah label", run.Error, StringComparison.Ordinal);
        Assert.Contains("ssah label", Run.Of("report", _album.Photos).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Evaluation_and_report_say_the_same_figures()
    {
        Run.Done("label", _album.Photos, "--by-folder");
        JsonElement metrics = Run.Done("evaluate", _album.Photos, "--json").Json;
        string page = _album.At("page.html");
        JsonElement report = Run.Done("report", _album.Photos, "--out", page, "--json").Json;
        double map = report.GetProperty("meanAveragePrecision").GetDouble();
        Assert.Contains(map.ToString("R", System.Globalization.CultureInfo.InvariantCulture), metrics.GetRawText(), StringComparison.Ordinal);
        string html = File.ReadAllText(page);
        Assert.Contains(map.ToString("0.000", System.Globalization.CultureInfo.InvariantCulture), html, StringComparison.Ordinal);
        Assert.Equal(12, html.Split("class=\"query\"").Length - 1);
        Assert.DoesNotContain("http://", html, StringComparison.Ordinal);
        Assert.DoesNotContain("https://", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Copies_among_the_labeled_images_are_said()
    {
        Run.Done("label", _album.Photos, "--by-folder");
        JsonElement leaks = Run.Done("evaluate", _album.Photos, "--json").Json.GetProperty("leaks");
        // Scene 0 lies in one folder upright and in the other on its side.
        Assert.Equal([_album.At("photos", "blue", "turned.jpg"), _album.At("photos", "red", "0.jpg")],
            leaks.EnumerateArray().Select(leak => leak.GetProperty("query").GetString()));
        Assert.Equal(["sameImage", "sameImage"], leaks.EnumerateArray().Select(leak => leak.GetProperty("kind").GetString()));
        Assert.Contains("2 of 13 queries have a copy among the others: ", Run.Done("evaluate", _album.Photos).Out, StringComparison.Ordinal);
        Assert.Contains("2 of 13 queries", Run.Done("report", _album.Photos, "--out", _album.At("page.html")).Out, StringComparison.Ordinal);
        Assert.Contains("turned.jpg", File.ReadAllText(_album.At("page.html")), StringComparison.Ordinal);
        Run without = Run.Done("evaluate", _album.Photos, "--no-leaks", "--json");
        Assert.Equal(JsonValueKind.Null, without.Json.GetProperty("leaks").ValueKind);
        Assert.DoesNotContain("have a copy", Run.Done("evaluate", _album.Photos, "--no-leaks").Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Pages_show_what_changed_queries_find_and_other_collections()
    {
        Run.Done("label", _album.Photos, "--by-folder");
        string page = _album.At("robust.html"), other = _album.At("other.db"), figures = _album.Write("figures.json", "");
        Run robust = Run.Done("evaluate", _album.Photos, "--robust", "--html", page);
        Assert.Contains("page: ", robust.Out, StringComparison.Ordinal);
        string html = File.ReadAllText(page);
        Assert.Equal(6, html.Split("class=\"gallery changed\"").Length - 1);
        Assert.Equal(6 * 8, html.Split("class=\"query\"").Length - 1);
        Assert.Contains("partly covered", html, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Error, Run.Of("evaluate", _album.Photos, "--html", page).Code);

        Run.Done("index", _album.Photos, "--model", "phash", "--bits", "256", "--collection", other, "--label-by-folder");
        File.WriteAllText(figures, Run.Done("evaluate", _album.Photos, "--json", "--no-leaks").Out);
        Run.Done("report", _album.Photos, "--out", page, "--no-leaks", "--beside", other, "--beside", figures);
        html = File.ReadAllText(page);
        foreach (string text in new[] { "256 bits", "figures.json", "chance", "Whose neighbors are whose", "other.db" })
            Assert.Contains(text, html, StringComparison.Ordinal);
        File.WriteAllText(figures, "{}");
        Assert.Contains("figures.json", Run.Of("report", _album.Photos, "--out", page, "--beside", figures).Error, StringComparison.Ordinal);
        Assert.Contains("none.json", Run.Of("report", _album.Photos, "--out", page, "--beside", _album.At("none.json")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Exported_labels_come_back()
    {
        Run.Done("label", _album.At("photos", "red"), "--set", "red, \"quoted\"", "--set", "warm");
        Run.Done("label", _album.At("photos", "blue", "7.jpg"), "--set", "blue");
        string labels = Labels(), table = _album.At("labels.csv");
        Run.Done("export", _album.Photos, "--format", "labels", "--out", table);
        Run.Done("label", _album.Photos, "--clear");
        Assert.NotEqual(labels, Labels());
        Run.Done("label", _album.Photos, "--table", table, "--separator", ";");
        Assert.Equal(labels, Labels());
        Run.Done("label", _album.At("photos", "red"), "--set", "a;b");
        Assert.Contains("'a;b'", Run.Of("export", _album.Photos, "--format", "labels", "--out", table).Error, StringComparison.Ordinal);
    }

    private string Labels() => Compact(Run.Done("label", _album.Photos, "--json").Json.GetProperty("labels"));

    private static string Compact(JsonElement json) => JsonSerializer.Serialize(json);
}
