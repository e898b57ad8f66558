namespace SSAH.MLNet.Duplicates;

/// <summary>What the second of two images is to the first, and how surely.</summary>
/// <param name="Kind">What it is: the same image, a part or the whole of it, or one with a caption.</param>
/// <param name="Pose">What must be done to the second to look like the first.</param>
/// <param name="Similarity">How alike the pixels are then, 0 to 1.</param>
/// <param name="Distance">Bits in which the hashes of the views differ.</param>
internal readonly record struct ImageMatch(DuplicateKind Kind, ImagePose Pose, double Similarity, int Distance);

/// <summary>Compares the pixels of two images that their hashes brought together. A pure function of the two; with buffers, so for one thread.</summary>
/// <param name="options">Which changes are looked through.</param>
internal sealed class SecondLook(DuplicateOptions options)
{
    private const int Side = ImageSignature.Side, Plane = ImageSignature.Plane, Size = 3 * Plane;
    private const int FreeRows = (int)(ImageViews.FreeShare * Side);

    // Two images that are alike but for their brightness are a little less alike than two that are alike in that too: sets of icons have lighter twins.
    private const double ToneCost = 0.005;

    // Where even the unaligned part is so unlike, aligning does not help.
    private const double LeastUnaligned = 0.4;

    private readonly ImagePose[] _poses = ImageViews.PosesOf(options.Changes);
    private readonly float[] _first = new float[Size], _second = new float[Size], _shown = new float[Size];
    private readonly float[] _blurredFirst = new float[Size], _blurredSecond = new float[Size], _gray = new float[Plane], _otherGray = new float[Plane];

    /// <summary>The best account of how the second image comes from the first, or null where the hashes of no views are near.</summary>
    /// <param name="first">The one image.</param>
    /// <param name="second">The other.</param>
    /// <param name="radius">Largest distance of two views.</param>
    public ImageMatch? Compare(ImageSignature first, ImageSignature second, int radius)
    {
        ImageMatch? best = null;
        void Keep(ImageMatch match)
        {
            if (best is not { } known || match.Similarity > known.Similarity)
                best = match;
        }
        foreach (ImagePose pose in _poses)
            if (ImageSignature.Distance(first.Codes[0], second.Codes[(int)pose]) is var distance && distance <= radius)
                Keep(new(DuplicateKind.SameImage, pose, Whole(first, second, pose), distance));
        // A copy of the whole image is never told as a part of it, which it nearly is too.
        if (best?.Similarity >= options.MinSimilarity)
            return best;
        if (options.Changes.HasFlag(DuplicateChanges.Captioned))
            foreach (int view in (int[])[ImageViews.Upper, ImageViews.Lower])
                if (ImageSignature.Distance(first.Codes[view], second.Codes[view]) is var distance && distance <= radius)
                    Keep(new(DuplicateKind.Captioned, ImagePose.Upright, Free(first, second, view), distance));
        if (options.Changes.HasFlag(DuplicateChanges.Cropped))
        {
            if (NearestPart(first, second) is var (part, distance) && distance <= radius)
                Keep(new(DuplicateKind.Part, ImagePose.Upright, Part(first, second, part), distance));
            if (NearestPart(second, first) is var (other, reverse) && reverse <= radius)
                Keep(new(DuplicateKind.Whole, ImagePose.Upright, Part(second, first, other), reverse));
        }
        return best;
    }

    private static (ImagePart Part, int Distance) NearestPart(ImageSignature whole, ImageSignature part)
    {
        (int nearest, int least) = (ImageViews.FirstPart, int.MaxValue);
        for (int view = ImageViews.FirstPart; view < ImageViews.FirstPart + ImageViews.PartCount; view++)
            if (ImageSignature.Distance(whole.Codes[view], part.Codes[0]) is var distance && distance < least)
                (nearest, least) = (view, distance);
        return (ImageViews.PartOf(nearest), least);
    }

    private double Whole(ImageSignature first, ImageSignature second, ImagePose pose)
    {
        Load(first, ImagePose.Upright, second, pose);
        return Similarity(_first, _second, 0, Side);
    }

