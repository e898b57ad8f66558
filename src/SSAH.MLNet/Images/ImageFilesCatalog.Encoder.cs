using SSAH.MLNet;

namespace Microsoft.ML;

// Reading images in the size that an encoder takes, scaled as training scaled them.
public static partial class ImageFilesCatalog
{
    /// <summary>Reads the images below a folder in the size that an encoder takes; otherwise as without one.</summary>
    /// <param name="catalog">The data operations of the context.</param>
    /// <param name="path">The folder, read with all folders in it.</param>
    /// <param name="encoder">The encoder.</param>
    /// <param name="options">Bad files, limits and layout; null takes the defaults.</param>
    /// <exception cref="ArgumentException">The encoder takes gray images.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">There is no image in it.</exception>
    public static ImageFiles LoadImageFolder(this DataOperationsCatalog catalog, string path, HashEncoder encoder, ImageFilesOptions? options = null)
    {
        PixelShape shape = ColorShapeOf(encoder);
        return catalog.LoadImageFolder(path, shape.Width, shape.Height, (options ?? new()) with { Resizing = encoder.Resizing });
    }

    /// <summary>Reads image files in the order given, in the size that an encoder takes; they have no label.</summary>
    /// <param name="catalog">The data operations of the context.</param>
    /// <param name="paths">The files.</param>
    /// <param name="encoder">The encoder.</param>
    /// <param name="options">Bad files, limits and layout; null takes the defaults.</param>
    /// <exception cref="ArgumentException">There is no path, or an empty one, or the encoder takes gray images.</exception>
    public static ImageFiles LoadImageFiles(this DataOperationsCatalog catalog, IEnumerable<string> paths, HashEncoder encoder,
        ImageFilesOptions? options = null)
    {
        PixelShape shape = ColorShapeOf(encoder);
        return catalog.LoadImageFiles(paths, shape.Width, shape.Height, (options ?? new()) with { Resizing = encoder.Resizing });
    }

    /// <summary>Reads the images that a table names, in the size that an encoder takes; otherwise as without one.</summary>
    /// <param name="catalog">The data operations of the context.</param>
    /// <param name="path">The table.</param>
    /// <param name="encoder">The encoder.</param>
    /// <param name="options">Columns, bad files, limits and layout; null takes the defaults.</param>
    /// <exception cref="ArgumentException">The encoder takes gray images.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="SSAH.MLNet.Hashing.DamagedFileException">The table has no rows, lacks a named column, or a row has another number of cells.</exception>
    public static ImageFiles LoadImageTable(this DataOperationsCatalog catalog, string path, HashEncoder encoder, ImageTableOptions? options = null)
    {
        PixelShape shape = ColorShapeOf(encoder);
        return catalog.LoadImageTable(path, shape.Width, shape.Height, (options ?? new()) with { Resizing = encoder.Resizing });
    }

    /// <summary>Reads the images in an archive in the size that an encoder takes; otherwise as without one.</summary>
    /// <param name="catalog">The data operations of the context.</param>
    /// <param name="path">The archive.</param>
    /// <param name="encoder">The encoder.</param>
    /// <param name="options">Bad files, limits and layout; null takes the defaults.</param>
    /// <exception cref="ArgumentException">The encoder takes gray images.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="SSAH.MLNet.Hashing.DamagedFileException">It is not an archive, is damaged, or holds no image.</exception>
    public static ImageFiles LoadImageArchive(this DataOperationsCatalog catalog, string path, HashEncoder encoder, ImageFilesOptions? options = null)
    {
        PixelShape shape = ColorShapeOf(encoder);
        return catalog.LoadImageArchive(path, shape.Width, shape.Height, (options ?? new()) with { Resizing = encoder.Resizing });
    }

    private static PixelShape ColorShapeOf(HashEncoder encoder)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        encoder.RequireImages();
        return encoder.InputShape.Channels == 3
            ? encoder.InputShape
            : throw new ArgumentException(
                "The encoder takes gray images, and image files are read in color: encode files with EncodeImages, which makes them gray.", nameof(encoder));
    }
}
