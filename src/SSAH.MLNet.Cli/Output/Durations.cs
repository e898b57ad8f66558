using System.Globalization;

namespace SSAH.MLNet.Cli.Output;

/// <summary>Times and rates as people read them.</summary>
internal static class Durations
{
    /// <summary>A duration in the two units that matter.</summary>
    public static string Text(TimeSpan time) => time switch
    {
        { TotalHours: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours} h {time.Minutes} min"),
        { TotalMinutes: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalMinutes} min {time.Seconds} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.#} s"),
    };

    /// <summary>How much a second.</summary>
    public static string Rate(double perSecond) => string.Create(CultureInfo.InvariantCulture, $"{perSecond:0.#}/s");

    /// <summary>What is done of how much, the rate, and the time left.</summary>
    public static string Progress(string what, string unit, WorkDone work, TimeSpan elapsed)
    {
        double rate = work.Done / Math.Max(elapsed.TotalSeconds, 1e-3);
        string text = $"{what}: {CommandOutput.Count(work.Done)}{(work.Total > 0 ? $" of {CommandOutput.Count(work.Total)}" : "")} {work.Unit ?? unit}";
        // Of the first one nobody knows yet how long the others take: what is counted may be read ahead.
        if (work.Done < 2)
            return text;
        text += $", {Rate(rate)}";
        return work.Total > work.Done ? $"{text}, {Text(TimeSpan.FromSeconds((work.Total - work.Done) / rate))} left" : text;
    }
}
