namespace SSAH.MLNet.Training.Data;

/// <summary>The ordinary augmentation of every training image: a shift, a mirror image, a change of brightness and contrast.</summary>
/// <param name="Shift">Largest shift as a share of the size.</param>
/// <param name="Flip">Whether half of the images are mirrored.</param>
/// <param name="Jitter">Largest change of contrast (relative, about the mean of the data) and of brightness (in standard deviations).</param>
/// <param name="Cast">Largest relative change of one color's contrast against the others'.</param>
internal sealed record ImageAugmentation(double Shift, bool Flip, double Jitter, double Cast = 0)
{
    /// <summary>A view that is changed twice as much, in color too: the student must recognize in it what the teacher saw in this one.</summary>
    public ImageAugmentation Strong() => this with { Shift = Math.Min(0.5, 2 * Shift), Jitter = Math.Min(0.9, 2 * Jitter), Cast = Jitter };

    /// <summary>Writes a randomly changed, normalized copy; what is shifted in from outside repeats the mirrored border.</summary>
    public void Draw(ReadOnlySpan<byte> image, PixelShape shape, ImageNormalization normalization, Random random, Span<float> destination)
    {
        int dx = Offset(shape.Width, random);
        int dy = Offset(shape.Height, random);
        bool mirrored = Flip && random.Next(2) == 0;
        float contrast = 1 + (float)(Jitter * (2 * random.NextDouble() - 1));
        float brightness = (float)(Jitter * (2 * random.NextDouble() - 1));
        Span<int> columns = stackalloc int[shape.Width];
        for (int x = 0; x < shape.Width; x++)
            columns[x] = Reflect((mirrored ? shape.Width - 1 - x : x) + dx, shape.Width);
        for (int c = 0; c < shape.Channels; c++)
        {
            float cast = Cast > 0 ? 1 + (float)(Cast * (2 * random.NextDouble() - 1)) : 1;
            float scale = contrast * cast / normalization.Deviation[c];
            float offset = brightness - normalization.Mean[c] * scale;
            for (int y = 0; y < shape.Height; y++)
            {
                var source = image.Slice((c * shape.Height + Reflect(y + dy, shape.Height)) * shape.Width, shape.Width);
                var target = destination.Slice((c * shape.Height + y) * shape.Width, shape.Width);
                for (int x = 0; x < target.Length; x++)
                    target[x] = source[columns[x]] * scale + offset;
            }
        }
    }

    private int Offset(int size, Random random)
    {
        int limit = (int)(Shift * size);
        return random.Next(-limit, limit + 1);
    }

    private static int Reflect(int index, int size) => index < 0 ? -index : index >= size ? 2 * size - 2 - index : index;
}
