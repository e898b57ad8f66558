using System.Collections;
using System.Diagnostics;
using SkiaSharp;
using SSAH.MLNet.Evaluation;
using SSAH.MLNet.Hashing;
using SSAH.MLNet.Tests.Encoder;
using SSAH.MLNet.Tests.Images;

namespace SSAH.MLNet.Tests.Retrieval;

/// <summary>Work that would take many seconds more ends within one when it is canceled (on a machine that does nothing else; these have a few).</summary>
public sealed class CancellationTests
{
    private static readonly TimeSpan s_slack = TimeSpan.FromSeconds(4);

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

    private static void AssertEnds(Action<CancellationToken> work)
    {
        using var source = new CancellationTokenSource();
        long start = 0;
        using var timer = new Timer(_ =>
        {
            Volatile.Write(ref start, Stopwatch.GetTimestamp());
            source.Cancel();
        }, null, TimeSpan.FromMilliseconds(300), Timeout.InfiniteTimeSpan);
        Assert.ThrowsAny<OperationCanceledException>(() => work(source.Token));
        Assert.InRange(Stopwatch.GetElapsedTime(Volatile.Read(ref start)), TimeSpan.Zero, s_slack);
    }

    private static BinaryCodes Codes(int count, int seed)
    {
        byte[] packed = new byte[8 * count];
        new Random(seed).NextBytes(packed);
        return BinaryCodes.FromPacked(64, packed);
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
