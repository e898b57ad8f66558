using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.IO.MemoryMappedFiles;

namespace SSAH.MLNet.Fuzz;

/// <summary>What a run found out about one target.</summary>
internal sealed class Tally
{
    public long[] Outcomes { get; } = new long[Enum.GetValues<Outcome>().Length];

    public long Crashes { get; set; }

    public long Hangs { get; set; }

    public long Swellings { get; set; }

    public long Inputs => Outcomes.Sum() + Crashes + Hangs + Swellings;

    /// <summary>Number of an input, and what is wrong with what became of it.</summary>
    public List<(long Number, string What)> Findings { get; } = [];
}

/// <summary>Inputs of a run that one process reads, with the eye of another one on it.</summary>
internal sealed class Batch(string target, string kind, int seed, long all, TimeSpan patience, long memory, string? program = null)
{
    // On a busy machine a process may stand still for long and do no harm: what it uses counts first.
    private const int LongerWhereNothingHappens = 30;
    private static readonly TimeSpan s_glance = TimeSpan.FromMilliseconds(20);

    /// <summary>Reads inputs until all are read; one that ends its process, stops it or makes it swell is noted and passed over.</summary>
    public void Run(long first, long end, Tally tally)
    {
        while (first < end)
            first = RunOnce(first, end, tally);
    }

    private long RunOnce(long first, long end, Tally tally)
    {
        string shared = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(shared, new byte[sizeof(long)]);
            using var file = MemoryMappedFile.CreateFromFile(shared);
            using MemoryMappedViewAccessor current = file.CreateViewAccessor();
            var start = new ProcessStartInfo(program ?? Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardError = true };
            foreach (object argument in (object[])["child", target, kind, seed, first, end, all, shared])
                start.ArgumentList.Add(string.Create(CultureInfo.InvariantCulture, $"{argument}"));
            using Process child = Process.Start(start)!;
            var lines = new List<string>();
            var errors = new List<string>();
            child.OutputDataReceived += (_, line) => lines.Add(line.Data ?? "");
            child.ErrorDataReceived += (_, line) => errors.Add(line.Data ?? "");
            child.BeginOutputReadLine();
            child.BeginErrorReadLine();
            string? fault = Watch(child, current);
            child.WaitForExit();
            long done = current.ReadInt64(0) - 1;
            Take(lines, tally);
            if (child.ExitCode == 0 && fault is null)
                return end;
            if (done < first)
                throw new InvalidOperationException($"The reader of '{target}' does not start: {string.Join('\n', errors)}");
            Note(tally, done, fault, $"exit code {child.ExitCode}: {string.Join(" ", errors.Take(12))}");
            // What was read before it is counted by reading it again without it.
            if (done > first)
                RunOnce(first, done, tally);
            return done + 1;
        }
        finally
        {
            File.Delete(shared);
        }
    }

    private string? Watch(Process child, MemoryMappedViewAccessor current)
    {
        long last = -1;
        TimeSpan used = TimeSpan.Zero;
        var since = Stopwatch.StartNew();
        while (!child.WaitForExit(s_glance))
        {
            long now = current.ReadInt64(0);
            (TimeSpan processor, long workingSet) = UseOf(child);
            if (now != last)
                (last, since, used) = (now, Stopwatch.StartNew(), processor);
            bool hangs = now > 0 && (processor - used > patience || since.Elapsed > LongerWhereNothingHappens * patience);
            string? fault = hangs ? "hang" : workingSet > memory ? "memory" : null;
            if (fault is null)
                continue;
            child.Kill();
            return fault;
        }
        return null;
    }

    private static (TimeSpan Processor, long WorkingSet) UseOf(Process child)
    {
        try
        {
            child.Refresh();
            return (child.TotalProcessorTime, child.WorkingSet64);
        }
        catch (Exception error) when (error is InvalidOperationException or Win32Exception)
        {
            // It has ended meanwhile.
            return default;
        }
    }

    private static void Take(List<string> lines, Tally tally)
    {
        foreach (string[] cells in lines.Select(line => line.Split('\t')))
            if (cells is ["finding", var number, .. var rest])
                tally.Findings.Add((long.Parse(number, CultureInfo.InvariantCulture), string.Join(": ", rest)));
            else if (cells is ["outcomes", .. var counts])
                for (int i = 0; i < counts.Length; i++)
                    tally.Outcomes[i] += long.Parse(counts[i], CultureInfo.InvariantCulture);
    }

    private static void Note(Tally tally, long number, string? fault, string exit)
    {
        if (fault == "hang")
            tally.Hangs++;
        else if (fault == "memory")
            tally.Swellings++;
        else
            tally.Crashes++;
        tally.Findings.Add((number, fault ?? $"crash, {exit}"));
    }
}
