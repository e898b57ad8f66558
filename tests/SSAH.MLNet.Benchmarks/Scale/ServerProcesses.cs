using System.Globalization;

namespace SSAH.MLNet.Benchmarks.Scale;

/// <summary>The processes of a PostgreSQL server on Linux: its first one, one for each connection, and workers that come and go.</summary>
internal sealed class ServerProcesses(int first)
{
    // USER_HZ, which is 100 on every Linux that .NET runs on.
    private const double TicksPerSecond = 100;

    // Fields of /proc/PID/stat after the name, which may have blanks: state, parent, ..., utime, stime, cutime, cstime.
    private const int Parent = 1, UserTime = 11, SystemTime = 12, EndedUserTime = 13, EndedSystemTime = 14;

    /// <summary>The server whose files lie in a folder.</summary>
    public static ServerProcesses Of(string dataFolder) =>
        new(int.Parse(File.ReadLines(Path.Combine(dataFolder, "postmaster.pid")).First(), CultureInfo.InvariantCulture));

    /// <summary>Processor seconds so far: of the first process, of those of its children that ended, and of those that run.</summary>
    public double ProcessorSeconds()
    {
        double ticks = 0;
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), out int process) || FieldsOf(folder) is not { } fields)
                continue;
            if (process == first)
                ticks += fields[UserTime] + fields[SystemTime] + fields[EndedUserTime] + fields[EndedSystemTime];
            else if (fields[Parent] == first)
                ticks += fields[UserTime] + fields[SystemTime];
        }
        return ticks / TicksPerSecond;
    }

    private static double[]? FieldsOf(string folder)
    {
        try
        {
            string text = File.ReadAllText(Path.Combine(folder, "stat"));
            return [.. text[(text.LastIndexOf(')') + 2)..].Split(' ').Select(field =>
                double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : 0)];
        }
        catch (IOException)
        {
            // It has ended since the folder was listed.
            return null;
        }
    }
}
