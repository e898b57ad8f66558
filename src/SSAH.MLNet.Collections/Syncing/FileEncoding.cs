using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace SSAH.MLNet.Collections.Syncing;

/// <summary>Reads, decodes and encodes files, several batches at the same time, and hands them out in their order.</summary>
/// <param name="encoder">The encoder.</param>
/// <param name="reading">Limits and background.</param>
/// <param name="withActivations">Whether activations are wanted too.</param>
/// <param name="isKnown">Whether the code of some content is at hand; asked from many threads.</param>
internal sealed class FileEncoding(HashEncoder encoder, ImageReadingOptions reading, bool withActivations, Func<byte[], bool> isKnown)
{
    private readonly ImageReader _reader = encoder.ReaderFor(reading);
    private readonly ConcurrentBag<Buffers> _free = [];

    /// <summary>Encodes files. Ends with what is done when canceled: batches that are running hand out nothing.</summary>
    public IEnumerable<EncodedFile[]> Run(IReadOnlyList<FileToEncode> files, CancellationToken cancellationToken)
    {
        int workers = encoder.Workers;
        int size = Math.Clamp((files.Count + workers - 1) / workers, 1, HashBatch.CapacityFor(encoder.Model, encoder.BatchSize));
        var running = new Queue<Task<EncodedFile[]>>();
        int next = 0;
        try
        {
            while (true)
            {
                while (running.Count <= workers && next < files.Count && !cancellationToken.IsCancellationRequested)
                {
                    int start = next, count = Math.Min(size, files.Count - start);
                    running.Enqueue(Task.Run(() => Encode(files, start, count, size, cancellationToken), CancellationToken.None));
                    next += count;
                }
                if (!running.TryDequeue(out Task<EncodedFile[]>? batch))
                    yield break;
                yield return batch.GetAwaiter().GetResult();
            }
        }
        finally
        {
            // Who stops early does not care what became of the batches ahead, but their files must be closed.
            Task.WhenAll(running).ContinueWith(_ => { }, TaskScheduler.Default).Wait(CancellationToken.None);
        }
    }

    private EncodedFile[] Encode(IReadOnlyList<FileToEncode> files, int start, int count, int capacity, CancellationToken cancellationToken)
    {
        if (!_free.TryTake(out Buffers? buffers))
            buffers = new Buffers(encoder, _reader.Size, capacity, withActivations);
        var results = new List<EncodedFile>(count);
        var decoded = new List<EncodedFile>(count);
        for (int i = start; i < start + count; i++)
        {
            if (cancellationToken.IsCancellationRequested)
                return [];
            EncodedFile result = Read(files[i], buffers, decoded.Count);
            results.Add(result);
            if (result is { Problem: null, IsKnown: false, Code: [] })
                decoded.Add(result);
        }
        try
        {
            if (decoded.Count > 0)
                buffers.Score(encoder, decoded, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return [];
        }
        _free.Add(buffers);
        return [.. results];
    }

    private EncodedFile Read(FileToEncode file, Buffers buffers, int place)
    {
        if (buffers.Bytes.Read(file.FullPath, reading.MaxBytes) is { } unreadable)
            return new EncodedFile(file, Hash: null) { Problem = unreadable };
        byte[] hash = SHA256.HashData(buffers.Bytes.Span);
        if ((file.KnownHash is { } known && known.AsSpan().SequenceEqual(hash)) || isKnown(hash))
            return new EncodedFile(file, hash) { IsKnown = true };
        string? problem = _reader.Read(buffers.Bytes.Span, buffers.Rgb, out (int Width, int Height) size);
        byte[]? code = problem is null && !withActivations ? encoder.Known?.Find(buffers.Rgb) : null;
        if (problem is null && code is null)
            encoder.FromRgb(buffers.Rgb, buffers.Pixels(place));
        return new EncodedFile(file, hash) { Problem = problem, Width = size.Width, Height = size.Height, Code = code ?? [] };
    }

    private sealed class Buffers(HashEncoder encoder, int rgbSize, int capacity, bool withActivations)
    {
        private readonly int _pixels = encoder.InputShape.Size;
        private readonly float[] _batch = new float[capacity * encoder.InputShape.Size];
        private readonly byte[] _codes = new byte[capacity * ((encoder.Bits + 7) / 8)];
        private readonly float[] _activations = withActivations ? new float[capacity * encoder.Bits] : [];

        public EncodedBytes Bytes { get; } = new();

        public byte[] Rgb { get; } = new byte[rgbSize];

        public Span<float> Pixels(int place) => _batch.AsSpan(place * _pixels, _pixels);

        public void Score(HashEncoder encoder, List<EncodedFile> images, CancellationToken cancellationToken)
        {
            encoder.Model.Score(images.Count, _batch, _codes, _activations, cancellationToken: cancellationToken);
            int bytes = (encoder.Bits + 7) / 8;
            for (int i = 0; i < images.Count; i++)
            {
                images[i].Code = _codes.AsSpan(i * bytes, bytes).ToArray();
                images[i].Activations = _activations.Length == 0 ? null : _activations.AsSpan(i * encoder.Bits, encoder.Bits).ToArray();
            }
        }
    }
}
