namespace SSAH.MLNet.Benchmarks;

/// <summary><c>bench hamming</c>: every search row of the table of targets, ours and the anchors in one run.</summary>
internal static class HammingBenchmark
{
    public static int Run(string[] args)
    {
        string[] unknown = [.. args.Except(["--install-faiss", "--small"])];
        if (unknown.Length > 0)
        {
            Console.Error.WriteLine("usage: bench hamming [--install-faiss] [--small]\n"
                + "  --install-faiss  installs Debian's python3-faiss first (apt-get, as root)\n"
                + "  --small          leaves the rows of ten million codes out");
            return 2;
        }
        BenchmarkRow.PrintMachine();
        FaissAnchor? faiss = FaissAnchor.Find(install: args.Contains("--install-faiss"));
        ScanRows.Run(bits: 64, new ScanTargets(Batch: 12, Single: 6, Avx2: 4, Radius: 8, Faiss: 30), faiss);
        ScanRows.Run(bits: 128, new ScanTargets(Batch: 7, Single: 3.5, Avx2: 2.5, Radius: 5, Faiss: null), faiss);
        MultiHashRows.Uniform(bits: 64, codes: 1_000_000);
        MultiHashRows.Uniform(bits: 128, codes: 1_000_000);
        MultiHashRows.Clustered(codes: 1_000_000, target: 25);
        if (!args.Contains("--small"))
            MultiHashRows.Clustered(codes: 10_000_000, target: 200);
        return 0;
    }
}
