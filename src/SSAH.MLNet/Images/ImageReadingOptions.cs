using System.Drawing;

namespace SSAH.MLNet;

/// <summary>How an encoded image is turned into pixels, and how much of it is accepted.</summary>
public record ImageReadingOptions
{
    /// <summary>
    /// Largest image that is decoded, in pixels (width times height), 100 million by default; decoding takes up to 4 bytes for each. The size is read
    /// from the image's header: a file of 100 bytes can claim to be 18 GB. A JPEG that is decoded at a half or less of its sides, as photos of cameras
    /// are, may have four times as many, since that takes no more memory; a progressive one may not.
    /// </summary>
    public long MaxPixels
    {
        get;
        init => field = value > 0 ? value : throw new ArgumentOutOfRangeException(nameof(MaxPixels), value, "The limit is 1 pixel or more.");
    } = 100_000_000;

    /// <summary>Largest encoded image that is read, in bytes, 1 to 1 GiB; 256 MiB by default.</summary>
    public int MaxBytes
    {
        get;
        init => field = value is >= 1 and <= 1 << 30
            ? value
            : throw new ArgumentOutOfRangeException(nameof(MaxBytes), value, "The limit is 1 byte to 1 GiB (1073741824).");
    } = 256 << 20;

    /// <summary>What shows through transparent pixels: white by default. Its own transparency is ignored.</summary>
    public Color Background { get; init; } = Color.White;
}