    private double Free(ImageSignature first, ImageSignature second, int view)
    {
        Load(first, ImagePose.Upright, second, ImagePose.Upright);
        return Similarity(_first, _second, view == ImageViews.Upper ? 0 : Side - FreeRows, FreeRows);
    }

    private double Part(ImageSignature whole, ImageSignature part, ImagePart guess)
    {
        Fill(whole, ImagePose.Upright, _first);
        Fill(part, ImagePose.Upright, _second);
        Show(guess);
        if (Math.Max(ToneCurve.Correlation(_shown, _second), ToneCurve.Correlation(_second, _shown)) < LeastUnaligned)
            return 0;
        ToGray(_first, _gray);
        ToGray(_second, _otherGray);
        Show(CropAlignment.Find(_gray, _otherGray, guess));
        return Similarity(_shown, _second, 0, Side);

        void Show(ImagePart shown)
        {
            for (int channel = 0; channel < 3; channel++)
                CropAlignment.Sample(_first.AsSpan(channel * Plane, Plane), shown, _shown.AsSpan(channel * Plane, Plane));
        }
    }

    // As they are, and blurred: noise of compression and other filters cancels out in the mean, clipped brightness does not.
    private double Similarity(ReadOnlySpan<float> first, ReadOnlySpan<float> second, int top, int rows) =>
        Math.Max(0, ToneFree(first, second, top, rows) - ToneCost * Change(first, second, top, rows));

    private static double Change(ReadOnlySpan<float> first, ReadOnlySpan<float> second, int top, int rows)
    {
        double change = 0;
        for (int channel = 0; channel < 3; channel++)
            change += ToneCurve.Change(first.Slice(channel * Plane + top * Side, rows * Side), second.Slice(channel * Plane + top * Side, rows * Side));
        return change / 3;
    }

    private double ToneFree(ReadOnlySpan<float> first, ReadOnlySpan<float> second, int top, int rows)
    {
        for (int channel = 0; channel < 3; channel++)
        {
            Blurring.Blur(first.Slice(channel * Plane + top * Side, rows * Side), Side, _blurredFirst.AsSpan(channel * rows * Side, rows * Side));
            Blurring.Blur(second.Slice(channel * Plane + top * Side, rows * Side), Side, _blurredSecond.AsSpan(channel * rows * Side, rows * Side));
        }
        ReadOnlySpan<float> blurredFirst = _blurredFirst.AsSpan(0, 3 * rows * Side), blurredSecond = _blurredSecond.AsSpan(0, 3 * rows * Side);
        double blurred = Math.Max(ToneCurve.Correlation(blurredFirst, blurredSecond), ToneCurve.Correlation(blurredSecond, blurredFirst));
        if (rows != Side)
            return blurred;
        return Math.Max(blurred, Math.Max(ToneCurve.Correlation(first, second), ToneCurve.Correlation(second, first)));
    }

    // The coarser image's pixels are larger than the thumbnail's where it is tiny: the finer one is made as coarse.
    private void Load(ImageSignature first, ImagePose firstPose, ImageSignature second, ImagePose secondPose)
    {
        Fill(first, firstPose, _first);
        Fill(second, secondPose, _second);
        (int width, int height) = (int)secondPose % 2 == 1 ? (second.Height, second.Width) : (second.Width, second.Height);
        Blurring.Coarsen(_first, width < first.Width ? width : Side, height < first.Height ? height : Side);
        Blurring.Coarsen(_second, first.Width < width ? first.Width : Side, first.Height < height ? first.Height : Side);
    }

    private void Fill(ImageSignature image, ImagePose pose, float[] planes)
    {
        Span<byte> posed = stackalloc byte[Plane];
        for (int channel = 0; channel < 3; channel++)
        {
            pose.Apply<byte>(image.Thumbnail.AsSpan(channel * Plane, Plane), Side, posed);
            for (int i = 0; i < Plane; i++)
                planes[channel * Plane + i] = posed[i];
        }
    }

    private static void ToGray(ReadOnlySpan<float> planes, Span<float> gray)
    {
        for (int i = 0; i < Plane; i++)
            gray[i] = 0.299f * planes[i] + 0.587f * planes[Plane + i] + 0.114f * planes[2 * Plane + i];
    }
}
