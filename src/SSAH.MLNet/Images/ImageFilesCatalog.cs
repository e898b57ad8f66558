using SSAH.MLNet;

namespace Microsoft.ML;

/// <summary>Reading images from folders, lists, tables and archives.</summary>
/// <remarks>
/// Each gives rows <c>ImagePath</c>, <c>Label</c> and <c>Pixels</c>; the images are turned upright, scaled so that they cover one size, and cropped
/// to it. Unlike the stock steps they name the row and the file when an image is damaged, can skip it, and do not decode what is too large.
/// </remarks>
public static partial class ImageFilesCatalog
{
    /// <summary>
    /// Reads the images below a folder, in the order of their paths; the label is the name of a folder on the way to the file
    /// (<see cref="ImageFilesOptions.ClassLevel"/>). Hidden files and folders and those that tools leave behind are passed over.
    /// </summary>
    /// <param name="catalog">The data operations of the context.</param>
    /// <param name="path">The folder, read with all folders in it.</param>
    /// <param name="imageWidth">Width of the pixels in a row, 1 to 16384.</param>
    /// <param name="imageHeight">Height of the pixels in a row, 1 to 16384.</param>
    /// <param name="options">Bad files, limits and layout; null takes the defaults.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder, or without <see cref="BadImagePolicy.Skip"/> one in it, may not be opened.</exception>
    /// <exception cref="InvalidDataException">There is no image in it.</exception>
    public static ImageFiles LoadImageFolder(this DataOperationsCatalog catalog, string path, int imageWidth, int imageHeight,
        ImageFilesOptions? options = null) =>
        Load(catalog, path, imageWidth, imageHeight, options ?? new ImageFilesOptions(), FolderWalk.List);

    /// <summary>Reads image files in the order given; they have no label.</summary>
    /// <param name="catalog">The data operations of the context.</param>
    /// <param name="paths">The files; relative paths are taken from the current folder of this moment.</param>
    /// <param name="imageWidth">Width of the pixels in a row, 1 to 16384.</param>
    /// <param name="imageHeight">Height of the pixels in a row, 1 to 16384.</param>
    /// <param name="options">Bad files, limits and layout; null takes the defaults. Endings do not matter here.</param>
    /// <exception cref="ArgumentException">There is no path, or an empty one.</exception>
    public static ImageFiles LoadImageFiles(this DataOperationsCatalog catalog, IEnumerable<string> paths, int imageWidth, int imageHeight,
        ImageFilesOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ImageEntry[] entries = [.. paths.Select(path => new ImageEntry(Path.GetFullPath(path), []))];
        if (entries.Length == 0)
            throw new ArgumentException("There is no path in the list.", nameof(paths));
        return Load(catalog, "list", imageWidth, imageHeight, options ?? new ImageFilesOptions(), (source, _) => ImageListing.OfFiles(source, entries));
    }

    /// <summary>
    /// Reads the images that a table names, in its order. Its first line names the columns; one holds the paths, the others labels: one, or several,
    /// then <c>Label</c> is a vector.
    /// </summary>
    /// <param name="catalog">The data operations of the context.</param>
    /// <param name="path">The table: .csv, .tsv or any text with cells between tabs, commas, semicolons or bars, in UTF-8.</param>
    /// <param name="imageWidth">Width of the pixels in a row, 1 to 16384.</param>
    /// <param name="imageHeight">Height of the pixels in a row, 1 to 16384.</param>
    /// <param name="options">Columns, bad files, limits and layout; null takes the defaults.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="SSAH.MLNet.Hashing.DamagedFileException">The table has no rows, lacks a named column, or a row has another number of cells.</exception>
    public static ImageFiles LoadImageTable(this DataOperationsCatalog catalog, string path, int imageWidth, int imageHeight,
        ImageTableOptions? options = null) =>
        Load(catalog, path, imageWidth, imageHeight, options ?? new ImageTableOptions(), LabelTable.List);

    /// <summary>
    /// Reads the images in an archive, labeled as those of a folder. A .zip is read in the order of the paths; a .tar, .tar.gz or .tgz in the order
    /// in which the files lie there, from the start for each pass, and not shuffled.
    /// </summary>
    /// <param name="catalog">The data operations of the context.</param>
    /// <param name="path">The archive.</param>
    /// <param name="imageWidth">Width of the pixels in a row, 1 to 16384.</param>
    /// <param name="imageHeight">Height of the pixels in a row, 1 to 16384.</param>
    /// <param name="options">Bad files, limits and layout; null takes the defaults.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="SSAH.MLNet.Hashing.DamagedFileException">It is no archive, is damaged, or holds no image.</exception>
    public static ImageFiles LoadImageArchive(this DataOperationsCatalog catalog, string path, int imageWidth, int imageHeight,
        ImageFilesOptions? options = null) =>
        Load(catalog, path, imageWidth, imageHeight, options ?? new ImageFilesOptions(), ArchiveListing.List);

    private static ImageFiles Load<TOptions>(
        DataOperationsCatalog catalog, string path, int imageWidth, int imageHeight, TOptions options, Func<string, TOptions, ImageListing> list)
        where TOptions : ImageFilesOptions
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentOutOfRangeException.ThrowIfLessThan(imageWidth, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(imageHeight, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(imageWidth, 1 << 14);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(imageHeight, 1 << 14);
        return new ImageFiles(MLNetInternals.GetEnvironment(catalog), list(path, options), imageWidth, imageHeight, options);
    }
}
