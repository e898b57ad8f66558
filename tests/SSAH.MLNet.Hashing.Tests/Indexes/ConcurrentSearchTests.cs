using SSAH.MLNet.Hashing.Tests.Codes;

namespace SSAH.MLNet.Hashing.Tests.Indexes;

public sealed class ConcurrentSearchTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Readers_see_whole_states_while_a_writer_adds_and_removes(bool hashed)
    {
        // Code i is the number i: a match says by itself whether its distance and id are right.
        const int bits = 32, batchSize = 100, batches = 150;
        HammingIndex index = hashed ? new MultiHashIndex(bits) : new HammingFlatIndex(bits);
        var failures = new List<string>();
        bool done = false;
        Task[] readers = [.. Enumerable.Range(0, 2).Select(reader => Task.Run(() =>
        {
            var random = new Random(reader);
            while (!Volatile.Read(ref done))
            {
                int wanted = random.Next(batchSize * batches);
                int before = index.Count;
                BinaryCodes query = BinaryCodes.FromPacked(bits, BitConverter.GetBytes(wanted));
                foreach (HammingMatch match in index.SearchRadius(query, 2, new() { Threads = 1 })[0])
                {
                    if (int.PopCount((int)match.Id ^ wanted) != match.Distance)
                        Fail($"query {wanted} found {match}");
                }
                bool found = index.Search(query, 1, new() { Threads = 1 })[0] is [{ Distance: 0 }, ..];
                if (wanted % 10 != 0 && wanted < before && !found)
                    Fail($"{wanted} was lost among {before}");
            }
        }))];
        for (int batch = 0; batch < batches; batch++)
        {
            var codes = new BinaryCodes(bits);
            for (int i = 0; i < batchSize; i++)
                codes.Add(BitConverter.GetBytes(batch * batchSize + i));
            index.Add(codes);
            if (batch % 30 == 29)
                index.Remove([.. Enumerable.Range(0, (batch + 1) * batchSize).Where(i => i % 10 == 0).Select(i => (long)i)]);
            if (batch % 50 == 49)
                (index as MultiHashIndex)?.Optimize();
        }
        Volatile.Write(ref done, true);
        await Task.WhenAll(readers);
        Assert.Empty(failures);
        Assert.Equal(batchSize * batches * 9 / 10, index.Count);

        void Fail(string what)
        {
            lock (failures)
                failures.Add(what);
        }
    }
}
