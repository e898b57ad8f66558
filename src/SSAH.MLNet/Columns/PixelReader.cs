using System.Globalization;
using System.Numerics;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace SSAH.MLNet;

/// <summary>Reads the image of a row as planes [C,H,W], whatever the column's own layout and item type. For one thread, like the row.</summary>
internal sealed class PixelReader
{
    private readonly PixelColumn _column;
    private readonly DataViewRow _row;
    private readonly ValueGetter<VBuffer<float>>? _floatGetter;
    private readonly ValueGetter<VBuffer<byte>>? _byteGetter;
    private readonly ImageValueReader? _images;
    private readonly int _size;
    private VBuffer<float> _floats;
    private VBuffer<byte> _bytes;

    internal PixelReader(PixelColumn column, DataViewRow row)
    {
        _column = column;
        _row = row;
        _size = column.Shape.Size;
        DataViewSchema.Column source = row.Schema[column.Index];
        if (column.IsImage)
            _images = new ImageValueReader(column, row);
        else if (column.IsBytes)
            _byteGetter = row.GetGetter<VBuffer<byte>>(source);
        else
            _floatGetter = row.GetGetter<VBuffer<float>>(source);
    }

    /// <summary>What the values of a column of floats have been so far.</summary>
    public PixelRange Range { get; } = new();

    /// <summary>Writes the current row's image as <c>Channels * Height * Width</c> values, 0 to 255.</summary>
    /// <exception cref="InvalidDataException">The row has another number of values, one that is not finite, or no image.</exception>
    public void Read(Span<float> planes)
    {
        if (_floatGetter is null)
            ToPlanes(NextBytes(), planes[.._size]);
        else
            ToPlanes(NextFloats(), planes[.._size]);
    }

    /// <summary>Writes the current row's image as bytes; <c>Single</c> values are rounded and clamped to 0 to 255.</summary>
    /// <exception cref="InvalidDataException">The row has another number of values, one that is not finite, or no image.</exception>
    public void Read(Span<byte> planes)
    {
        if (_floatGetter is null)
        {
            ToPlanes(NextBytes(), planes[.._size]);
            return;
        }
        ReadOnlySpan<float> values = NextFloats();
        int channels = _column.IsInterleaved ? _column.Channels : 1;
        int pixels = _size / channels;
        for (int channel = 0; channel < channels; channel++)
            for (int pixel = 0; pixel < pixels; pixel++)
                planes[channel * pixels + pixel] = (byte)Math.Clamp(MathF.Round(values[pixel * channels + channel]), 0f, 255f);
    }

    private void ToPlanes<TFrom, TTo>(ReadOnlySpan<TFrom> values, Span<TTo> planes)
        where TFrom : unmanaged, INumberBase<TFrom>
        where TTo : unmanaged, INumberBase<TTo>
    {
        int channels = _column.IsInterleaved ? _column.Channels : 1;
        int pixels = planes.Length / channels;
        for (int channel = 0; channel < channels; channel++)
        {
            Span<TTo> plane = planes.Slice(channel * pixels, pixels);
            for (int pixel = 0; pixel < plane.Length; pixel++)
                plane[pixel] = TTo.CreateTruncating(values[pixel * channels + channel]);
        }
    }

    private ReadOnlySpan<byte> NextBytes()
    {
        if (_images is not null)
            return _images.Next();
        _byteGetter!(ref _bytes);
        RequireSize(_bytes.Length);
        if (!_bytes.IsDense)
            _bytes = new VBuffer<byte>(_size, _bytes.DenseValues().ToArray());
        return _bytes.GetValues();
    }

    private ReadOnlySpan<float> NextFloats()
    {
        _floatGetter!(ref _floats);
        RequireSize(_floats.Length);
        if (!_floats.IsDense)
            _floats = new VBuffer<float>(_size, _floats.DenseValues().ToArray());
        ReadOnlySpan<float> values = _floats.GetValues();
        int bad = values.IndexOfAnyExceptInRange(float.MinValue, float.MaxValue);
        if (bad >= 0)
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture,
                $"Row {_row.Position}, column '{_column.Name}': the value {values[bad]} is not a finite number."));
        Range.Add(values);
        return values;
    }

    private void RequireSize(int length)
    {
        if (length != _size)
            throw new InvalidDataException(
                $"Row {_row.Position}, column '{_column.Name}': {length} values instead of the {_size} of {_column.Shape}.");
    }
}
