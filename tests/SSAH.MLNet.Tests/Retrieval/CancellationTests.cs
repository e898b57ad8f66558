using System.Collections;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Microsoft.ML;
using Microsoft.ML.Data;
using SkiaSharp;
using SSAH.MLNet.Evaluation;
using SSAH.MLNet.Hashing;
using SSAH.MLNet.Onnx;
using SSAH.MLNet.Tests.Encoder;
using SSAH.MLNet.Tests.Images;

namespace SSAH.MLNet.Tests.Retrieval;

/// <summary>
/// Work that would take many seconds more ends within one when it is canceled, on a machine that does nothing else (<c>./build.sh bench cancel</c> measures
/// it). Here other tests run beside it, so that what counts is processor time, of all threads of the program.
/// </summary>
public sealed class CancellationTests
{
    private static readonly TimeSpan s_slack = TimeSpan.FromSeconds(1);

    [Fact]
    public void An_evaluation_that_is_canceled_while_it_runs_ends()
    {
        // Eight billion comparisons, and the counting.
        BinaryCodes queries = Codes(40_000, seed: 1), database = Codes(200_000, seed: 2);
        LabelSets Labels(int rows) => LabelSets.FromClasses([.. Enumerable.Range(0, rows).Select(row => row % 10)]);
        LabelSets queryLabels = Labels(queries.Count), labels = Labels(database.Count);
        AssertEnds(token => RetrievalEvaluation.Evaluate(queries, queryLabels, database, labels, cancellationToken: token));
    }

    [Fact]
    public void A_search_that_is_canceled_while_it_runs_ends()
    {
        BinaryCodes queries = Codes(100_000, seed: 1);
        var index = new HammingFlatIndex(Codes(300_000, seed: 2));
        AssertEnds(token => index.Search(queries, 10, cancellationToken: token));
    }

    [Fact]
    public void Encoding_that_is_canceled_while_it_runs_reads_few_more_images()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("ssah-cancel-");
        try
        {
            string file = Path.Combine(folder.FullName, "image.png");
            File.WriteAllBytes(file, DrawnFiles.Draw(SKEncodedImageFormat.Png, 12, 10, (x, y) => new SKColor((byte)(x * 20), (byte)(y * 20), 7)));
            using var encoder = new HashEncoder(TestHashModels.Create(16));
            using var canceled = new CancellationTokenSource();
            var paths = new CancelingList(file, count: 100_000, cancelAt: 2_000, canceled);
            Assert.ThrowsAny<OperationCanceledException>(() => encoder.EncodeImages(paths, cancellationToken: canceled.Token));
            Assert.InRange(paths.Reads, 2_000, 4_000);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_batch_of_a_large_network_ends_at_its_next_operator()
    {
        var shape = new PixelShape(3, 16, 16);
        using var encoder = new HashEncoder(null, Deep(shape), "HashCode", "Pixels", new HashEncodingOptions { BatchSize = 256, Workers = 1 });
        float[] pixels = new float[256 * shape.Size];
        var codes = new byte[256 * 2];
        AssertEndsEarly(token => encoder.Model.Score(256, pixels, codes, Memory<float>.Empty, cancellationToken: token), share: 0.75);
        // What was ended leaves nothing behind.
        var again = new byte[codes.Length];
        encoder.Model.Score(256, pixels, again, Memory<float>.Empty, cancellationToken: CancellationToken.None);
        Assert.Equal(codes, again);
    }

    // ML.NET's cursors take no token; what waits for the encoder among the rows must end all the same, and a cache of ML.NET must not keep it as an error.
    [Fact]
    public void Reading_rows_that_an_encoder_makes_ends_in_the_middle_of_a_batch_and_leaves_a_cache_as_it_was()
    {
        var shape = new PixelShape(3, 16, 16);
        var context = new MLContext(1);
        using var encoder = new HashEncoder(null, Deep(shape), "HashCode", "Pixels", new HashEncodingOptions { BatchSize = 256, Workers = 1 });
        var random = new Random(1);
        IDataView rows = context.Data.LoadFromEnumerable(Enumerable.Range(0, 512).Select(row =>
            new Row { Pixels = [.. Enumerable.Range(0, shape.Size).Select(_ => (float)random.Next(256))], Label = row % 3 == 0 ? "a" : "b" }).ToArray());
        IDataView encoded = encoder.Transform(rows), cached = context.Data.Cache(encoded);
        BinaryCodes codes = context.HashRetrieval.ReadCodes(encoded);
        // Both batches are half of it each.
        AssertEndsEarly(token => context.HashRetrieval.ReadCodes(encoded, cancellationToken: token), share: 0.45);
        AssertEndsEarly(token => context.HashRetrieval.CreateIndex(encoded, cancellationToken: token), share: 0.45);
        AssertEndsEarly(token => context.HashRetrieval.Evaluate(encoded, encoded, cancellationToken: token), share: 0.45);
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(1));
        Assert.ThrowsAny<OperationCanceledException>(() => context.HashRetrieval.ReadCodes(cached, cancellationToken: soon.Token));
        Assert.Equal(codes.Words, context.HashRetrieval.ReadCodes(cached).Words);
    }

