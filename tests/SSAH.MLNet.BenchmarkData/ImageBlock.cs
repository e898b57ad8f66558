namespace SSAH.MLNet.BenchmarkData;

/// <summary>Puts decoded images into the one block of memory that <see cref="ImageSet"/> keeps.</summary>
internal static class ImageBlock
{
    public static byte[] Of(IReadOnlyList<DecodedImage> images, int width, int height, string path)
    {
        var block = Allocate(images.Count, width, height, path);
        for (var i = 0; i < images.Count; i++)
            images[i].Rgb.CopyTo(block, (long)i * width * height * 3);
        return block;
    }

    public static byte[] Allocate(long count, int width, int height, string path)
    {
        var bytes = count * width * height * 3;
        return bytes <= Array.MaxLength
            ? new byte[bytes]
            : throw new InvalidDataException($"{path}: {count:N0} images of {width} x {height} pixels do not fit into one block of 2 GB. Ask for " +
                $"smaller images.");
    }
}
