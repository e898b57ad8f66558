using SSAH.MLNet.Hashing;

namespace SSAH.MLNet;

public sealed partial class HashEncoder
{
    /// <summary>Encodes an image file in its eight poses: a search with each of them finds an image that was turned or mirrored.</summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="options">Limits and background; null takes the defaults.</param>
    /// <returns>Eight codes, in the order of <see cref="ImagePose"/>. A posed image is the whole, scaled image, turned: what
    /// <see cref="EncodeImage(string, ImageReadingOptions?)"/> gives of a file that holds the turned image differs in bits that are next to their
    /// threshold, and where <see cref="ImageResizing.Cover"/> cuts off other ends.</returns>
    /// <exception cref="DamagedFileException">The file cannot be read as a whole image; the message names it and says why.</exception>
    /// <exception cref="InvalidOperationException">The encoder's images are not square.</exception>
    public BinaryCodes EncodeImagePoses(string path, ImageReadingOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return EncodePoses(PixelsOf($"'{path}'", options, (reader, pixels) => reader.Read(path, pixels)));
    }

    /// <summary>Encodes the image that a stream holds from its position to its end in its eight poses.</summary>
    /// <param name="image">The stream; it is not closed.</param>
    /// <param name="options">Limits and background; null takes the defaults.</param>
    /// <returns>Eight codes, in the order of <see cref="ImagePose"/>.</returns>
    /// <exception cref="DamagedFileException">The stream does not hold a whole image; the message says why.</exception>
    /// <exception cref="InvalidOperationException">The encoder's images are not square.</exception>
    public BinaryCodes EncodeImagePoses(Stream image, ImageReadingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(image);
        return EncodePoses(PixelsOf("The image", options, (reader, pixels) => reader.Read(image, pixels)));
    }

    /// <summary>Encodes images in their eight poses, without an <see cref="Microsoft.ML.IDataView"/>.</summary>
    /// <param name="pixels">As in <see cref="Encode"/>.</param>
    /// <returns>Eight codes for each image, in the order of <see cref="ImagePose"/>.</returns>
    /// <exception cref="ArgumentException">The length is not a whole number of images, or a value is not finite.</exception>
    /// <exception cref="InvalidOperationException">The encoder's images are not square.</exception>
    public BinaryCodes EncodePoses(ReadOnlySpan<float> pixels)
    {
        RequireImages();
        (int side, int plane) = (InputShape.Width, InputShape.Height * InputShape.Width);
        if (InputShape.Height != side)
            throw new InvalidOperationException(
                $"The encoder's images are {InputShape.Width} pixels wide and {InputShape.Height} high: only square ones can be turned.");
        int images = RowsOf(pixels);
        var posed = new float[checked(images * ImagePoses.Count * InputShape.Size)];
        for (int image = 0; image < images; image++)
            for (int pose = 0; pose < ImagePoses.Count; pose++)
                for (int channel = 0; channel < InputShape.Channels; channel++)
                    ((ImagePose)pose).Apply(pixels.Slice((image * InputShape.Channels + channel) * plane, plane), side,
                        posed.AsSpan(((image * ImagePoses.Count + pose) * InputShape.Channels + channel) * plane, plane));
        return Encode(posed);
    }
}
