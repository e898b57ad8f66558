using System.Net;
using System.Text.Json;
using SSAH.MLNet.Cli.Duplicates;
using SSAH.MLNet.Cli.Serve.Labeling;
using SSAH.MLNet.Collections;

namespace SSAH.MLNet.Cli.Tests.Serve;

/// <summary>What good requests are answered.</summary>
public sealed class ServiceTests : IAsyncLifetime
{
    private RunningService _service = null!;

    public async ValueTask InitializeAsync() => _service = await RunningService.StartAsync();

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public async Task Searches_give_what_the_collection_gives_as_a_body_and_as_a_form()
    {
        byte[] query = DrawnPhotos.Small(4);
        IReadOnlyList<CollectionMatch> expected = _service.Served.Collection.Search(new MemoryStream(query), 5);
        Assert.Equal(Pairs(expected), Pairs(await _service.SearchAsync(query, "?k=5")));
        using var form = new MultipartFormDataContent { { new ByteArrayContent(query), "image", "../../evil\\name.jpg" } };
        Assert.Equal(Pairs(expected), Pairs(await RunningService.BodyOf(await _service.Client.PostAsync("/search?k=5", form))));
        Assert.Equal(Pairs(expected), Pairs(await RunningService.BodyOf(await _service.PostAsync("/search?k=5", query, "application/octet-stream"))));
        int radius = expected[1].Distance;
        Assert.Equal(Pairs([.. expected.Where(match => match.Distance <= radius)]), Pairs(await _service.SearchAsync(query, $"?k=5&radius={radius}")));
        // No image of the collection finds itself.
        Assert.Equal(Pairs(_service.Served.Collection.Search(3L, 4)), Pairs(await _service.GetAsync("/images/3/neighbors?k=4")));
        Assert.Equal("", _service.Errors);
    }

    [Fact]
    public async Task Searches_find_only_images_of_a_label_that_is_asked_for()
    {
        await _service.LabelAsync(2, "x");
        await _service.LabelAsync(9, "x", "y");
        JsonElement found = await _service.SearchAsync(DrawnPhotos.Scene(4), "?label=x");
        Assert.Equal([2, 9], Pairs(found).Select(pair => pair.Id).Order());
    }

    [Fact]
    public async Task An_image_that_was_added_is_a_file_among_the_photos_and_is_found_and_goes_into_the_trash_when_it_is_removed()
    {
        byte[] image = DrawnPhotos.Scene(40);
        using HttpResponseMessage response = await _service.PostAsync("/images", image);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        JsonElement added = await RunningService.BodyOf(response);
        long id = added.GetProperty("id").GetInt64();
        Assert.Equal($"/images/{id}", response.Headers.Location!.ToString());
        Assert.Equal((id, 0), Pairs(await _service.SearchAsync(image))[0]);
        Assert.Equal(image, await _service.Client.GetByteArrayAsync(added.GetProperty("file").GetString()));
        // Sent again, as after an answer that got lost.
        using HttpResponseMessage again = await _service.PostAsync("/images", image);
        Assert.Equal((HttpStatusCode.OK, id), (again.StatusCode, (await RunningService.BodyOf(again)).GetProperty("id").GetInt64()));
        string file = Assert.Single(Directory.GetFiles(_service.Album.At("photos", "uploads")));
        Assert.Equal(image, File.ReadAllBytes(file));
        Assert.Contains("14 unchanged", Run.Done("index", _service.Album.Photos).Out, StringComparison.Ordinal);

        JsonElement removal = await RunningService.BodyOf(await _service.Client.DeleteAsync($"/images/{id}"));
        Assert.True(removal.GetProperty("fileMoved").GetBoolean());
        Assert.NotEqual((id, 0), Pairs(await _service.SearchAsync(image))[0]);
        await RunningService.ProblemOf(await _service.Client.GetAsync($"/images/{id}"), HttpStatusCode.NotFound);
        Assert.False(File.Exists(file));
        new DuplicateTrash(DuplicateTrash.DefaultFor(_service.Album.Photos)).Undo();
        Assert.Equal(image, File.ReadAllBytes(file));
    }

