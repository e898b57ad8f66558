using System.Text.Json;
using SSAH.MLNet.Cli.CommandLine;
using SSAH.MLNet.VectorData.Tests.Postgres;

namespace SSAH.MLNet.Cli.Tests.Processes;

/// <summary>Workers on a queue in PostgreSQL: processes of their own, some of which are killed.</summary>
public sealed class WorkerTests(WorkerTests.Postgres postgres) : IClassFixture<WorkerTests.Postgres>, IDisposable
{
    private const int Photos = 150;
    private readonly TempFolder _folder = new();
    private readonly PostgresServer _server = postgres.Server;
    private readonly string _schema = $"w{Guid.NewGuid():N}";

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Workers_that_are_killed_lose_nothing_and_nothing_is_there_twice()
    {
        Assert.SkipUnless(_server.Missing is null, _server.Missing ?? "");
        DrawPhotos(Photos);
        _folder.Write("photos/broken.jpg", DrawnPhotos.Scene(1)[..100]);
        // The same content under another name.
        File.Copy(_folder.At("photos", "0.jpg"), _folder.At("photos", "again.jpg"));
        Assert.Equal(Photos + 2, Jobs("photos", "--model", "phash").GetProperty("added").GetInt32());
        Assert.Equal(0, Jobs("photos").GetProperty("added").GetInt32());

        var random = new Random(3);
        for (int kill = 0; kill < 2; kill++)
        {
            using Child worker = Worker("--worker", "--lease", "1"), other = Worker("--worker", "--lease", "1");
            long before = Done(), until = Environment.TickCount64 + 20_000;
            while (Done() == before && before < Photos && Environment.TickCount64 < until)
                await Task.Delay(random.Next(20));
        }
        using (Child first = Worker("--lease", "1"), second = Worker("--lease", "1"))
            Assert.All(new[] { first.End(), second.End() }, run => Assert.True(run.Code == ExitCode.Done, run.Error));

        JsonElement model = Assert.Single(Jobs().GetProperty("models").EnumerateArray());
        Assert.Equal((0L, 0L, Photos + 1L, 1L), (Number(model, "waiting"), Number(model, "running"), Number(model, "done"), Number(model, "failed")));
        Assert.EndsWith("broken.jpg", Assert.Single(Jobs().GetProperty("failures").EnumerateArray()).GetProperty("path").GetString(), StringComparison.Ordinal);
        Assert.Equal((long)Photos, await _server.ExecuteAsync($"SELECT count(*) FROM {_schema}.ssah_image_code"));
        Assert.Equal(Photos + 1L, await _server.ExecuteAsync($"SELECT count(*) FROM {_schema}.ssah_image"));
        using HashEncoder encoder = HashEncoder.PerceptualHash();
        foreach (int i in new[] { 0, 7, Photos - 1 })
            Assert.Equal(BitsOf(encoder, _folder.At("photos", $"{i}.jpg")),
                await _server.ExecuteAsync($"SELECT code::text FROM {_schema}.ssah_image WHERE path LIKE '%/{i}.jpg'"));
    }

    [Fact]
    public async Task Second_model_is_filled_in_beside_the_first_and_switched_to_at_once()
    {
        Assert.SkipUnless(_server.Missing is null, _server.Missing ?? "");
        DrawPhotos(5);
        Jobs("photos", "--model", "phash");
        Assert.Equal(ExitCode.Done, Run.Of("encode", "--postgres", _server.ConnectionString, "--schema", _schema).Code);
        JsonElement[] models = [.. Jobs("photos", "--model", "phash", "--bits", "256").GetProperty("models").EnumerateArray()];
        string next = models.Single(each => Number(each, "bits") == 256).GetProperty("model").GetString()!;
        Run early = Run.Of("jobs", "--postgres", _server.ConnectionString, "--schema", _schema, "--use", next);
        Assert.Equal(ExitCode.Error, early.Code);
        Assert.Contains("5 images have no code", early.Error, StringComparison.Ordinal);
        Assert.Equal(64, await _server.ExecuteAsync($"SELECT max(length(code)) FROM {_schema}.ssah_image"));
        Assert.Equal(ExitCode.Done, Run.Of("encode", "--postgres", _server.ConnectionString, "--schema", _schema).Code);
        models = [.. Jobs("--use", next).GetProperty("models").EnumerateArray()];
        Assert.True(models.Single(each => Number(each, "bits") == 256).GetProperty("isCurrent").GetBoolean());
        Assert.Equal((5L, 256), (await _server.ExecuteAsync($"SELECT count(*) FROM {_schema}.ssah_image"),
            await _server.ExecuteAsync($"SELECT min(length(code)) FROM {_schema}.ssah_image")));
        // What changed is done again, by the model that is searched.
        File.Copy(_folder.At("photos", "1.jpg"), _folder.At("photos", "0.jpg"), overwrite: true);
        Assert.Equal(1, Jobs("photos").GetProperty("added").GetInt32());
    }

