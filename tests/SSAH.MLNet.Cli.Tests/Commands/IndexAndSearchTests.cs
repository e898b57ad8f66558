using System.Text.Json;
using SSAH.MLNet.Cli.CommandLine;

namespace SSAH.MLNet.Cli.Tests.Commands;

public sealed class IndexAndSearchTests(Album album) : IClassFixture<Album>
{
    [Fact]
    public void Images_beyond_a_limit_are_left_out_and_come_with_a_higher_one()
    {
        string file = album.At("limited.db");
        // Scenes have 200 x 150 pixels; photos in JPEG may have four times the limit.
        Run few = Run.Done("index", album.Photos, "--model", "phash", "--collection", file, "--max-pixels", "7499", "--json");
        Assert.Equal(0, few.Json.GetProperty("images").GetInt32());
        Assert.Equal(14, few.Json.GetProperty("skipped").GetArrayLength());
        Assert.Equal(0, Run.Done("index", album.Photos, "--collection", file, "--json").Json.GetProperty("images").GetInt32());
        Assert.Equal(13, Run.Done("index", album.Photos, "--collection", file, "--max-pixels", "7500", "--json").Json.GetProperty("images").GetInt32());
        Assert.Equal(ExitCode.Error, Run.Of("index", album.Photos, "--collection", file, "--max-pixels", "0").Code);
    }

