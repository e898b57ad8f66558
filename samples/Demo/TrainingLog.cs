using System.Globalization;
using System.Text.Json;

namespace SSAH.MLNet.Samples.Demo;

/// <summary>Follows a training: a line on the console for people, a line of JSON in a file for the report.</summary>
internal sealed class TrainingLog(string path) : IDisposable
{
    private readonly StreamWriter _file = new(path);
    private int _lines;

    public void Write(SsahTrainingMetrics metrics)
    {
        _file.WriteLine(JsonSerializer.Serialize(metrics));
        _file.Flush();
        if (_lines++ % 20 == 0)
            Console.WriteLine("   step  epoch   loss    sim  class  quant    adv  cons      d    d0    mu   area  angle   img/s   left");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{metrics.Step,7} {metrics.Epoch,6:F2} {metrics.TotalLoss,6:F3} {metrics.SimilarityLoss,6:F3} {metrics.ClassificationLoss,6:F3} " +
            $"{metrics.QuantizationLoss,6:F3} {metrics.AdversarialLoss,6:F3} {metrics.ConsistentLoss,5:F3} {metrics.HardDifficulty,6:F3} " +
            $"{metrics.EasyDifficulty,5:F3} {metrics.Margin,5:F3} {metrics.OccludedArea,6:P0} {metrics.MeanAngleDegrees,5:F1}\u00B0 " +
            $"{metrics.ImagesPerSecond,7:F0} {Left(metrics),6}"));
    }

    public void Dispose() => _file.Dispose();

    private static string Left(SsahTrainingMetrics metrics)
    {
        if (metrics.Progress <= 0)
            return "?";
        var left = metrics.Elapsed * Math.Max(0, (1 / metrics.Progress) - 1);
        return string.Create(CultureInfo.InvariantCulture, $"{(int)left.TotalMinutes}:{left.Seconds:00}");
    }
}
