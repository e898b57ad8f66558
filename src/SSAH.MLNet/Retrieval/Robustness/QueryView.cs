using System.Globalization;
using SSAH.MLNet.Evaluation;
using SSAH.MLNet.Robustness;

namespace SSAH.MLNet;

/// <summary>A way to change a query image, at the size that the encoder takes. Nothing in it is drawn at random.</summary>
public sealed partial class QueryView
{
    /// <summary>Side of a default occluder, as a share of the image's shorter side: 12 of 32 pixels.</summary>
    private const double DefaultOccluder = 0.375;

    private QueryView(QueryViewFamily family, FormattableString name, PlaneTransform transform)
    {
        Family = family;
        Name = name.ToString(CultureInfo.InvariantCulture);
        Transform = transform;
    }

    /// <summary>What kind of change it is.</summary>
    public QueryViewFamily Family { get; }

    /// <summary>What is done, in words.</summary>
    public string Name { get; }

    internal PlaneTransform Transform { get; }

    /// <summary>Turned about its center, bilinear; edges are repeated.</summary>
    /// <param name="degrees">Clockwise angle in degrees, -360 to 360.</param>
    /// <exception cref="ArgumentOutOfRangeException">The angle is out of its range.</exception>
    public static QueryView Rotated(double degrees) => new(QueryViewFamily.Rotation, $"rotated by {degrees:0.##} degrees",
        new AffineTransform(Within(degrees, -360, 360, nameof(degrees)), scale: 1));

    /// <summary>Covered by a gray square (128).</summary>
    /// <param name="left">Where the square lies, from the left edge (0) to the right one (1); it is always wholly inside.</param>
    /// <param name="top">Where the square lies, from the upper edge (0) to the lower one (1).</param>
    /// <param name="side">Side of the square as a share of the image's shorter side, above 0 and up to 1; 3/8 by default.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public static QueryView Occluded(double left, double top, double side = DefaultOccluder) => new(QueryViewFamily.Occlusion,
        $"occluded at {left:0.##}, {top:0.##} by {side:0.###}", new OcclusionTransform(
            Within(left, 0, 1, nameof(left)), Within(top, 0, 1, nameof(top)), Within(side, 1e-3, 1, nameof(side))));

    /// <summary>Shrunk or enlarged about its center, bilinear; edges are repeated.</summary>
    /// <param name="factor">Above 1 enlarges; 0.1 to 10.</param>
    /// <exception cref="ArgumentOutOfRangeException">The factor is out of its range.</exception>
    public static QueryView Scaled(double factor) => new(QueryViewFamily.Scale, $"scaled by {factor:0.###}",
        new AffineTransform(degrees: 0, Within(factor, 0.1, 10, nameof(factor))));

    /// <summary>Its middle part, enlarged to the whole, bilinear.</summary>
    /// <param name="share">Share of width and height that is kept, 0.1 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The share is out of its range.</exception>
    public static QueryView Cropped(double share) => new(QueryViewFamily.Crop, $"cropped to {share:0.###}",
        new AffineTransform(degrees: 0, 1 / Within(share, 0.1, 1, nameof(share))));

    /// <summary>All values multiplied and cut off at 255.</summary>
    /// <param name="factor">Above 1 brightens; 0 to 10.</param>
    /// <exception cref="ArgumentOutOfRangeException">The factor is out of its range.</exception>
    public static QueryView Brightened(double factor) => new(QueryViewFamily.Brightness, $"brightness times {factor:0.###}",
        new BrightnessTransform((float)Within(factor, 0, 10, nameof(factor))));

    /// <summary>Gaussian blur; edges are repeated.</summary>
    /// <param name="sigma">Standard deviation in pixels of an image with a shorter side of 64; it grows with the image. 0 to 32.</param>
    /// <exception cref="ArgumentOutOfRangeException">The deviation is out of its range.</exception>
    public static QueryView Blurred(double sigma) => new(QueryViewFamily.Blur, $"blurred by {sigma:0.###} of 64 pixels",
        new BlurTransform(Within(sigma, 0, 32, nameof(sigma))));

    /// <summary>Written as a JPEG of the encoder's size and read again.</summary>
    /// <param name="quality">Quality, 1 to 100.</param>
    /// <exception cref="ArgumentOutOfRangeException">The quality is out of its range.</exception>
    public static QueryView Recompressed(int quality) => new(QueryViewFamily.Jpeg, $"JPEG of quality {quality}",
        new JpegTransform((int)Within(quality, 1, 100, nameof(quality))));

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static double Within(double value, double low, double high, string parameter) => value >= low && value <= high
        ? value
        : throw new ArgumentOutOfRangeException(parameter, value, string.Create(CultureInfo.InvariantCulture, $"It is {low} to {high}."));
}
