namespace SSAH.MLNet.Robustness;

/// <summary>Multiplies all values; what leaves 0 to 255 is cut off, as a camera does.</summary>
internal sealed class BrightnessTransform(float factor) : PlaneTransform
{
    public override void Apply(ReadOnlySpan<float> source, PixelShape shape, Span<float> target)
    {
        for (int i = 0; i < source.Length; i++)
            target[i] = Math.Clamp(source[i] * factor, 0f, 255f);
    }
}
