using System.Drawing;
using Microsoft.ML;
using Microsoft.ML.Data;
using SkiaSharp;

namespace SSAH.MLNet;

/// <summary>Reads the ML.NET image of a row as planes of one size, scaled as image files are. For one thread, like the row.</summary>
internal sealed class ImageValueReader
{
    private readonly PixelColumn _column;
    private readonly DataViewRow _row;
    private readonly ValueGetter<MLImage> _getter;
    private readonly PixelPlacement _placement;
    private readonly byte[] _planes;
    private readonly byte[] _gray;
    private byte[] _rgba = [];
    private MLImage? _image;

    public ImageValueReader(PixelColumn column, DataViewRow row)
    {
        _column = column;
        _row = row;
        _getter = row.GetGetter<MLImage>(row.Schema[column.Index]);
        _placement = PixelPlacement.Of(SKEncodedOrigin.TopLeft, column.Width, column.Height, interleaved: false);
        _planes = new byte[3 * column.Height * column.Width];
        _gray = column.Channels == 1 ? new byte[column.Height * column.Width] : [];
    }

    /// <summary>The current row's image as planes; valid until the next call.</summary>
    /// <exception cref="InvalidDataException">The row has no image.</exception>
    public ReadOnlySpan<byte> Next()
    {
        _getter(ref _image!);
        if (_image is null)
            throw new InvalidDataException($"Row {_row.Position}, column '{_column.Name}' has no image.");
        ImageResampler.Resample(ToRgba(_image), _placement, _column.Resizing, Color.White, _planes);
        GC.KeepAlive(_image);
        if (_column.Channels != 1)
            return _planes;
        GrayPixels.FromRgb(_planes, _gray);
        return _gray;
    }

    private DecodedPixels ToRgba(MLImage image)
    {
        ReadOnlySpan<byte> pixels = image.Pixels;
        if (_rgba.Length < pixels.Length)
            _rgba = new byte[pixels.Length];
        pixels.CopyTo(_rgba);
        bool isOpaque = true;
        if (image.PixelFormat == MLPixelFormat.Bgra32)
            for (int i = 0; i < pixels.Length; i += 4)
                (_rgba[i], _rgba[i + 2]) = (pixels[i + 2], pixels[i]);
        else if (image.PixelFormat != MLPixelFormat.Rgba32)
            throw new InvalidDataException(
                $"Row {_row.Position}, column '{_column.Name}': an image of format {image.PixelFormat} is not supported, only of Bgra32 and Rgba32.");
        for (int i = 3; i < pixels.Length; i += 4)
            isOpaque &= pixels[i] == byte.MaxValue;
        return new DecodedPixels(_rgba, image.Width, image.Width, image.Height, isOpaque);
    }
}