    [Fact]
    public async Task Files_that_were_not_uploaded_stay_when_their_images_are_removed()
    {
        string path = _service.Served.Get(4).Path;
        JsonElement removal = await RunningService.BodyOf(await _service.Client.DeleteAsync("/images/4"));
        Assert.False(removal.GetProperty("fileMoved").GetBoolean());
        Assert.True(File.Exists(path));
        await RunningService.ProblemOf(await _service.Client.DeleteAsync("/images/4"), HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Pages_have_every_image_once()
    {
        await _service.LabelAsync(3, "x");
        Assert.Equal(_service.Served.Collection.Images.Select(image => image.Id), await Paged("count=5"));
        Assert.Equal(new long[] { 3 }, await Paged("count=5&label=x"));
        Assert.Equal(_service.Served.Collection.Images.Select(image => image.Id).Where(id => id != 3), await Paged("count=4&unlabeled=true"));
        // No path of the machine is in an answer.
        Assert.DoesNotContain(_service.Album.Photos, (await _service.GetAsync("/images")).GetRawText(), StringComparison.Ordinal);

        async Task<long[]> Paged(string query)
        {
            var ids = new List<long>();
            long? next = 0;
            while (next is { } after)
            {
                JsonElement page = await _service.GetAsync($"/images?{query}&after={after}");
                ids.AddRange(page.GetProperty("images").EnumerateArray().Select(image => image.GetProperty("id").GetInt64()));
                next = page.GetProperty("next").ValueKind == JsonValueKind.Null ? null : page.GetProperty("next").GetInt64();
            }
            return [.. ids];
        }
    }

    [Fact]
    public async Task Thumbnails_are_small_upright_images_that_a_browser_may_keep()
    {
        // It is stored on its side.
        CollectionImage turned = _service.Served.Collection.Images.Single(image => image.RelativePath == "blue/turned.jpg");
        string address = (await _service.GetAsync($"/images/{turned.Id}")).GetProperty("thumbnail").GetString()!;
        using HttpResponseMessage response = await _service.Client.GetAsync(address);
        Assert.Equal("image/jpeg", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(TimeSpan.FromDays(365), response.Headers.CacheControl?.MaxAge);
        using var small = SkiaSharp.SKBitmap.Decode(await response.Content.ReadAsByteArrayAsync());
        Assert.Equal((200, 150), (small.Width, small.Height));
        using HttpResponseMessage known = await _service.SendAsync(HttpMethod.Get, address, headers: [("If-None-Match", response.Headers.ETag!.ToString())]);
        Assert.Equal(HttpStatusCode.NotModified, known.StatusCode);
        await RunningService.ProblemOf(await _service.Client.GetAsync($"/images/{turned.Id}/thumbnail?side=257"), HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_file_that_is_no_image_any_more_is_not_sent()
    {
        string path = _service.Served.Get(5).Path;
        File.WriteAllText(path, "secret");
        await RunningService.ProblemOf(await _service.Client.GetAsync("/images/5/file"), HttpStatusCode.NotFound);
        await RunningService.ProblemOf(await _service.Client.GetAsync("/images/5/thumbnail"), HttpStatusCode.NotFound);
        File.Delete(path);
        await RunningService.ProblemOf(await _service.Client.GetAsync("/images/5/file"), HttpStatusCode.NotFound);
        Assert.Equal("", _service.Errors);
    }

    [Fact]
    public async Task Labels_are_in_the_collection_at_once_and_changes_are_taken_back_one_by_one()
    {
        long first = (await _service.LabelAsync(1, "cat", " sky ")).GetProperty("change").GetInt64();
        Assert.Equal("""{"cat":1,"sky":1}""", Compact(Run.Done("label", _service.Album.Photos, "--json").Json.GetProperty("labels")));
        await _service.LabelAsync(2, "dog");
        await _service.LabelAsync(1, "dog");
        Assert.Equal("""[{"label":"dog","images":2}]""", (await _service.GetAsync("/labels")).GetRawText());
        // Not the latest of its image.
        await RunningService.ProblemOf(await _service.Client.PostAsync($"/labels/undo?change={first}", null), HttpStatusCode.Conflict);
        Assert.Equal("""["cat","sky"]""", (await UndoAsync()).GetProperty("labels").GetRawText());
        Assert.Equal("[]", (await UndoAsync()).GetProperty("labels").GetRawText());
        await RunningService.ProblemOf(await _service.Client.PostAsync("/labels/undo", null), HttpStatusCode.Conflict);
        // What somebody else has set since stays.
        await _service.LabelAsync(3, "mine");
        _service.Served.Collection.Relabel([3], "theirs");
        await RunningService.ProblemOf(await _service.Client.PostAsync("/labels/undo", null), HttpStatusCode.Conflict);
        Assert.Equal("""["theirs"]""", (await _service.GetAsync("/images/3/labels")).GetRawText());

        async Task<JsonElement> UndoAsync() =>
            (await RunningService.BodyOf(await _service.Client.PostAsync("/labels/undo", null))).GetProperty("image");
    }

    [Fact]
    public async Task Skipped_images_and_undo_outlast_the_service()
    {
        async Task<HashSet<long>> ProposedAsync(RunningService service) => [.. (await service.GetAsync("/labeling?count=100")).GetProperty("proposals")
            .EnumerateArray().Select(each => each.GetProperty("image").GetProperty("id").GetInt64())];
        HashSet<long> all = await ProposedAsync(_service);
        Assert.Equal(HttpStatusCode.NoContent, (await _service.Client.PostAsync("/images/3/skip", null)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await _service.Client.PostAsync("/images/4/skip", null)).StatusCode);
        await RunningService.ProblemOf(await _service.Client.PostAsync("/images/999/skip", null), HttpStatusCode.NotFound);
        await _service.LabelAsync(1, "cat");
        await _service.LabelAsync(2, "dog");
        await _service.LabelAsync(4, "dog");
        await RunningService.BodyOf(await _service.Client.PostAsync("/labels/undo", null));
        // A label, also one that was taken back, ends the skipping.
        Assert.Equal(1, Run.Done("label", _service.Album.Photos, "--json").Json.GetProperty("skipped").GetInt32());

        string file = _service.Album.At("photos", ".ssah", "collection.db");
        // As a kill leaves it in the middle of a line.
        File.AppendAllText(file + ".labeling", "\n{\"skipped\":");
        await using RunningService again = await RunningService.StartAsync(settings => settings with { Collection = file });
        Assert.Equal(all.Except([1, 2, 3]).Order(), (await ProposedAsync(again)).Order());
        JsonElement figures = await again.GetAsync("/labeling?count=0");
        Assert.Equal((1, 2), (figures.GetProperty("skipped").GetInt32(), figures.GetProperty("undoable").GetInt32()));
        Assert.Equal(2, (await RunningService.BodyOf(await again.Client.PostAsync("/labels/undo", null))).GetProperty("image").GetProperty("id").GetInt64());
        Assert.Equal(1, (await RunningService.BodyOf(await again.Client.PostAsync("/labels/undo", null))).GetProperty("image").GetProperty("id").GetInt64());
        await RunningService.ProblemOf(await again.Client.PostAsync("/labels/undo", null), HttpStatusCode.Conflict);
        Assert.Equal(HttpStatusCode.NoContent, (await again.Client.DeleteAsync("/labeling/skipped")).StatusCode);
        Assert.Equal(all.Order(), (await ProposedAsync(again)).Order());
        Assert.Empty(new LabelHistory(again.Served.Collection).Skipped);
    }

    [Fact]
    public async Task The_OpenAPI_document_names_every_path_and_what_can_go_wrong()
    {
        JsonElement paths = (await _service.GetAsync("/openapi/v1.json")).GetProperty("paths");
        foreach (string path in new[] { "/search", "/images", "/images/{id}", "/images/{id}/labels", "/labels/undo", "/healthz" })
            Assert.True(paths.TryGetProperty(path, out _), path);
        JsonElement search = paths.GetProperty("/search").GetProperty("post");
        Assert.True(search.GetProperty("requestBody").GetProperty("content").TryGetProperty("multipart/form-data", out _));
        foreach (string status in new[] { "200", "400", "413", "415", "422" })
            Assert.True(search.GetProperty("responses").TryGetProperty(status, out _), status);
        Assert.Equal("ok", (await _service.GetAsync("/healthz")).GetProperty("status").GetString());
    }

    private static string Compact(JsonElement json) => JsonSerializer.Serialize(json);

    private static (long Id, int Distance)[] Pairs(IEnumerable<CollectionMatch> matches) => [.. matches.Select(match => (match.Image.Id, match.Distance))];

    private static (long Id, int Distance)[] Pairs(JsonElement answer) => [.. answer.GetProperty("matches").EnumerateArray().Select(match =>
        (match.GetProperty("image").GetProperty("id").GetInt64(), match.GetProperty("distance").GetInt32()))];
}
