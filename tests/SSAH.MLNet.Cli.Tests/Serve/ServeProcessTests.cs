using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using SSAH.MLNet.Cli.CommandLine;
using SSAH.MLNet.Cli.Tests.Commands;
using SSAH.MLNet.Cli.Tests.Processes;

namespace SSAH.MLNet.Cli.Tests.Serve;

/// <summary>The service as a process: how it begins, how it ends, and what is left when it is killed.</summary>
public sealed class ServeProcessTests : IDisposable
{
    private readonly Album _album = new();

    public void Dispose() => _album.Dispose();

    [Fact]
    public async Task Killed_at_any_moment_and_started_again_it_has_every_image_that_was_acknowledged()
    {
        const int rounds = 3, clients = 4;
        var acknowledged = new Dictionary<long, int>();
        int next = 100;
        var random = new Random(7);
        for (int round = 0; round < rounds; round++)
        {
            using ServingChild serving = await ServingChild.StartAsync(_album.Photos);
            var first = new TaskCompletionSource();
            Task[] adding = [.. Enumerable.Range(0, clients).Select(_ => Task.Run(AddUntilKilledAsync))];
            await first.Task.WaitAsync(TimeSpan.FromMinutes(1));
            await Task.Delay(random.Next(700));
            serving.Kill();
            await Task.WhenAll(adding);

            async Task AddUntilKilledAsync()
            {
                while (true)
                {
                    int scene = Interlocked.Increment(ref next);
                    if (await serving.AddAsync(DrawnPhotos.Scene(scene)) is not { } id)
                        return;
                    lock (acknowledged)
                        acknowledged.Add(id, scene);
                    first.TrySetResult();
                }
            }
        }
        Assert.InRange(acknowledged.Count, rounds, int.MaxValue);
        using ServingChild again = await ServingChild.StartAsync(_album.Photos);
        foreach ((long id, int scene) in acknowledged)
        {
            Assert.Equal(DrawnPhotos.Scene(scene), await again.Client.GetByteArrayAsync($"/images/{id}/file"));
            string found = await again.Client.GetStringAsync($"/images/{id}/neighbors?k=1");
            Assert.Equal(1, JsonDocument.Parse(found).RootElement.GetProperty("matches").GetArrayLength());
        }
        // Nor is half a file left that an index would take for an image.
        Run index = Run.Done("index", _album.Photos, "--json");
        Assert.Equal([_album.At("photos", "broken.jpg")],
            index.Json.GetProperty("skipped").EnumerateArray().Select(skipped => skipped.GetProperty("path").GetString()));
    }

    [Fact]
    public async Task Ctrl_C_ends_it_with_0_and_leaves_no_file_of_the_database_s_beside_it()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are sent by kill.");
        using ServingChild serving = await ServingChild.StartAsync(_album.Photos);
        await serving.AddAsync(DrawnPhotos.Scene(60));
        Run run = serving.Interrupt();
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.Equal([_album.At("photos", ".ssah", "collection.db")], Directory.GetFiles(_album.At("photos", ".ssah")));
    }

    [Fact]
    public void A_port_that_is_taken_is_said_with_the_remedy()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Run run = Run.Of("serve", _album.Photos, "--port", $"{((IPEndPoint)listener.LocalEndpoint).Port}");
        Assert.Equal((ExitCode.Error, ""), (run.Code, run.Out));
        Assert.Contains("--port", run.Error, StringComparison.Ordinal);
    }
}
