using System.Diagnostics;
using SSAH.MLNet.Orleans.Shards;

namespace SSAH.MLNet.Orleans.Tests.Shards;

/// <summary>One shard and its files: what is written is there, in every process, whatever happened to writers.</summary>
public sealed class ShardTests
{
    [Theory]
    [InlineData(1, 4096)]
    [InlineData(2, 1 << 20)]
    [InlineData(3, 4096)]
    public async Task Any_view_sees_what_any_other_wrote(int seed, long compactAfterBytes)
    {
        using var files = new ShardFiles(compactAfterBytes);
        using Shard first = files.Open(), second = files.Open(), third = files.Open();
        Shard[] views = [first, second, third];
        var random = new Random(seed);
        var expected = new Dictionary<long, ulong>();
        for (int step = 0; step < 120; step++)
        {
            long[] ids = [.. Enumerable.Range(0, random.Next(1, 30)).Select(_ => random.NextInt64(200)).Distinct()];
            Shard writer = views[random.Next(3)];
            if (random.Next(3) == 0)
            {
                await writer.WriteAsync(ShardFiles.Remove(ids), default);
                Array.ForEach(ids, id => expected.Remove(id));
            }
            else
            {
                BinaryCodes codes = NaiveIndex.RandomCodes(ShardFiles.Bits, ids.Length, random);
                await writer.WriteAsync(ShardFiles.Upsert(ids, codes), default);
                for (int i = 0; i < ids.Length; i++)
                    expected[ids[i]] = codes[i][0];
            }
            // A view that looks rarely has slept through several generations.
            int look = random.Next(10) == 0 ? 2 : random.Next(2);
            Assert.Equal(expected.OrderBy(each => each.Key), ShardFiles.Contents(views[look]).OrderBy(each => each.Key));
        }
        using Shard fresh = files.Open();
        Assert.Equal(expected.OrderBy(each => each.Key), ShardFiles.Contents(fresh).OrderBy(each => each.Key));
        Assert.Equal(compactAfterBytes == 4096, files.Folder.LatestGeneration() > 0);
        Assert.InRange(files.Files.Length, 1, 2);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Those_who_wait_for_the_files_hold_no_thread(bool isReload)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no named pipes in folders on Windows.");
        using var files = new ShardFiles(compactAfterBytes: 512);
        using Shard writer = files.Open(), shard = files.Open();
        if (isReload)
            await shard.CurrentAsync(default);
        // Who has not looked since must read all files again.
        int count = isReload ? 100 : 1;
        for (int id = 0; id < count; id++)
            await writer.WriteAsync(ShardFiles.Upsert([id], NaiveIndex.RandomCodes(ShardFiles.Bits, 1, new Random(id))), default);
        long generation = files.Folder.LatestGeneration();
        Assert.Equal(isReload, generation > 1);
        string log = files.Folder.LogPath(generation), aside = log + ".aside", pipe = log + ".pipe";
        // A file that takes long to be read: whoever opens a pipe waits until somebody writes into it.
        File.Move(log, aside);
        await Process.Start("mkfifo", [log]).WaitForExitAsync(TestContext.Current.CancellationToken);
        try
        {
            using var impatient = new CancellationTokenSource();
            Task[] calls = await Task.Run<Task[]>(() => [shard.WriteAsync(ShardFiles.Remove(1), impatient.Token), shard.CurrentAsync(impatient.Token),
                .. Enumerable.Range(0, 50).Select(_ => shard.CurrentAsync(default))]).WaitAsync(TimeSpan.FromSeconds(20));
            Assert.DoesNotContain(calls, call => call.IsCompleted);
            await impatient.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => calls[0]);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => calls[1]);
            Assert.DoesNotContain(calls[2..], call => call.IsCompleted);
        }
        finally
        {
            File.Move(log, pipe);
            File.Move(aside, log);
            using (new FileStream(pipe, FileMode.Open, FileAccess.Write))
            {
            }
            File.Delete(pipe);
        }
        // What read an empty file, or sought in a pipe, has failed; the next one finds the right one.
        for (int attempt = 0; attempt < 100; attempt++)
        {
            try
            {
                Assert.Equal(count, (await shard.CurrentAsync(default)).Codes.Count);
                return;
            }
            catch (Exception error) when (error is DamagedFileException or NotSupportedException && attempt < 99)
            {
                await Task.Delay(50, TestContext.Current.CancellationToken);
            }
        }
    }

    [Fact]
    public async Task Two_activations_that_write_at_once_take_turns()
    {
        using var files = new ShardFiles(compactAfterBytes: 4096);
        using Shard first = files.Open(), second = files.Open();
        await Task.WhenAll(new[] { first, second }.Select((shard, writer) => Task.Run(async () =>
        {
            for (int i = 0; i < 100; i++)
                await shard.WriteAsync(ShardFiles.Upsert([i * 2 + writer], NaiveIndex.RandomCodes(ShardFiles.Bits, 1, new Random(i))), default);
        })));
        Assert.Equal(Enumerable.Range(0, 200).Select(id => (long)id), ShardFiles.Contents(first).Keys.Order());
        Assert.Equal(Enumerable.Range(0, 200).Select(id => (long)id), ShardFiles.Contents(second).Keys.Order());
    }

    [Theory]
    [InlineData(4096)]
    [InlineData(1 << 20)]
    public async Task Operation_that_arrives_a_second_time_undoes_nothing(long compactAfterBytes)
    {
        using var files = new ShardFiles(compactAfterBytes);
        using Shard first = files.Open();
        LogRecord add = Numbered(1);
        await first.WriteAsync(add, default);
        await first.WriteAsync(ShardFiles.Remove(1), default);
        // Enough that a new generation begins where the log may be short.
        for (int i = 10; i < 100; i++)
            await first.WriteAsync(Numbered(i), default);
        using Shard second = files.Open();
        await second.WriteAsync(add, default);
        await first.WriteAsync(add, default);
        Assert.Equal(compactAfterBytes == 4096, files.Folder.LatestGeneration() > 0);
        Assert.Equal(Enumerable.Range(10, 90).Select(id => (long)id), ShardFiles.Contents(second).Keys.Order());
    }

    [Fact]
    public async Task Write_whose_time_is_over_is_refused_unless_it_was_done()
    {
        using var files = new ShardFiles();
        using Shard shard = files.Open();
        await Assert.ThrowsAsync<TimeoutException>(() => shard.WriteAsync(Numbered(1) with { Until = DoneOperations.Now - 1 }, default));
        Assert.Empty(ShardFiles.Contents(shard));
        LogRecord done = Numbered(2);
        await shard.WriteAsync(done, default);
        await shard.WriteAsync(done with { Until = DoneOperations.Now - 1 }, default);
        Assert.Equal([2], ShardFiles.Contents(shard).Keys);
    }

    [Fact]
    public void Done_operations_are_kept_until_their_time_is_over_and_survive_a_record()
    {
        var done = new DoneOperations();
        Guid[] kept = [.. Enumerable.Range(0, 10_000).Select(_ => Guid.NewGuid())];
        Guid old = Guid.NewGuid();
        done.Add(old, DoneOperations.Now - 3600);
        Array.ForEach(kept, each => done.Add(each, DoneOperations.Now + 60));
        var next = new DoneOperations();
        next.Add(LogRecord.FromBytes(done.ToRecord().ToBytes(64).AsSpan(0, LogRecord.HeaderSize),
            done.ToRecord().ToBytes(64).AsSpan(LogRecord.HeaderSize))!.Value);
        Assert.All(kept, each => Assert.True(done.Contains(each) && next.Contains(each)));
        Assert.False(done.Contains(old));
    }

    [Fact]
    public async Task Write_waits_for_the_lock_no_longer_than_it_may()
    {
        using var files = new ShardFiles();
        using Shard shard = files.Open();
        using (files.Folder.TryLock())
        {
            using var limit = new CancellationTokenSource(100);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => shard.WriteAsync(ShardFiles.Remove(1), limit.Token));
            Assert.Empty(ShardFiles.Contents(shard));
        }
        await shard.WriteAsync(ShardFiles.Remove(1), default);
    }

    [Fact]
    public async Task Record_that_was_cut_anywhere_is_not_there_and_the_next_takes_its_place()
    {
        using var files = new ShardFiles();
        using (Shard shard = files.Open())
        {
            await shard.WriteAsync(Numbered(1), default);
            await shard.WriteAsync(Numbered(2), default);
        }
        string log = files.Folder.LogPath(0);
        byte[] whole = await File.ReadAllBytesAsync(log);
        int last = LogRecord.HeaderSize + 2 * sizeof(long);
        for (int cut = 1; cut <= last; cut++)
        {
            await File.WriteAllBytesAsync(log, whole[..^cut]);
            using Shard watching = files.Open(), shard = files.Open();
            Assert.Equal([1], ShardFiles.Contents(watching).Keys);
            await shard.WriteAsync(Numbered(3), default);
            Assert.Equal([1, 3], ShardFiles.Contents(shard).Keys.Order());
            Assert.Equal([1, 3], ShardFiles.Contents(watching).Keys.Order());
        }
    }

    [Fact]
    public async Task Zeros_behind_the_end_as_after_a_power_failure_are_no_record()
    {
        using var files = new ShardFiles();
        using Shard shard = files.Open();
        await shard.WriteAsync(Numbered(1), default);
        await File.AppendAllBytesAsync(files.Folder.LogPath(0), new byte[100_000]);
        Assert.Equal([1], ShardFiles.Contents(shard).Keys);
        await shard.WriteAsync(Numbered(2), default);
        Assert.Equal([1, 2], ShardFiles.Contents(shard).Keys.Order());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Flipped_bit_anywhere_is_an_error_that_names_the_file(bool inCodes)
    {
        using var files = new ShardFiles(inCodes ? 4096 : 1 << 20);
        using (Shard shard = files.Open())
        {
            for (int i = 0; i < 4 || (inCodes && files.Folder.LatestGeneration() == 0); i++)
            {
                long[] ids = [.. Enumerable.Range(i * 40, 40)];
                await shard.WriteAsync(ShardFiles.Upsert(ids, NaiveIndex.RandomCodes(ShardFiles.Bits, 40, new Random(i)), "m"), default);
            }
        }
        long generation = files.Folder.LatestGeneration();
        string path = inCodes ? files.Folder.CodesPath(generation) : files.Folder.LogPath(generation);
        byte[] whole = await File.ReadAllBytesAsync(path);
        var random = new Random(5);
        for (int trial = 0; trial < 300; trial++)
        {
            byte[] flipped = [.. whole];
            flipped[random.Next(whole.Length)] ^= (byte)(1 << random.Next(8));
            await File.WriteAllBytesAsync(path, flipped);
            using Shard shard = files.Open();
            string message = Assert.Throws<DamagedFileException>(() => shard.Current()).Message;
            Assert.Contains(path, message, StringComparison.Ordinal);
            await Assert.ThrowsAsync<DamagedFileException>(() => shard.WriteAsync(ShardFiles.Remove(1), default));
            // Looking twice does not make it good, and nobody writes behind what is damaged.
            Assert.Throws<DamagedFileException>(() => shard.Current());
            Assert.Equal(flipped, await File.ReadAllBytesAsync(path));
        }
    }

    [Fact]
    public async Task Write_waits_for_a_record_that_is_being_written()
    {
        using var files = new ShardFiles();
        files.Append(Numbered(1));
        string path = files.Folder.LogPath(0);
        byte[] whole = await File.ReadAllBytesAsync(path), half = [.. whole];
        half[^1] ^= 1;
        await File.WriteAllBytesAsync(path, half);
        using Shard shard = files.Open();
        Task write;
        using (files.Folder.TryLock())
        {
            Assert.Throws<UnsettledRecordException>(() => shard.Current());
            write = shard.WriteAsync(Numbered(2), default);
            await File.WriteAllBytesAsync(path, whole);
        }
        await write;
        Assert.Equal([1, 2], ShardFiles.Contents(shard).Keys.Order());
    }

    [Fact]
    public async Task Log_that_says_what_cannot_be_is_an_error_though_its_checksums_are_right()
    {
        BinaryCodes one = NaiveIndex.RandomCodes(ShardFiles.Bits, 1, new Random(1));
        foreach (LogRecord record in new[]
        {
            ShardFiles.Remove(-1), ShardFiles.Remove(1, 1), new LogRecord(LogRecordKind.Upsert, Guid.NewGuid(), [1], [ulong.MaxValue], null),
            ShardFiles.Upsert([1], one, new string('m', 1024)) with { Kind = LogRecordKind.Remove },
        })
        {
            using var files = new ShardFiles();
            files.Append(record);
            using Shard shard = files.Open();
            Assert.Throws<DamagedFileException>(() => shard.Current());
            Assert.Throws<DamagedFileException>(() => shard.Current());
            await Assert.ThrowsAsync<DamagedFileException>(() => shard.WriteAsync(ShardFiles.Remove(5), default));
        }
    }

    [Fact]
    public async Task Files_of_another_shard_or_none_are_an_error()
    {
        using var files = new ShardFiles();
        using (var other = new Shard(new ShardName("test", 0, 2), files.Folder, ShardFiles.Bits, 4096))
            Assert.Contains("belongs to shard 0 of 1", Assert.Throws<DamagedFileException>(() => other.Current()).Message, StringComparison.Ordinal);
        using Shard shard = files.Open();
        File.Delete(files.Folder.LogPath(0));
        string message = Assert.Throws<DamagedFileException>(() => shard.Current()).Message;
        Assert.Contains("shard 0 of 1 of index 'test' are missing", message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<DamagedFileException>(() => shard.WriteAsync(Numbered(1), default));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Writer_killed_while_it_compacts_leaves_all_codes(int killedAfter)
    {
        using var files = new ShardFiles();
        using Shard shard = files.Open(), watching = files.Open();
        await shard.WriteAsync(Numbered(1), default);
        Assert.Equal([1], ShardFiles.Contents(watching).Keys);
        // The steps in their order: the codes, the end of the old log, the new log, deleting.
        var index = new HammingFlatIndex(ShardFiles.Bits);
        index.Add(Code(1), [1]);
        index.Save(files.Folder.CodesPath(1));
        if (killedAfter >= 1)
            files.Append(LogRecord.Continued);
        if (killedAfter >= 2)
            ShardLog.Create(files.Folder.LogPath(1), new ShardName("test", 0, 1), ShardFiles.Bits, 1);
        Assert.Equal([1], ShardFiles.Contents(watching).Keys);
        using Shard next = files.Open();
        Assert.Equal([1], ShardFiles.Contents(next).Keys);
        await next.WriteAsync(Numbered(2), default);
        Assert.Equal([1, 2], ShardFiles.Contents(watching).Keys.Order());
        Assert.Equal([1, 2], ShardFiles.Contents(shard).Keys.Order());
        Assert.Equal(killedAfter == 0 ? 0 : 1, files.Folder.LatestGeneration());
    }

    [Fact]
    public async Task Record_that_does_not_fit_is_refused_and_nothing_is_written()
    {
        using var files = new ShardFiles();
        using Shard shard = files.Open();
        await shard.WriteAsync(ShardFiles.Upsert([1], Code(1), "one"), default);
        byte[] before = await File.ReadAllBytesAsync(files.Folder.LogPath(0));
        foreach (LogRecord record in new[]
        {
            ShardFiles.Remove(-1), ShardFiles.Remove(2, 2), ShardFiles.Upsert([2, 3], Code(2)), ShardFiles.Upsert([2], Code(2), "two"),
            new LogRecord(LogRecordKind.Upsert, Guid.NewGuid(), [2], [1UL << ShardFiles.Bits], null),
        })
            await Assert.ThrowsAsync<ArgumentException>(() => shard.WriteAsync(record, default));
        Assert.Equal(before, await File.ReadAllBytesAsync(files.Folder.LogPath(0)));
        Assert.Equal([1], ShardFiles.Contents(shard).Keys);
    }

    private static BinaryCodes Code(int number)
    {
        var codes = new BinaryCodes(ShardFiles.Bits);
        codes.Add([(byte)number, 0, 0, 0, 0]);
        return codes;
    }

    private static LogRecord Numbered(int number) => ShardFiles.Upsert([number], Code(number));
}
