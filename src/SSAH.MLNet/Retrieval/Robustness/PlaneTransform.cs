namespace SSAH.MLNet.Robustness;

/// <summary>Changes an image that lies in planes [C,H,W] of values 0 to 255. Immutable, and the same on every thread.</summary>
internal abstract class PlaneTransform
{
    /// <summary>Writes the changed image.</summary>
    /// <param name="source">The image.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="target">Takes as many values; not the same memory.</param>
    public abstract void Apply(ReadOnlySpan<float> source, PixelShape shape, Span<float> target);
}

/// <summary>One transform after another.</summary>
internal sealed class TransformChain(PlaneTransform first, PlaneTransform second) : PlaneTransform
{
    public override void Apply(ReadOnlySpan<float> source, PixelShape shape, Span<float> target)
    {
        var between = new float[shape.Size];
        first.Apply(source, shape, between);
        second.Apply(between, shape, target);
    }
}
