using SSAH.MLNet;

namespace Microsoft.ML;

/// <summary>Reading images from folders.</summary>
public static class ImageFolderCatalog
{
    /// <summary>
    /// Reads the images below a folder as rows <c>ImagePath</c>, <c>Label</c> (the name of the file's folder) and <c>Pixels</c>, turned
    /// upright, scaled so that they cover one size, and cropped to it. Unlike the stock steps it names the row and the file when an image is damaged,
    /// can skip it, and does not decode what is too large.
    /// </summary>
    /// <param name="catalog">The data operations of the context.</param>
    /// <param name="path">The folder, read with all folders in it.</param>
    /// <param name="imageWidth">Width of the pixels in a row, 1 to 16384.</param>
    /// <param name="imageHeight">Height of the pixels in a row, 1 to 16384.</param>
    /// <param name="options">Bad files, limits and layout; null takes the defaults.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">There is no image in it.</exception>
    public static ImageFolder LoadImageFolder(
        this DataOperationsCatalog catalog, string path, int imageWidth, int imageHeight, ImageFolderOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentOutOfRangeException.ThrowIfLessThan(imageWidth, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(imageHeight, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(imageWidth, 1 << 14);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(imageHeight, 1 << 14);
        return new ImageFolder(MLNetInternals.GetEnvironment(catalog), path, imageWidth, imageHeight, options ?? new ImageFolderOptions());
    }
}
