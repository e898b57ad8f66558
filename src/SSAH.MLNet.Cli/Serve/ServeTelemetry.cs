using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace SSAH.MLNet.Cli.Serve;

/// <summary>
/// What a service tells tools that listen to the <see cref="ActivitySource"/> and the <see cref="Meter"/> "SSAH.MLNet" (dotnet-counters, OpenTelemetry).
/// Without a listener it costs nothing. Requests themselves are counted by ASP.NET Core's own meters.
/// </summary>
internal static class ServeTelemetry
{
    public const string Name = "SSAH.MLNet";

    private static readonly ActivitySource s_source = new(Name);
    private static readonly Meter s_meter = new(Name);
    private static readonly Histogram<double> s_encoding =
        s_meter.CreateHistogram<double>("ssah.serve.encoding.duration", "s", "Decoding and encoding an image, without the wait for a place");
    private static readonly Histogram<double> s_search = s_meter.CreateHistogram<double>("ssah.serve.search.duration", "s", "Searching the codes");
    private static readonly Counter<long> s_images = s_meter.CreateCounter<long>("ssah.serve.images", "{image}", "Images added and removed");
    private static readonly Counter<long> s_labels = s_meter.CreateCounter<long>("ssah.serve.labels", "{change}", "Changes of an image's labels");
    private static readonly Counter<long> s_refusals = s_meter.CreateCounter<long>("ssah.serve.refused", "{request}", "Refused requests, by HTTP status");

    /// <summary>Times the decoding and encoding of an image (activity <c>ssah.encode</c>).</summary>
    public static Timing Encoding() => new(s_source.StartActivity("ssah.encode"), s_encoding);

    /// <summary>Times a search (activity <c>ssah.search</c>).</summary>
    public static Timing Search() => new(s_source.StartActivity("ssah.search"), s_search);

    public static void CountImage(string change) => s_images.Add(1, new KeyValuePair<string, object?>("change", change));

    public static void CountLabels() => s_labels.Add(1);

    public static void CountRefusal(int status) => s_refusals.Add(1, new KeyValuePair<string, object?>("status", status));

    /// <summary>Runs until it is disposed.</summary>
    internal readonly struct Timing(Activity? activity, Histogram<double> histogram) : IDisposable
    {
        private readonly long _start = Stopwatch.GetTimestamp();

        public void Dispose()
        {
            histogram.Record(Stopwatch.GetElapsedTime(_start).TotalSeconds);
            activity?.Dispose();
        }
    }
}
