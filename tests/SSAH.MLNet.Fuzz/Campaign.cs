using System.Diagnostics;
using System.Globalization;

namespace SSAH.MLNet.Fuzz;

/// <summary>The run of <c>./build.sh fuzz</c>: inputs for each reader, a line for each, and the inputs that did harm in a folder.</summary>
internal static class Campaign
{
    private const string Usage = """
        usage: ./build.sh fuzz [--target NAME] [--kind mutations|flips|cuts] [--inputs N] [--seed S] [--batch N] [--out FOLDER]
          --target   one reader; by default all, one after the other
          --kind     mutations of good files (the default; half of them with right checksums), single-bit flips, or beginnings of the file
          --inputs   inputs of each reader, 10000 by default; flips and cuts end when all are tried
          --seed     1 by default: the same seed gives the same inputs
          --batch    inputs that one process reads, 20000 by default
          --out      where inputs are kept that did harm, out/fuzz by default
        """;

    // An input is a hang when its process computes as long as this, and swells when it takes as much: 1.5 GiB.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    private const long MaxMemory = 3L << 29;
    private const int FindingsShown = 10;

    public static int Run(string[] args)
    {
        var options = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["--target"] = "all", ["--kind"] = "mutations", ["--inputs"] = "10000", ["--seed"] = "1", ["--batch"] = "20000", ["--out"] = "out/fuzz",
        };
        if (args.Length % 2 != 0 || args.Where((_, i) => i % 2 == 0).Any(name => !options.ContainsKey(name)))
        {
            Console.Error.WriteLine($"{Usage}\nreaders: {string.Join(", ", AllTargets.Names)}");
            return 2;
        }
        for (int i = 0; i < args.Length; i += 2)
            options[args[i]] = args[i + 1];
        long Number(string name) => long.Parse(options[name], CultureInfo.InvariantCulture);
        Console.WriteLine($"{"reader",-20} {"inputs",10} {"seconds",8} {"read",9} {"refused",9} {"changed",8} {"slightly",8} {"other",6} "
            + $"{"hangs",6} {"memory",6} {"crashes",7}");
        bool isClean = true;
        foreach (string name in options["--target"] == "all" ? AllTargets.Names : [options["--target"]])
            isClean &= RunOne(name, options["--kind"], (int)Number("--seed"), Number("--inputs"), Number("--batch"), options["--out"]);
        return isClean ? 0 : 1;
    }

    private static bool RunOne(string name, string kind, int seed, long wanted, long batch, string folder)
    {
        using FileTarget target = AllTargets.Named(name);
        InputSource source = InputSource.Of(kind, seed);
        long all = source.CountOf(target, wanted);
        var tally = new Tally();
        var run = new Batch(name, kind, seed, all, s_patience, MaxMemory);
        var time = Stopwatch.StartNew();
        for (long first = 0; first < all; first += batch)
            run.Run(first, Math.Min(first + batch, all), tally);
        long Of(Outcome outcome) => tally.Outcomes[(int)outcome];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-20} {tally.Inputs,10} {time.Elapsed.TotalSeconds,8:F1} {Of(Outcome.Read),9} "
            + $"{Of(Outcome.Refused),9} {Of(Outcome.Changed),8} {Of(Outcome.ChangedSlightly),8} "
            + $"{Of(Outcome.OtherError),6} {tally.Hangs,6} {tally.Swellings,6} {tally.Crashes,7}"));
        foreach ((long number, string what) in tally.Findings.DistinctBy(finding => finding.What).Take(FindingsShown))
        {
            Directory.CreateDirectory(folder);
            string path = Path.Combine(folder, $"{name}-{kind}-{seed}-{number}");
            File.WriteAllBytes(path, source.Make(target, number, all));
            Console.WriteLine($"  input {number} ({path}): {(what.Length > 400 ? what[..400] : what)}");
        }
        return tally.Findings.Count == 0;
    }
}
