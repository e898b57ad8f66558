using System.Diagnostics;
using System.Globalization;
using SSAH.MLNet.Benchmarks.Duplicates;

namespace SSAH.MLNet.Benchmarks;

/// <summary><c>bench duplicates</c>: recall at 99 % precision of copies made in eight ways, and time, beside czkawka and findimagedupes.</summary>
internal static class DuplicateBenchmark
{
    private const double Precision = 0.99;
    private const string Usage = """
        usage: bench duplicates [--images N] [--clipart FOLDER] [--clothes FOLDER] [--czkawka PROGRAM] [--findimagedupes PROGRAM]
                                [--copies NAME,...] [--validation]
          --images N         images of each collection, 100 by default; each folder has as many copies
          --clipart FOLDER   default /usr/share/openclipart/png       (apt-get install openclipart-png)
          --clothes FOLDER   default /usr/share/datasets/fashion-mnist (apt-get install dataset-fashion-mnist)
          --czkawka, --findimagedupes   default /usr/bin/czkawka_cli (Debian 13), /usr/bin/findimagedupes
          --validation       the half of the images on which defaults were chosen
        """;

    public static int Run(string[] args)
    {
        var options = new Dictionary<string, string>
        {
            ["--images"] = "100", ["--clipart"] = "/usr/share/openclipart/png", ["--clothes"] = "/usr/share/datasets/fashion-mnist",
            ["--czkawka"] = "/usr/bin/czkawka_cli", ["--findimagedupes"] = "/usr/bin/findimagedupes", ["--copies"] = "",
        };
        bool isValidation = args.Contains("--validation");
        string[] pairs = [.. args.Where(arg => arg != "--validation")];
        for (int i = 0; i < pairs.Length; i += 2)
        {
            if (i + 1 == pairs.Length || !options.ContainsKey(pairs[i]))
            {
                Console.Error.WriteLine(Usage);
                return 2;
            }
            options[pairs[i]] = pairs[i + 1];
        }
        int count = int.Parse(options["--images"], CultureInfo.InvariantCulture);
        DuplicateTool[] tools =
        [
            new OurSearch(),
            .. Present(options["--czkawka"]) ? (DuplicateTool[])[new Czkawka(options["--czkawka"])] : [],
            .. Present(options["--findimagedupes"]) ? (DuplicateTool[])[new FindImageDupes(options["--findimagedupes"])] : [],
        ];
        ImageCopies[] copies = [.. ImageCopies.All.Where(each => options["--copies"].Length == 0 || options["--copies"].Split(',').Contains(each.Name))];
        BenchmarkRow.PrintMachine();
        string half = isValidation ? "validation" : "test";
        BenchmarkRow.Note($"{count} images of each collection, {half} half; recall at {Precision:P0} precision, each tool at its best setting");
        if (Present(options["--clipart"]))
            Measure(CopyFolder.OfClipart(options["--clipart"], count, isValidation), copies, tools);
        if (Present(options["--clothes"]))
            Measure(CopyFolder.OfClothes(options["--clothes"], count, isValidation), copies, tools);
        return 0;
    }

    private static void Measure(CopyFolder collection, ImageCopies[] copies, DuplicateTool[] tools)
    {
        string originals = collection.WriteOriginals();
        MeasureTime(collection, copies[0], tools, originals);
        foreach (ImageCopies each in copies)
        {
            string[] folders = [originals, collection.WriteCopies(each)];
            var cells = new List<string>();
            foreach (DuplicateTool tool in tools)
            {
                (double recall, string setting) = Best(collection, tool.Sweep(folders));
                cells.Add(string.Create(CultureInfo.InvariantCulture, $"{tool.Name} {recall:0.000} ({setting})"));
            }
            (double found, double precision) = collection.Score(OurSearch.Find(folders));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"row duplicates-{collection.Name}-{each.Name} {string.Join(" ", cells)} defaults recall {found:0.000} precision {precision:0.000}"));
            Directory.Delete(folders[1], recursive: true);
        }
        Directory.Delete(originals, recursive: true);
    }

    // Ours without the start of .NET and its compiler, which the others, being native, do not have; each with files it has not seen.
    private static void MeasureTime(CopyFolder collection, ImageCopies copies, DuplicateTool[] tools, string originals)
    {
        string[] folders = [originals, collection.WriteCopies(copies)];
        tools[0].RunOnce(folders);
        double[] seconds = [.. tools.Select(tool =>
        {
            long start = Stopwatch.GetTimestamp();
            tool.RunOnce(folders);
            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        })];
        for (int tool = 1; tool < tools.Length; tool++)
            BenchmarkRow.Print($"duplicates-{collection.Name}-time", seconds[0], tools[tool].Name, seconds[tool], target: 1, 2L * collection.Count);
        Directory.Delete(folders[1], recursive: true);
    }

    private static (double Recall, string Setting) Best(CopyFolder collection, IEnumerable<ToolRun> runs)
    {
        (double Recall, string Setting) best = (0, "none");
        foreach (ToolRun run in runs)
        {
            (double recall, double precision) = collection.Score(run.Groups);
            if (precision >= Precision && recall > best.Recall)
                best = (recall, run.Setting);
        }
        return best;
    }

    private static bool Present(string path)
    {
        bool isPresent = Path.Exists(path);
        if (!isPresent)
            BenchmarkRow.Note($"not there, so left out: {path}");
        return isPresent;
    }
}
