using SSAH.MLNet.Evaluation;
using SSAH.MLNet.Hashing;

// Published with native AOT by a test: searches, saves and loads, evaluates, and compares with loops over the definitions.
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
        int[] classes = [.. Enumerable.Range(0, codes.Count).Select(_ => random.Next(7))];
        var metrics = RetrievalEvaluation.Evaluate(queries, LabelSets.FromClasses([.. classes.Skip(100).Take(20)]), codes, LabelSets.FromClasses(classes));
        double stable = Enumerable.Range(0, queries.Count).Average(query => AveragePrecision(codes, classes, queries[query], classes[100 + query]));
        if (Math.Abs(metrics.StableMeanAveragePrecision!.Value - stable) > 1e-9
            || HammingRetrievalMetrics.FromJson(metrics.ToJson()).ToString() != metrics.ToString())
        {
            Console.Error.WriteLine($"the evaluation of {bits} bits is wrong: {metrics.StableMeanAveragePrecision} instead of {stable}");
            return 1;
        }
    }
}
finally
{
    Directory.Delete(folder, recursive: true);
}
Console.WriteLine("ok");
return 0;

static double AveragePrecision(BinaryCodes codes, int[] classes, ReadOnlySpan<ulong> query, int wanted)
{
    ulong[] code = query.ToArray();
    double sum = 0;
    int found = 0, place = 0;
    foreach (int row in Enumerable.Range(0, codes.Count).OrderBy(row => Distance(codes[row], code)).ThenBy(row => row))
    {
        place++;
        if (classes[row] == wanted)
            sum += ++found / (double)place;
    }
    return sum / found;
}

static int Distance(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b)
{
    int distance = 0;
    for (int i = 0; i < a.Length; i++)
        distance += (int)ulong.PopCount(a[i] ^ b[i]);
    return distance;
}
