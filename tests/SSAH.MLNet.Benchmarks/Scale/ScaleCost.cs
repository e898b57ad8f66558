using System.Diagnostics;
using System.Globalization;

namespace SSAH.MLNet.Benchmarks.Scale;

/// <summary>What something cost: on a busy machine the time by the clock says little, and the processor's a lot.</summary>
/// <param name="Clock">Seconds by the clock.</param>
/// <param name="Processor">Processor seconds of this process, and of the server that was asked.</param>
internal readonly record struct ScaleCost(double Clock, double Processor)
{
    public static ScaleCost Of(Action body, ServerProcesses? server = null)
    {
        long start = Stopwatch.GetTimestamp();
        double processor = ProcessorOf(body, server);
        return new ScaleCost(Stopwatch.GetElapsedTime(start).TotalSeconds, processor);
    }

    /// <summary>Processor seconds of this process and of a server.</summary>
    public static double ProcessorOf(Action body, ServerProcesses? server = null)
    {
        double before = server?.ProcessorSeconds() ?? 0;
        double own = Stopwatches.ProcessorSecondsOf(body);
        return own + (server?.ProcessorSeconds() ?? 0) - before;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Clock:0.0} s ({Processor:0.0} processor seconds)");
}
