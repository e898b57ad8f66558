using System.Globalization;
using System.Text;

namespace SSAH.MLNet.Experiments;

/// <summary>
/// Writes the tables of docs/results.md from the results of runs: each stands between <c>&lt;!-- table NAME --&gt;</c> and <c>&lt;!-- end --&gt;</c>.
/// </summary>
internal static class ResultTables
{
    private const string Opening = "<!-- table ";
    private const string Closing = "<!-- end -->";

    /// <summary>Replaces every table of the document.</summary>
    /// <exception cref="InvalidDataException">A table has no end or no plan.</exception>
    public static void Update(string document, string resultFolder)
    {
        var records = Directory.EnumerateFiles(resultFolder, "*.json").Order(StringComparer.Ordinal).Select(RunRecord.Load).ToList();
        var lines = new List<string>();
        string? open = null;
        foreach (string line in File.ReadAllLines(document))
        {
            if (line == Closing)
                open = null;
            if (open is null)
                lines.Add(line);
            if (!line.StartsWith(Opening, StringComparison.Ordinal))
                continue;
            open = line[Opening.Length..].Split(' ')[0];
            lines.Add(Table(open, records.Where(r => r.Experiment == open).ToList()));
        }
        if (open is not null)
            throw new InvalidDataException($"{document}: table {open} has no '{Closing}'.");
        AtomicFile.Write(document, file =>
        {
            using var writer = new StreamWriter(file, leaveOpen: true);
            lines.ForEach(writer.WriteLine);
        });
    }

    private static string Table(string name, IReadOnlyList<RunRecord> records)
    {
        var plan = ExperimentCatalog.All.FirstOrDefault(p => p.Name == name) ?? throw new InvalidDataException($"There is no experiment '{name}'.");
        bool graded = records.Any(r => r.NdcgAt100 is not null);
        var table = new StringBuilder();
        table.Append(CultureInfo.InvariantCulture, $"{plan.Title}. `./build.sh experiment {name}`\n\n");
        table.Append($"| row | | mAP, ties averaged | worst to best order | stable order | {(graded ? "NDCG@100" : "precision@100")} | seeds | steps | "
            + "training | date |\n");
        table.Append("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
        var differing = new List<string>();
        string[] machines = [.. records.Select(MachineOf).Distinct()];
        foreach (var row in plan.Rows)
            foreach (var runs in records.Where(r => r.Row == row.Id).GroupBy(r => (r.Steps, Options: OptionDifferences.FromToday(plan, row, r)))
                .OrderBy(g => g.Key))
            {
                string mark = "";
                if (runs.Key.Options != "")
                {
                    if (!differing.Contains(runs.Key.Options))
                        differing.Add(runs.Key.Options);
                    mark = new string('*', 1 + differing.IndexOf(runs.Key.Options));
                }
                table.Append(Line(row, mark, [.. runs], graded, machines));
            }
        foreach (var (i, options) in differing.Index())
            table.Append(CultureInfo.InvariantCulture,
                $"\n{string.Concat(Enumerable.Repeat("\\*", i + 1))} Measured with other options than today's: {options}.\n");
        foreach (var (i, machine) in machines.Index())
            table.Append(CultureInfo.InvariantCulture, $"\nMachine{(machines.Length > 1 ? $" {i + 1}" : "")}: {machine}.\n");
        return table.ToString().TrimEnd('\n');
    }

    private static string MachineOf(RunRecord record) => record.Precision is { } precision ? $"{record.Machine}, {precision}" : record.Machine;

    private static string Line(ExperimentRow row, string mark, List<RunRecord> runs, bool graded, string[] machines)
    {
        string Mean(Func<RunRecord, double> value) => runs.Average(value).ToString("F3", CultureInfo.InvariantCulture);
        string seeds = string.Join(", ", runs.Select(r => r.Seed).Order());
        double mean = runs.Average(r => r.MeanAveragePrecision);
        string threads = string.Join(", ", runs.Select(r => r.Threads).OfType<int>().Distinct().Order());
        string training = string.Create(CultureInfo.InvariantCulture, $"{runs.Average(r => r.TrainingSeconds):F0} s")
            + (threads == "" ? "" : $", threads: {threads}");
        if (machines.Length > 1)
            training += $", machine {string.Join(", ", runs.Select(r => 1 + Array.IndexOf(machines, MachineOf(r))).Distinct().Order())}";
        string spread = runs.Count < 2 ? "" : string.Create(CultureInfo.InvariantCulture,
            $" ± {Math.Sqrt(runs.Sum(r => Math.Pow(r.MeanAveragePrecision - mean, 2)) / (runs.Count - 1)):F3}");
        return string.Create(CultureInfo.InvariantCulture,
            $"| {row.Id}{mark} | {row.Title} | {mean:F3}{spread} | {Mean(r => r.WorstOrder)} to {Mean(r => r.BestOrder)} "
            + $"| {Mean(r => r.StableOrder ?? double.NaN)} | {(graded ? Mean(r => r.NdcgAt100 ?? double.NaN) : Mean(r => r.PrecisionAt100))} "
            + $"| {seeds} | {runs[0].Steps} | {training} | {runs.Max(r => r.Date)} |\n");
    }
}
