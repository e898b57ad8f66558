using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using SkiaSharp;
using SSAH.MLNet.Collections;
using SSAH.MLNet.Tests.Encoder;
using SSAH.MLNet.Tests.Images;

namespace SSAH.MLNet.Benchmarks.Soak;

/// <summary>Readers and one writer on a collection, some through a second object on the same file; each answer must be that of a state which the
/// collection had while the search ran.</summary>
internal sealed class CollectionSoak : IDisposable
{
    private const int Bits = 60, Files = 200;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ssah-soak-");
    private readonly HashEncoder _encoder = new(TestHashModels.Create(Bits));
    private readonly ImageCollection _collection, _second;
    private readonly string[] _paths = new string[Files];
    private readonly byte[][] _codes = new byte[Files][];
    private readonly Dictionary<string, int> _files = new(StringComparer.Ordinal);

    // The label of each file that is in the collection, after each change. Readers need the last ones only.
    private readonly ConcurrentDictionary<int, ImmutableDictionary<int, string>> _states = new() { [0] = [] };
    private int _begun, _ended;

    public CollectionSoak()
    {
        for (int i = 0; i < Files; i++)
        {
            _paths[i] = Path.Combine(_folder.FullName, string.Create(CultureInfo.InvariantCulture, $"{i}.png"));
            File.WriteAllBytes(_paths[i], DrawnFiles.Draw(SKEncodedImageFormat.Png, 16, 12, (x, y) =>
                new SKColor((byte)(x * i), (byte)(y * i * 7), (byte)(i * 31))));
            _codes[i] = new byte[(Bits + 7) / 8];
            _encoder.EncodeImage(_paths[i]).CopyPacked(0, _codes[i]);
            _files.Add(_paths[i], i);
        }
        string file = Path.Combine(_folder.FullName, "soak.ssah");
        _collection = ImageCollection.Create(file, _encoder);
        _second = ImageCollection.Open(file, _encoder);
    }

    public SoakRun Run(TimeSpan duration, int readers)
    {
        var run = new SoakRun();
        return run.Run(duration, readers, random => Read(run, random), Write);
    }

    public void Dispose()
    {
        _second.Dispose();
        _collection.Dispose();
        _encoder.Dispose();
        _folder.Delete(recursive: true);
    }

    private TimeSpan Read(SoakRun run, Random random)
    {
        ImageCollection collection = random.Next(2) == 0 ? _collection : _second;
        int query = random.Next(Files), first = Volatile.Read(ref _ended);
        string? label = random.Next(2) == 0 ? null : $"label {random.Next(3)}";
        long start = Stopwatch.GetTimestamp();
        var matches = collection.Search(_codes[query], Files, label is null ? null : ImageFilter.WithLabel(label));
        TimeSpan time = Stopwatch.GetElapsedTime(start);
        int last = Volatile.Read(ref _begun);
        string answer = string.Join(' ', matches.Select(match => (match.Distance, File: _files[match.Image.Path])).Order());
        for (int state = first; state <= last; state++)
            if (_states.TryGetValue(state, out ImmutableDictionary<int, string>? labels) && answer == Expected(labels, query, label))
                return time;
        run.Fail($"no state from {first} to {last} has this answer to image {query} with {label ?? "any label"}: {answer}");
        return time;
    }

    private string Expected(ImmutableDictionary<int, string> labels, int query, string? label) => string.Join(' ', labels
        .Where(file => label is null || file.Value == label)
        .Select(file => (_codes[query].Zip(_codes[file.Key], (a, b) => int.PopCount(a ^ b)).Sum(), file.Key)).Order());

    private void Write(Random random)
    {
        int file = random.Next(Files);
        ImmutableDictionary<int, string> labels = _states[_ended];
        if (!labels.ContainsKey(file))
            Change(labels.Add(file, ""), () => _collection.Add(_paths[file]));
        else if (random.Next(3) == 0)
            Change(labels.Remove(file), () => _collection.Remove(_paths[file]));
        else if ($"label {random.Next(3)}" is var label)
            Change(labels.SetItem(file, label), () => _collection.Relabel([_collection.Get(_paths[file])!.Id], label));
        Thread.Sleep(1);
    }

    private void Change(ImmutableDictionary<int, string> next, Action change)
    {
        int number = _ended + 1;
        _states[number] = next;
        Volatile.Write(ref _begun, number);
        change();
        Volatile.Write(ref _ended, number);
        _states.TryRemove(number - 20_000, out _);
    }
}
