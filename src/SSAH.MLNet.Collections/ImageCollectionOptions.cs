using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Collections;

/// <summary>How a collection is made and used.</summary>
public sealed record ImageCollectionOptions
{
    /// <summary>
    /// Whether the encoder's model is kept in the file, so that <see cref="ImageCollection.Open"/> can search by image and sync with nothing else at
    /// hand. True by default; a pretrained ResNet-18 takes 45 MB. Used by <see cref="ImageCollection.Create"/>; the file remembers it.
    /// </summary>
    public bool KeepModel { get; init; } = true;

    /// <summary>
    /// Whether the activations behind each code are kept too (four bytes per bit), to rank again by them. False by default. Used by
    /// <see cref="ImageCollection.Create"/>; the file remembers it.
    /// </summary>
    public bool KeepActivations { get; init; }

    /// <summary>How long to wait while another program writes, 0 to 24 days; 30 seconds by default. Writers hold the file for moments only.</summary>
    public TimeSpan WaitForWriter
    {
        get;
        init => field = value >= TimeSpan.Zero && value.TotalMilliseconds <= int.MaxValue
            ? value : throw new ArgumentOutOfRangeException(nameof(WaitForWriter), value, "The time is 0 to 24 days.");
    } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Whether the file is only looked at. It is copied, as it is at that moment, into the folder for temporary files, and neither it nor its folder is
    /// written to: for files on a disk that cannot be written to, and to see a file of an old version without bringing it to the present one. (Where a
    /// program has it open, or was killed and left SQLite's log, SQLite reads that log and may leave its own <c>-shm</c> file beside it.) What others
    /// commit later is not seen; whatever would change the collection throws <see cref="UnauthorizedAccessException"/>. False by default. Used by
    /// <see cref="ImageCollection.Open"/>.
    /// </summary>
    public bool ReadOnly { get; init; }

    /// <summary>
    /// What a file may be for it to be opened: its bytes, its images (rows), their bits, and nodes, tensors and pixels of the model that it keeps. By default
    /// any size; <see cref="ReadingLimits.Untrusted"/> is for collections from others.
    /// </summary>
    public ReadingLimits Limits { get; init; } = ReadingLimits.Trusted;

    /// <summary>
    /// Limits on images and what shows through transparent ones. Codes of one collection can be compared only where the background is the same: leave
    /// it white, or set it each time.
    /// </summary>
    public ImageReadingOptions Reading { get; init; } = new();
}