    [Fact]
    public void The_first_index_takes_every_image_below_and_says_what_it_left_out()
    {
        JsonElement json = album.First.Json;
        Assert.Equal((13, 13), (json.GetProperty("images").GetInt32(), json.GetProperty("added").GetInt32()));
        Assert.Equal(album.At("photos", ".ssah", "collection.db"), json.GetProperty("collection").GetString());
        Assert.Equal(album.At("photos", "broken.jpg"), json.GetProperty("skipped").EnumerateArray().Single().GetProperty("path").GetString());
        Assert.Contains("broken.jpg", album.First.Error, StringComparison.Ordinal);
        Assert.Contains("1 .txt", album.First.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_second_index_encodes_nothing()
    {
        JsonElement json = Run.Done("index", album.Photos, "--json").Json;
        Assert.Equal((0, 0, 13), (json.GetProperty("added").GetInt32(), json.GetProperty("changed").GetInt32(), json.GetProperty("unchanged").GetInt32()));
    }

    [Fact]
    public void Quiet_leaves_out_everything_but_warnings_and_the_result()
    {
        Run run = Run.Done("index", album.Photos, "--quiet");
        Assert.All(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.StartsWith("warning: ", line, StringComparison.Ordinal));
        Assert.Contains("13 unchanged", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void A_photo_on_its_side_is_found_by_the_upright_one_and_no_photo_finds_itself()
    {
        JsonElement matches = Query(Run.Done("search", album.At("photos", "red", "0.jpg"), "-k", "5", "--json"));
        Assert.Equal(album.At("photos", "blue", "turned.jpg"), matches[0].GetProperty("path").GetString());
        Assert.InRange(matches[0].GetProperty("distance").GetInt32(), 0, 4);
        Assert.Equal(5, matches.GetArrayLength());
        Assert.DoesNotContain(matches.EnumerateArray(), match => match.GetProperty("path").GetString() == album.At("photos", "red", "0.jpg"));
        int[] distances = [.. matches.EnumerateArray().Select(match => match.GetProperty("distance").GetInt32())];
        Assert.Equal(distances.Order(), distances);
    }

    [Fact]
    public void An_image_from_elsewhere_is_searched_in_the_collection_that_is_named()
    {
        JsonElement matches = Query(Run.Done("search", album.At("other", "small.jpg"), "--collection", album.Photos, "-k", "1", "--json"));
        Assert.Equal(album.At("photos", "red", "4.jpg"), matches[0].GetProperty("path").GetString());
        Assert.Equal(ExitCode.Error, Run.Of("search", album.At("other", "small.jpg")).Code);
    }

    [Fact]
    public void Each_image_of_a_folder_is_searched()
    {
        JsonElement queries = Run.Done("search", album.At("photos", "red"), "-k", "3", "--json").Json.GetProperty("queries");
        Assert.Equal(6, queries.GetArrayLength());
        foreach (JsonElement query in queries.EnumerateArray())
        {
            // The folder's images as single queries say the same.
            string path = query.GetProperty("query").GetString()!;
            JsonElement alone = Query(Run.Done("search", path, "-k", "3", "--json"));
            Assert.Equal(alone.GetRawText(), query.GetProperty("matches").GetRawText());
        }
    }

    [Fact]
    public void Far_images_are_left_out_on_request()
    {
        Run run = Run.Done("search", album.At("other", "small.jpg"), "-c", album.Photos, "--max-distance", "8");
        Assert.EndsWith(Path.Combine("red", "4.jpg"), run.Out.TrimEnd(), StringComparison.Ordinal);
        Assert.Single(run.Out.TrimEnd().Split('\n'));
    }

    [Fact]
    public void Re_ranking_orders_by_similarity_in_a_collection_that_keeps_activations()
    {
        string file = album.At("activations.db"), query = album.At("photos", "red", "0.jpg");
        Run.Done("index", album.Photos, "--model", "phash", "--activations", "-c", file);
        JsonElement matches = Query(Run.Done("search", query, "-c", file, "-k", "12", "--rerank", "--json"));
        double[] similarities = [.. matches.EnumerateArray().Select(match => match.GetProperty("similarity").GetDouble())];
        Assert.Equal(12, similarities.Length);
        Assert.Equal(similarities.OrderDescending(), similarities);
        Assert.InRange(similarities[^1], -1, similarities[0] - 0.01);
        // The same images as by their codes, of which all are asked for.
        Assert.Equal(Paths(Query(Run.Done("search", query, "-c", file, "-k", "12", "--json"))).Order(StringComparer.Ordinal),
            Paths(matches).Order(StringComparer.Ordinal));
        Assert.Equal(2, Run.Done("search", album.At("photos", "red"), "-c", file, "-k", "2", "--rerank", "--json").Json.GetProperty("queries")[0]
            .GetProperty("matches").GetArrayLength());
        // The album's own collection keeps none.
        Run refused = Run.Of("search", query, "--rerank");
        Assert.Equal(ExitCode.Error, refused.Code);
        Assert.Contains("--activations", refused.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Error, Run.Of("index", album.Photos, "--activations").Code);

        static IEnumerable<string> Paths(JsonElement matches) => matches.EnumerateArray().Select(match => match.GetProperty("path").GetString()!);
    }

    [Fact]
    public void A_stopped_index_ends_with_130_and_the_next_one_goes_on()
    {
        using var stopped = new CancellationTokenSource();
        stopped.Cancel();
        string file = album.At("stopped.db");
        Run run = Run.Of(stopped.Token, "index", album.Photos, "--model", "phash", "--collection", file);
        Assert.Equal((ExitCode.Interrupted, ""), (run.Code, run.Out));
        Assert.Contains("kept", run.Error, StringComparison.Ordinal);
        Assert.Equal(13, Run.Done("index", album.Photos, "-c", file, "--json").Json.GetProperty("images").GetInt32());
    }

    [Fact]
    public void Another_model_encodes_everything_again_only_when_it_is_asked_for()
    {
        string file = album.At("models.db");
        Run.Done("index", album.Photos, "--model", "phash", "-c", file);
        Run same = Run.Done("index", album.Photos, "--model", "phash", "-c", file, "--json");
        Assert.Equal(64, same.Json.GetProperty("model").GetProperty("bits").GetInt32());
        Run other = Run.Done("index", album.Photos, "--model", "phash", "--bits", "256", "-c", file, "--json");
        Assert.Equal(256, other.Json.GetProperty("model").GetProperty("bits").GetInt32());
        Assert.Contains("encoded again", other.Error, StringComparison.Ordinal);
        Assert.Equal(13, other.Json.GetProperty("images").GetInt32());
    }

    private static JsonElement Query(Run run) => run.Json.GetProperty("queries").EnumerateArray().Single().GetProperty("matches");
}
