using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Method;

/// <summary>Hard samples of a batch, and what was done to make them.</summary>
/// <param name="Images">[N, C, H, W]; carries the generator's gradient where the generator learns.</param>
/// <param name="Areas">[N]: occluded share of each, detached.</param>
/// <param name="Angles">[N]: absolute angle of each in degrees, detached.</param>
internal readonly record struct HardSamples(Tensor Images, Tensor Areas, Tensor Angles)
{
    /// <summary>Images as they are.</summary>
    public static HardSamples Unchanged(Tensor images)
    {
        var nothing = zeros(images.shape[0], device: images.device);
        return new(images, nothing, nothing);
    }

    /// <summary>Those of <paramref name="other"/> where <paramref name="theirs"/> is true, else these.</summary>
    /// <param name="theirs">[N].</param>
    /// <param name="other">As many hard samples of the same size.</param>
    public HardSamples Or(Tensor theirs, HardSamples other) => new(
        where(theirs.view(-1, 1, 1, 1), other.Images, Images), where(theirs, other.Areas, Areas), where(theirs, other.Angles, Angles));
}
