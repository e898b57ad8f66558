using System.Diagnostics;
using SSAH.MLNet.Tests.Encoder;

namespace SSAH.MLNet.Collections.Tests;

/// <summary>Several processes at one collection, some of which are killed.</summary>
public sealed class ProcessTests : IDisposable
{
    private const int Images = 500, Kills = 5;
    private readonly PhotoFolder _folder = new();
    private readonly HashEncoder _encoder = PhotoFolder.Encoder();
    private readonly string[] _files;

    public ProcessTests()
    {
        _files = [.. Enumerable.Range(0, Images).Select(i => _folder.Draw($"İ {i % 2}/ı'{i:000}.png", i)).Order(StringComparer.Ordinal)];
        ImageCollection.Create(_folder.File, _encoder).Dispose();
    }

    public void Dispose()
    {
        _encoder.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void One_process_sees_what_another_commits_while_it_writes()
    {
        using var reading = ImageCollection.Open(_folder.File);
        using Probe watcher = Probe.Start("watch", _folder.File, $"{Images}"), writer = Probe.Start("sync", _folder.File, _folder.Photos);
        List<string> written = writer.Lines();
        Assert.True(written is [.., "end"], writer.Errors);
        PhotoFolder.CheckAgainstFiles(reading, _encoder, _files);
        List<string> seen = watcher.Lines();
        Assert.True(seen is [.., "end"], watcher.Errors);
        Assert.Equal($"{Images}", seen[^2]);

        // Removed here, seen by one that was open before; added again by the other.
        using var other = ImageCollection.Open(_folder.File, _encoder);
        reading.Remove(reading.Images.Take(30).Select(image => image.Id));
        Assert.Equal(Images - 30, other.Count);
        Assert.Equal(30, other.Sync(_folder.Photos).Added);
        PhotoFolder.CheckAgainstFiles(reading, _encoder, _files);
    }

    [Fact]
    public void Two_processes_sync_the_same_folder_and_each_file_is_there_once()
    {
        using Probe first = Probe.Start("sync", _folder.File, _folder.Photos), second = Probe.Start("sync", _folder.File, _folder.Photos);
        Assert.True(first.Lines() is [.., "end"], first.Errors);
        Assert.True(second.Lines() is [.., "end"], second.Errors);
        using var collection = ImageCollection.Open(_folder.File);
        PhotoFolder.CheckAgainstFiles(collection, _encoder, _files);
    }

    [Fact]
    public void A_writer_that_waits_too_long_says_so()
    {
        using var waiting = ImageCollection.Open(_folder.File, _encoder, new ImageCollectionOptions { WaitForWriter = TimeSpan.FromMilliseconds(50) });
        using var writing = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={_folder.File};Pooling=False");
        writing.Open();
        using Microsoft.Data.Sqlite.SqliteCommand command = writing.CreateCommand();
        command.CommandText = "BEGIN IMMEDIATE";
        command.ExecuteNonQuery();
        Assert.Contains("WaitForWriter", Assert.Throws<TimeoutException>(() => waiting.Add(_files[0])).Message, StringComparison.Ordinal);
        Assert.Equal(0, waiting.Count);
        command.CommandText = "COMMIT";
        command.ExecuteNonQuery();
        Assert.Equal(1, waiting.Add(_files[0]).Added);
    }

    [Theory]
    [InlineData("sync")]
    [InlineData("add")]
    [InlineData("switch")]
    public void Killed_at_any_moment_it_opens_with_what_was_committed(string verb)
    {
        string model = _folder.Beside("new.onnx"), argument = verb == "switch" ? model : _folder.Photos;
        File.WriteAllBytes(model, TestHashModels.Create(33, seed: 9));
        using var newer = new HashEncoder(File.ReadAllBytes(model));
        var random = new Random(verb.Length);
        var acknowledged = new HashSet<string>(StringComparer.Ordinal);
        for (int kill = 0; kill < Kills; kill++)
        {
            if (verb == "switch" && kill == 0)
                SyncAll();
            using (Probe probe = Probe.Start(verb, _folder.File, argument))
            {
                int lines = random.Next(1, 8);
                while (lines-- > 0 && probe.Line() is { } line)
                    if (verb == "add" && line != "end")
                        acknowledged.Add(line);
                long until = Stopwatch.GetTimestamp() + (long)(random.NextDouble() * 0.05 * Stopwatch.Frequency);
                SpinWait.SpinUntil(() => Stopwatch.GetTimestamp() >= until);
                probe.Kill();
            }
            using var collection = ImageCollection.Open(_folder.File);
            Assert.Superset(acknowledged,
                collection.Images.Where(image => image.Labels.Contains("added")).Select(image => image.Path).ToHashSet(StringComparer.Ordinal));
            PhotoFolder.CheckCodes(collection, collection.ModelId == newer.ModelId ? newer : _encoder);
            if (verb == "switch")
                Assert.Equal(Images, collection.Count);
        }
        using Probe last = Probe.Start(verb, _folder.File, argument);
        Assert.True(last.Lines() is [.., "end"], last.Errors);
        using var end = ImageCollection.Open(_folder.File);
        PhotoFolder.CheckAgainstFiles(end, verb == "switch" ? newer : _encoder, _files);
    }

    [Fact]
    public void A_turkish_process_does_the_same()
    {
        using (Probe turkish = Probe.StartIn("tr-TR", "sync", _folder.File, _folder.Photos))
        {
            List<string> lines = turkish.Lines();
            Assert.SkipWhen(turkish.Errors.Contains("ICU", StringComparison.Ordinal), "There is no ICU here: .NET knows no culture.");
            Assert.True(lines is [.., "end"], turkish.Errors);
        }
        using var collection = ImageCollection.Open(_folder.File);
        PhotoFolder.CheckAgainstFiles(collection, _encoder, _files);
        Assert.Equal(["İ 0", "İ 1"], collection.Labels.Keys);
        Assert.Equal(Images / 2, collection.Search(1, Images, ImageFilter.WithLabel("İ 1")).Count);
    }

    private void SyncAll()
    {
        using var collection = ImageCollection.Open(_folder.File);
        collection.Sync(_folder.Photos);
    }
}