    [Fact]
    public void A_row_that_cannot_be_read_is_no_error_of_reading_that_was_canceled()
    {
        var shape = new PixelShape(3, 16, 16);
        var context = new MLContext(1);
        using var encoder = new HashEncoder(null, Deep(shape), "HashCode", "Pixels", new HashEncodingOptions { BatchSize = 16, Workers = 1 });
        using var source = new CancellationTokenSource();
        IDataView encoded = encoder.Transform(context.Data.LoadFromEnumerable(Rows()));
        Assert.ThrowsAny<OperationCanceledException>(() => context.HashRetrieval.ReadCodes(encoded, cancellationToken: source.Token));
        Exception error = Assert.ThrowsAny<Exception>(() => context.HashRetrieval.ReadCodes(encoded));
        Assert.Contains("row 40", error.ToString(), StringComparison.Ordinal);

        IEnumerable<Row> Rows()
        {
            for (int row = 0; row < 100; row++)
            {
                if (row == 40)
                {
                    source.Cancel();
                    throw new InvalidDataException("row 40");
                }
                yield return new Row { Pixels = new float[shape.Size], Label = "a" };
            }
        }
    }

    [Fact]
    public void Batches_that_nobody_waits_for_leave_no_error_that_nobody_sees()
    {
        var shape = new PixelShape(3, 16, 16);
        var context = new MLContext(1);
        using var encoder = new HashEncoder(null, Deep(shape), "HashCode", "Pixels", new HashEncodingOptions { BatchSize = 64, Workers = 1 });
        IDataView encoded = encoder.Transform(context.Data.LoadFromEnumerable(
            Enumerable.Range(0, 512).Select(_ => new Row { Pixels = new float[shape.Size], Label = "a" })));
        int unseen = 0;
        void Count(object? sender, UnobservedTaskExceptionEventArgs e)
        {
            if (e.Exception.InnerExceptions.Any(each => each is OperationCanceledException))
                Interlocked.Increment(ref unseen);
        }
        TaskScheduler.UnobservedTaskException += Count;
        try
        {
            // The third batch has just begun where the second row of the second one is read.
            ReadSome(encoded);
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= Count;
        }
        Assert.Equal(0, unseen);

        // In a method of its own nothing of it is held any longer.
        [MethodImpl(MethodImplOptions.NoInlining)]
        static void ReadSome(IDataView rows) => Assert.Equal(66, rows.Preview(66).RowView.Length);
    }

