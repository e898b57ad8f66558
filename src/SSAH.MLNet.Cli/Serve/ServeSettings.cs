using System.Net;

namespace SSAH.MLNet.Cli.Serve;

/// <summary>What a service serves, to whom, and how much it takes.</summary>
/// <param name="Collection">The collection's file.</param>
/// <param name="Address">Where it listens.</param>
/// <param name="Port">The port; 0 takes one that is free.</param>
/// <param name="Token">What every request must bring; null only where it listens on loopback.</param>
/// <param name="Uploads">The folder of images that are uploaded; null is <c>uploads</c> in the first synced folder, or beside the collection.</param>
/// <param name="MaxBytes">Largest image in bytes.</param>
/// <param name="MaxPixels">Largest image in pixels.</param>
internal sealed record ServeSettings(
    string Collection, IPAddress Address, int Port, string? Token = null, string? Uploads = null, int MaxBytes = ServeSettings.DefaultMaxBytes,
    long MaxPixels = ServeSettings.DefaultMaxPixels)
{
    public const int DefaultPort = 5017, DefaultMaxBytes = 32 << 20, LargestMaxBytes = 1 << 30, LeastTokenLength = 16;

    /// <summary>As collections have it: what <c>ssah index</c> takes, the service takes.</summary>
    public const long DefaultMaxPixels = 100_000_000;

    /// <summary>
    /// How many images may wait until they are encoded, however long that takes: clients that send one at a time, and are no more than that, are never
    /// refused, on a slow machine neither.
    /// </summary>
    public int AlwaysTaken { get; init; } = 64;

    /// <summary>How long an image beyond these may have to wait; what would wait longer is refused at once, and told when to come again.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Limits for the decoder.</summary>
    public ImageReadingOptions Reading => new() { MaxBytes = MaxBytes, MaxPixels = MaxPixels };
}
