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

    /// <summary>Draws what is changed in one view of an image.</summary>
    /// <param name="shape">Size of the image.</param>
    /// <param name="normalization">Mean and deviation of the data.</param>
    /// <param name="random">The image's own generator.</param>
    /// <param name="factors">[C]: what each channel's pixels are multiplied by.</param>
    /// <param name="offsets">[C]: what is added to them then.</param>
    public ViewPlace Choose(PixelShape shape, ImageNormalization normalization, Random random, Span<float> factors, Span<float> offsets)
    {
        int dx = Offset(shape.Width, random);
        int dy = Offset(shape.Height, random);
        bool mirrored = Flip && random.Next(2) == 0;
        float contrast = 1 + (float)(Jitter * (2 * random.NextDouble() - 1));
        float brightness = (float)(Jitter * (2 * random.NextDouble() - 1));
        for (int c = 0; c < shape.Channels; c++)
        {
            float cast = Cast > 0 ? 1 + (float)(Cast * (2 * random.NextDouble() - 1)) : 1;
            factors[c] = contrast * cast / normalization.Deviation[c];
            offsets[c] = brightness - normalization.Mean[c] * factors[c];
        }
        return new ViewPlace(dx, dy, mirrored);
    }

    /// <summary>Writes a randomly changed, normalized copy; what is shifted in from outside repeats the mirrored border.</summary>
    public void Draw(ReadOnlySpan<byte> image, PixelShape shape, ImageNormalization normalization, Random random, Span<float> destination)
    {
        Span<float> factors = stackalloc float[shape.Channels], offsets = stackalloc float[shape.Channels];
        var place = Choose(shape, normalization, random, factors, offsets);
        Span<int> columns = stackalloc int[shape.Width], rows = stackalloc int[shape.Height];
        place.Write(rows, columns);
        for (int c = 0; c < shape.Channels; c++)
        {
            float scale = factors[c], offset = offsets[c];
            for (int y = 0; y < shape.Height; y++)
            {
                var source = image.Slice((c * shape.Height + rows[y]) * shape.Width, shape.Width);
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
}

/// <summary>Where the pixels of a view come from.</summary>
/// <param name="ShiftX">Columns that the image is shifted by.</param>
/// <param name="ShiftY">Rows that it is shifted by.</param>
/// <param name="Mirrored">Whether left and right are exchanged.</param>
internal readonly record struct ViewPlace(int ShiftX, int ShiftY, bool Mirrored)
{
    /// <summary>Writes, for each row and column of the view, that of the image; beyond the border they run back.</summary>
    public void Write(Span<int> rows, Span<int> columns)
    {
        for (int y = 0; y < rows.Length; y++)
            rows[y] = Reflect(y + ShiftY, rows.Length);
        for (int x = 0; x < columns.Length; x++)
            columns[x] = Reflect((Mirrored ? columns.Length - 1 - x : x) + ShiftX, columns.Length);
    }

    private static int Reflect(int index, int size) => index < 0 ? -index : index >= size ? 2 * size - 2 - index : index;
}
