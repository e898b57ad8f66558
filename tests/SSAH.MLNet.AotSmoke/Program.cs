using SSAH.MLNet.Hashing;

// Published with native AOT by a test: searches, saves and loads, and compares with the loop over the definition.
var random = new Random(1);
string folder = Directory.CreateTempSubdirectory("aot").FullName;
try
{
    foreach (int bits in (int[])[12, 64, 128, 512])
    {
        var activations = new float[bits * 20_000];
        for (int i = 0; i < activations.Length; i++)
            activations[i] = random.NextSingle() - 0.5f;
        BinaryCodes codes = BinaryCodes.FromActivations(bits, activations), queries = codes.Slice(100, 20);
        foreach (HammingIndex index in (HammingIndex[])[new HammingFlatIndex(codes), new MultiHashIndex(codes)])
        {
            string path = Path.Combine(folder, "index");
            index.Save(path);
            HammingMatches found = HammingIndex.Load(path).Search(queries, 5);
            for (int query = 0; query < queries.Count; query++)
            {
                HammingMatch[] expected = [.. Enumerable.Range(0, codes.Count)
                    .Select(row => new HammingMatch(row, Distance(codes[row], queries[query])))
                    .OrderBy(match => match.Distance).ThenBy(match => match.Id).Take(5)];
                if (!found[query].SequenceEqual(expected))
                {
                    Console.Error.WriteLine($"{index.GetType().Name} of {bits} bits: query {query} is wrong");
                    return 1;
                }
            }
        }
    }
}
finally
{
    Directory.Delete(folder, recursive: true);
}
Console.WriteLine("ok");
return 0;

static int Distance(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b)
{
    int distance = 0;
    for (int i = 0; i < a.Length; i++)
        distance += (int)ulong.PopCount(a[i] ^ b[i]);
    return distance;
}
