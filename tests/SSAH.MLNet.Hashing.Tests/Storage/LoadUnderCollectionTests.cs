using SSAH.MLNet.Hashing.Tests.Codes;

namespace SSAH.MLNet.Hashing.Tests.Storage;

public sealed class LoadUnderCollectionTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("collected");

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>An index of fewer codes than a block keeps nothing of its file, so that the file's memory may be freed while it is read.</summary>
    [Theory]
    [InlineData(400)]
    [InlineData(513)]
    public async Task Loading_is_right_while_other_threads_collect_garbage(int count)
    {
        BinaryCodes codes = TestCodes.Random(64, count, 1);
        string path = Path.Combine(_folder.FullName, "index");
        new HammingFlatIndex(codes).Save(path);
        ReadingLimits[] kinds = [ReadingLimits.Trusted, ReadingLimits.Mapped];
        using var done = new CancellationTokenSource(TimeSpan.FromSeconds(4));
        Task[] collectors = [Task.Run(Collect), Task.Run(Collect)];
        int loads = 0, wrong = 0;
        byte[] found = new byte[8], wanted = new byte[8];
        for (; !done.IsCancellationRequested; loads++)
        {
            HammingIndex index = HammingIndex.Load(path, kinds[loads % kinds.Length]);
            for (int row = loads % 37; row < count; row += 37)
            {
                codes.CopyPacked(row, wanted);
                Assert.True(index.TryReconstruct(row, found));
                wrong += found.AsSpan().SequenceEqual(wanted) ? 0 : 1;
            }
        }
        await Task.WhenAll(collectors);
        Assert.Equal(0, wrong);
        Assert.True(loads > 100, $"Only {loads} loads in four seconds: too few to say anything.");

        // Fresh pinned memory overwrites what was freed.
        void Collect()
        {
            while (!done.IsCancellationRequested)
            {
                GC.Collect(2, GCCollectionMode.Forced, blocking: true);
                for (int i = 0; i < 20; i++)
                    GC.AllocateUninitializedArray<ulong>(512, pinned: true).AsSpan().Fill(ulong.MaxValue);
                GC.WaitForPendingFinalizers();
            }
        }
    }
}
