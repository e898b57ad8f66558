using SSAH.MLNet.Benchmarks;
using SSAH.MLNet.Benchmarks.Cancellation;
using SSAH.MLNet.Benchmarks.Scale;
using SSAH.MLNet.Benchmarks.Serving;
using SSAH.MLNet.Benchmarks.Soak;
using SSAH.MLNet.Samples.ShardedSearch;

// A silo of bench scale, which starts this program once more for each.
if (args is ["silo", ..])
    return await SiloProcess.RunAsync(args[1..]);

// Each verb lives in a file of its own; it gets the arguments after its name and returns the exit code.
var verbs = new SortedDictionary<string, Func<string[], int>>(StringComparer.Ordinal)
{
    ["collection"] = CollectionBenchmark.Run,
    ["bits"] = BitsBenchmark.Run,
    ["cancel"] = CancelBenchmark.Run,
    ["duplicates"] = DuplicateBenchmark.Run,
    ["encode"] = EncodeBenchmark.Run,
    ["evaluator"] = EvaluatorBenchmark.Run,
    ["hamming"] = HammingBenchmark.Run,
    ["ingest"] = IngestBenchmark.Run,
    ["join"] = JoinBenchmark.Run,
    ["memory"] = MemoryBenchmark.Run,
    ["scale"] = ScaleBenchmark.Run,
    ["serve"] = ServeBenchmark.Run,
    ["soak"] = SoakBenchmark.Run,
    ["training"] = TrainingBenchmark.Run,
};
if (args.Length > 0 && verbs.TryGetValue(args[0], out Func<string[], int>? verb))
    return verb(args[1..]);
Console.Error.WriteLine($"usage: bench {string.Join('|', verbs.Keys)} [options]   (--help after a name lists its options)");
return 2;
