using SSAH.MLNet.Training.Workarounds;
using TorchSharp;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Method;

/// <summary>
/// Turns an image into its hard sample: x~ = m * rotate(x) + (1 - m) * mean, differentiable in the mask and in the angle.
/// </summary>
/// <remarks>
/// From the paper: occlusion and rotation. Reconstructed: the formula. The images are normalized, so the mean that fills occluders and corners is 0.
/// </remarks>
internal static class HardSampleWarp
{
    /// <summary>Rotates, then occludes.</summary>
    /// <param name="images">[N, C, H, W], normalized.</param>
    /// <param name="angles">[N], radians, counter-clockwise; null leaves the images unrotated.</param>
    /// <param name="occlusion">[N, 1, H, W], 1 where occluded; null occludes nothing.</param>
    public static Tensor Apply(Tensor images, Tensor? angles, Tensor? occlusion)
    {
        var result = angles is null ? images : Rotate(images, angles);
        return occlusion is null ? result : result * occlusion.SubtractedFrom(1);
    }

    /// <summary>Rotates about the center with bilinear sampling; what comes from outside the image is 0.</summary>
    public static Tensor Rotate(Tensor images, Tensor angles)
    {
        double aspect = images.shape[2] / (double)images.shape[3];
        var (cos, sin, zero) = (angles.cos(), angles.sin(), zeros_like(angles));
        // affine_grid works in coordinates scaled to [-1, 1]: the off-diagonal terms carry the aspect ratio.
        var rows = stack([cos, sin.Times(-aspect), zero, sin.Over(aspect), cos, zero], 1).view(-1, 2, 3);
        var grid = nn.functional.affine_grid(rows, images.shape, align_corners: false);
        return nn.functional.grid_sample(images, grid, GridSampleMode.Bilinear, GridSamplePaddingMode.Zeros, align_corners: false);
    }
}
