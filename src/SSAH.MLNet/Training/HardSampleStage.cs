namespace SSAH.MLNet;

/// <summary>Hard samples of a few images as a training made them at one time, to look at.</summary>
public sealed record HardSampleStage
{
    /// <summary>The time, such as <c>step 150</c>; with a frozen network, which view of the image: <c>mirror image</c>, <c>hard sample 1</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Whether it is a view that is stored for a frozen network, not a time. False by default.</summary>
    public bool IsStoredView { get; init; }

    /// <summary>H-steps so far; 0 with a frozen network, whose views are the same from the first step to the last.</summary>
    public required int Step { get; init; }

    /// <summary>Share of the training that was done, 0 to 1; 0 with a frozen network.</summary>
    public required double Progress { get; init; }

    /// <summary>Difficulty, 0 to 1: of the self-paced policy, or of the stored view.</summary>
    public required double Level { get; init; }

    /// <summary>Width of all images in pixels.</summary>
    public required int Width { get; init; }

    /// <summary>Height of all images in pixels.</summary>
    public required int Height { get; init; }

    /// <summary>One of each image; all stages of a training have the same images in the same order.</summary>
    public required IReadOnlyList<HardSample> Samples { get; init; }
}

/// <summary>An image and its hard sample.</summary>
/// <param name="Image">Red, green and blue of each pixel, <c>Height x Width x 3</c> bytes.</param>
/// <param name="Changed">The same of the hard sample.</param>
/// <param name="Label">The labels of the image as text; empty if they have no names.</param>
/// <param name="OccludedArea">Share of it that is covered, 0 to 1.</param>
/// <param name="AngleDegrees">Angle by which it is turned either way, 0 to 180 degrees.</param>
public sealed record HardSample(ReadOnlyMemory<byte> Image, ReadOnlyMemory<byte> Changed, string Label, double OccludedArea, double AngleDegrees);