    // Work that is canceled in its first sixteenth, against the same work before it; another load in between makes up to four tries of five worthless.
    private static void AssertEndsEarly(Action<CancellationToken> work, double share)
    {
        var shares = new List<double>();
        while (shares.Count < 5 && !shares.Any(each => each < share))
        {
            long start = Stopwatch.GetTimestamp();
            work(CancellationToken.None);
            TimeSpan whole = Stopwatch.GetElapsedTime(start);
            using var source = new CancellationTokenSource(whole / 16);
            start = Stopwatch.GetTimestamp();
            Assert.ThrowsAny<OperationCanceledException>(() => work(source.Token));
            shares.Add(Stopwatch.GetElapsedTime(start) / whole);
        }
        Assert.Contains(shares, each => each < share);
    }

    // Sixty equal convolutions one after the other.
    private static byte[] Deep(PixelShape shape)
    {
        var graph = new OnnxGraph("deep");
        string value = graph.Input(HashModelContract.PixelInput, -1, shape.Channels, shape.Height, shape.Width);
        var random = new Random(1);
        float[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() - 0.5) / 9)];
        string Weights(int from, int to) => graph.Constant(Draw(from * to * 9), to, from, 3, 3);
        string wide = Weights(32, 32);
        value = Conv(value, Weights(3, 32));
        for (int i = 0; i < 60; i++)
            value = Conv(value, wide);
        string Conv(string input, string weights) => graph.Op("Tanh", [graph.Op("Conv", [input, weights], ("kernel_shape", new long[] { 3, 3 }),
            ("pads", new long[] { 1, 1, 1, 1 }))]);
        string pooled = graph.Op("Flatten", [graph.Op("GlobalAveragePool", [value])], ("axis", 1L));
        string linear = graph.Op("Gemm", [pooled, graph.Constant(Draw(32 * 16), 32, 16)]);
        HashGraphTail.Append(graph, graph.Op("Tanh", [linear]), 16);
        graph.Metadata(HashModelContract.VersionKey, HashModelContract.Version);
        graph.Metadata(HashModelContract.ResizingKey, HashModelContract.CoverResizing);
        graph.Metadata(HashModelContract.BitsKey, "16");
        graph.Metadata(HashModelContract.MethodKey, "Random");
        return graph.ToBytes();
    }

    private static void AssertEnds(Action<CancellationToken> work)
    {
        using var source = new CancellationTokenSource();
        long start = 0, used = 0;
        using var timer = new Timer(_ =>
        {
            Volatile.Write(ref used, Environment.CpuUsage.TotalTime.Ticks);
            Volatile.Write(ref start, Stopwatch.GetTimestamp());
            source.Cancel();
        }, null, TimeSpan.FromMilliseconds(300), Timeout.InfiniteTimeSpan);
        Assert.ThrowsAny<OperationCanceledException>(() => work(source.Token));
        TimeSpan byTheClock = Stopwatch.GetElapsedTime(Volatile.Read(ref start));
        TimeSpan ofProcessors = Environment.CpuUsage.TotalTime - TimeSpan.FromTicks(Volatile.Read(ref used));
        // The smaller counts: tests beside it use processors too, and other programs let it wait.
        Assert.InRange(byTheClock < ofProcessors ? byTheClock : ofProcessors, TimeSpan.Zero, s_slack);
    }

    private static BinaryCodes Codes(int count, int seed)
    {
        byte[] packed = new byte[8 * count];
        new Random(seed).NextBytes(packed);
        return BinaryCodes.FromPacked(64, packed);
    }

    private sealed class Row
    {
        [VectorType(3, 16, 16)]
        public float[] Pixels { get; set; } = [];

        public string Label { get; set; } = "";
    }

    // Cancels when one of its items is asked for, and counts all that are.
    private sealed class CancelingList(string item, int count, int cancelAt, CancellationTokenSource source) : IReadOnlyList<string>
    {
        private int _reads;

        public int Reads => _reads;

        public int Count => count;

        public string this[int index]
        {
            get
            {
                if (Interlocked.Increment(ref _reads) == cancelAt)
                    source.Cancel();
                return item;
            }
        }

        public IEnumerator<string> GetEnumerator() => Enumerable.Range(0, count).Select(i => this[i]).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
