namespace SSAH.MLNet;

/// <summary>
/// Kinds of perceptual hash: codes that nothing has to be learned for, and that stay nearly the same when an image is scaled, recompressed or
/// brightened.
/// </summary>
public enum PerceptualHashKind
{
    /// <summary>
    /// Signs of the lowest frequencies of the gray image, by the discrete cosine transform: the default. The codes of an image that is turned or
    /// mirrored follow from its own.
    /// </summary>
    Dct,

    /// <summary>Whether the gray image gets brighter from each cell of a coarse grid to the next on its right ("dHash").</summary>
    Difference,
}