    /// <summary>The rights that docs/postgres.md names.</summary>
    [Fact]
    public async Task Workers_and_those_who_add_jobs_need_few_rights()
    {
        Assert.SkipUnless(_server.Missing is null, _server.Missing ?? "");
        string adder = $"adder_{_schema}", worker = $"worker_{_schema}";
        DrawPhotos(3);
        Jobs("photos", "--model", "phash");
        await _server.ExecuteAsync($"""
            CREATE ROLE {worker} LOGIN;
            CREATE ROLE {adder} LOGIN;
            GRANT USAGE ON SCHEMA {_schema} TO {worker}, {adder};
            GRANT SELECT ON {_schema}.ssah_model, {_schema}.ssah_current TO {worker}, {adder};
            GRANT SELECT, UPDATE ON {_schema}.ssah_job TO {worker}, {adder};
            GRANT SELECT, INSERT ON {_schema}.ssah_image_code TO {worker}, {adder};
            GRANT INSERT ON {_schema}.ssah_model, {_schema}.ssah_current, {_schema}.ssah_job TO {adder};
            GRANT DELETE ON {_schema}.ssah_job TO {adder};
            GRANT SELECT ON {_schema}.ssah_version TO {adder};
            """);
        try
        {
            Run worked = Run.Of("encode", "--postgres", As(worker), "--schema", _schema);
            Assert.True(worked.Code == ExitCode.Done, worked.Error);
            Assert.Equal(3L, await _server.ExecuteAsync($"SELECT count(*) FROM {_schema}.ssah_image"));
            File.Delete(_folder.At("photos", "0.jpg"));
            Run refused = Run.Of("jobs", _folder.At("photos"), "--postgres", As(worker), "--schema", _schema);
            Assert.Equal(ExitCode.Error, refused.Code);
            Assert.Contains("permission denied", refused.Error, StringComparison.Ordinal);
            Run added = Run.Of("jobs", _folder.At("photos"), "--model", "phash", "--bits", "256", "--postgres", As(adder), "--schema", _schema);
            Assert.True(added.Code == ExitCode.Done, added.Error);
            Assert.Equal(4L, await _server.ExecuteAsync($"SELECT count(*) FROM {_schema}.ssah_job"));
        }
        finally
        {
            await _server.ExecuteAsync($"DROP OWNED BY {worker}, {adder}; DROP ROLE {worker}, {adder}");
        }

        string As(string role) => _server.ConnectionString.Replace("Username=ssah", $"Username={role}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Photo_at_which_workers_end_again_and_again_is_given_up()
    {
        Assert.SkipUnless(_server.Missing is null, _server.Missing ?? "");
        DrawPhotos(3);
        Jobs("photos", "--model", "phash");
        // As a worker leaves it that ended at it for the fourth time.
        await _server.ExecuteAsync($"UPDATE {_schema}.ssah_job SET state = 1, attempts = 4, claim = gen_random_uuid(), leased_until = now() - interval '1 s' "
            + "WHERE path LIKE '%/1.jpg'");
        Assert.Equal(1L, Number(Jobs().GetProperty("models")[0], "abandoned"));
        Run run = Run.Of("encode", "--postgres", _server.ConnectionString, "--schema", _schema);
        Assert.True(run.Code == ExitCode.Done, run.Error);
        Assert.Equal((2L, 1L), (Number(Jobs().GetProperty("models")[0], "done"), Number(Jobs().GetProperty("models")[0], "failed")));
        Assert.Contains("4 times", Jobs().GetProperty("failures")[0].GetProperty("problem").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Photos_that_are_gone_leave_the_queue_and_hold_no_model_up()
    {
        Assert.SkipUnless(_server.Missing is null, _server.Missing ?? "");
        DrawPhotos(4);
        Jobs("photos", "--model", "phash");
        // Where the disk is not mounted, no photo is to blame.
        Directory.Move(_folder.At("photos"), _folder.At("elsewhere"));
        Directory.CreateDirectory(_folder.At("photos"));
        Run away = Run.Of(["encode", .. Database]);
        Assert.Equal(ExitCode.Error, away.Code);
        Assert.Contains("mounted", away.Error, StringComparison.Ordinal);
        Assert.Equal((4L, 0L), (Number(Jobs().GetProperty("models")[0], "waiting"), Number(Jobs().GetProperty("models")[0], "failed")));
        Assert.Equal(ExitCode.Error, Run.Of(["jobs", _folder.At("photos"), .. Database]).Code);
        Directory.Delete(_folder.At("photos"));
        Directory.Move(_folder.At("elsewhere"), _folder.At("photos"));

        // Beside the folder and named alike: another folder's.
        _folder.Write("photos2/0.jpg", DrawnPhotos.Small(2));
        Run.Done(["jobs", _folder.At("photos2"), .. Database]);
        Assert.Equal(ExitCode.Done, Run.Of(["encode", .. Database]).Code);
        File.Delete(_folder.At("photos", "3.jpg"));
        JsonElement change = Jobs("photos", "--model", "phash", "--bits", "256");
        Assert.Equal((3, 1), (change.GetProperty("added").GetInt32(), change.GetProperty("removed").GetInt32()));
        Assert.Equal(4L, await _server.ExecuteAsync($"SELECT count(*) FROM {_schema}.ssah_image"));
        Run.Done(["jobs", _folder.At("photos2"), "--model", "phash", "--bits", "256", .. Database]);
        Assert.Equal(ExitCode.Done, Run.Of(["encode", .. Database]).Code);
        Jobs("--use", change.GetProperty("models").EnumerateArray().Single(each => Number(each, "bits") == 256).GetProperty("model").GetString()!);
        Assert.Equal(256, await _server.ExecuteAsync($"SELECT min(length(code)) FROM {_schema}.ssah_image"));
    }

    [Fact]
    public void Database_that_cannot_be_used_is_an_error_of_one_line()
    {
        Run none = Run.Of("jobs", "--postgres", "Host=/nowhere;Database=x");
        Assert.Equal(ExitCode.Error, none.Code);
        Assert.Single(none.Error.Trim().Split('\n'));
        Assert.SkipUnless(_server.Missing is null, _server.Missing ?? "");
        Assert.Contains("--model", Run.Of("jobs", _folder.Path, "--postgres", _server.ConnectionString, "--schema", _schema).Error, StringComparison.Ordinal);
        Assert.Contains("ssah jobs PHOTOS", Run.Of("encode", "--postgres", _server.ConnectionString, "--schema", _schema).Error, StringComparison.Ordinal);
    }

    private string[] Database => ["--postgres", _server.ConnectionString, "--schema", _schema];

    private void DrawPhotos(int count)
    {
        byte[] scene = DrawnPhotos.Small(1);
        // Each differs by bytes behind the image, so that none is a copy.
        for (int i = 0; i < count; i++)
            _folder.Write($"photos/{i}.jpg", [.. scene, (byte)i, (byte)(i >> 8)]);
    }

    private JsonElement Jobs(params string[] arguments) =>
        Run.Done(["jobs", .. arguments.Select(word => word == "photos" ? _folder.At("photos") : word), ..Database, "--json"]).Json;

    private Child Worker(params string[] arguments) => Child.Start(Child.Ssah, ["encode", .. Database, .. arguments]);

    private long Done() => Number(Jobs().GetProperty("models")[0], "done");

    private static long Number(JsonElement element, string name) => element.GetProperty(name).GetInt64();

    private static string BitsOf(HashEncoder encoder, string path)
    {
        ulong code = encoder.EncodeImage(path)[0][0];
        return string.Concat(Enumerable.Range(0, 64).Select(bit => (code >> bit) & 1));
    }

    /// <summary>One server for all tests of the class.</summary>
    public sealed class Postgres : IAsyncLifetime
    {
        public PostgresServer Server { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Server = await TestServers.OfSystemAsync();

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }
}
