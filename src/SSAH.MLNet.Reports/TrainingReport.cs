using SSAH.MLNet.Evaluation;
using SSAH.MLNet.Reports.Page;

namespace SSAH.MLNet.Reports;

/// <summary>
/// A page about a training: what it brought over no training, hard samples at several stages beside their images, how the losses went, and what seems wrong.
/// It is one HTML file that needs nothing beside it: no script, no font, no request. Immutable.
/// </summary>
/// <example>
/// <code>
/// var stages = new List&lt;HardSampleStage&gt;();
/// HashEncoder encoder = mlContext.Transforms.SsahHash(new SsahTrainer.Options { HardSampleCallback = stages.Add }).Fit(train);
/// new TrainingReport { Title = "Holiday photos", Training = encoder.TrainingSummary, Stages = stages }.Write("training.html");
/// </code>
/// </example>
public sealed record TrainingReport
{
    /// <summary>Heading of the page.</summary>
    public required string Title { get; init; }

    /// <summary>The result in a sentence or two. Default: the verdict of <see cref="Comparison"/>, else how long the training took.</summary>
    public string? Summary { get; init; }

    /// <summary>How the training came about, such as data, seed and machine; shown in this order below the heading.</summary>
    public IReadOnlyList<(string Name, string Value)> Facts { get; init; } = [];

    /// <summary>
    /// What the encoder says of its training (<see cref="HashEncoder.TrainingSummary"/>): counts, time, warnings and the course of the losses.
    /// </summary>
    public HashTrainingSummary? Training { get; init; }

    /// <summary>Rankings of the same queries beside each other (<c>HashRetrieval.Compare</c>); null where nothing was measured.</summary>
    public RetrievalComparison? Comparison { get; init; }

    /// <summary>Queries of <see cref="Comparison"/> that have a copy among what was learned from; null where nobody looked.</summary>
    public LeakReport? Leaks { get; init; }

    /// <summary>Hard samples as the training's <c>HardSampleCallback</c> gave them, all of the same images.</summary>
    public IReadOnlyList<HardSampleStage> Stages { get; init; } = [];

    /// <summary>Sentences at the end of the page.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Writes the page to a file.</summary>
    /// <param name="path">The file; its folder is created, and an existing file is replaced. It appears whole or not at all.</param>
    /// <exception cref="ArgumentException">A number is NaN or infinite, the bytes of an image do not fit its size, or stages are of other images than the
    /// first.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Write(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        PageFile.Write(path, ToHtml());
    }

    /// <summary>The page as text.</summary>
    /// <exception cref="ArgumentException">A number is NaN or infinite, the bytes of an image do not fit its size, or stages are of other images than the
    /// first.</exception>
    public string ToHtml() => TrainingPageWriter.ToHtml(this);
}
