using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.ML;
using Microsoft.ML.Data;
using SkiaSharp;

namespace SSAH.MLNet;

/// <summary>
/// Tells the pixels of an image file without reading it: its path, length and time of change, and how it would be read. Two columns of
/// <see cref="ImageFiles"/> carry the latter, so that whoever has both knows which file a row's pixels come from.
/// </summary>
internal static class ImageStamp
{
    internal const string Annotation = "ImageFileReading";

    // To be raised when the same file gives other pixels than before.
    private const int ReaderVersion = 1;
    private const int HashBytes = 32;

    /// <summary>How files are read, as text: whatever the pixels depend on beside the file.</summary>
    public static string Reading(int width, int height, ImageFilesOptions options) => string.Create(CultureInfo.InvariantCulture,
        $"{ReaderVersion} {typeof(SKImage).Assembly.GetName().Version} {width}x{height} {options.Resizing} {(options.Interleaved ? "HWC" : "CHW")} ")
        + string.Create(CultureInfo.InvariantCulture, $"{options.Background.ToArgb():x8} {options.MaxPixels} {options.MaxBytes}");

    /// <summary>The stamp of a file; null where there is no file, or it has changed since.</summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="reading">What <see cref="Reading"/> gave.</param>
    /// <param name="unchangedSince">Since when, in UTC, the file must not have changed: else it may be another one than was read.</param>
    public static UInt128? Of(string path, string reading, DateTime? unchangedSince = null)
    {
        FileInfo file;
        long length;
        try
        {
            file = new FileInfo(path);
            length = file.Exists ? file.Length : -1;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return null;
        }
        if (length < 0 || file.LastWriteTimeUtc >= unchangedSince)
            return null;
        string text = string.Create(CultureInfo.InvariantCulture, $"{file.FullName}\n{length} {file.LastWriteTimeUtc.Ticks} {reading}");
        Span<byte> hash = stackalloc byte[HashBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), hash);
        return BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }

    /// <summary>What a column carries.</summary>
    public static DataViewSchema.Annotations Annotations(string reading)
    {
        var builder = new DataViewSchema.Annotations.Builder();
        builder.Add(Annotation, TextDataViewType.Instance, (ref ReadOnlyMemory<char> value) => value = reading.AsMemory());
        return builder.ToAnnotations();
    }

    /// <summary>The column of paths whose files a pixel column shows, and how they are read; null where a step between has made other pixels.</summary>
    public static (DataViewSchema.Column Path, string Reading)? FindSource(DataViewSchema schema, int pixelColumn)
    {
        if (ReadingOf(schema[pixelColumn]) is not { } reading)
            return null;
        foreach (DataViewSchema.Column column in schema)
            if (column.Type is TextDataViewType && !column.IsHidden && ReadingOf(column) == reading)
                return (column, reading);
        return null;
    }

    private static string? ReadingOf(DataViewSchema.Column column)
    {
        if (column.Annotations.Schema.GetColumnOrNull(Annotation) is null)
            return null;
        ReadOnlyMemory<char> text = default;
        column.Annotations.GetValue(Annotation, ref text);
        return text.ToString();
    }
}
