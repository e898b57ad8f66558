using System.Buffers.Binary;
using System.Numerics.Tensors;
using System.Security.Cryptography;

namespace SSAH.MLNet.Duplicates;

/// <summary>Reads image files into signatures, each file once. For any number of threads, each with buffers of its own.</summary>
internal sealed class SignatureReader(HashEncoder encoder, DuplicateOptions options)
{
    // Twice the thumbnail, so that parts of an image are not blown up.
    private const int SourceSide = 2 * ImageSignature.Side, SourcePlane = SourceSide * SourceSide;

    private readonly ImageReadingOptions _reading = options.Reading ?? new ImageReadingOptions();
    private readonly ImageReader _images = new(SourceSide, SourceSide, options.Reading ?? new ImageReadingOptions(), interleaved: false, ImageResizing.Stretch);
    private readonly int[] _views = ImageViews.Of(options.Changes);
    private readonly Dictionary<int, (AxisWeights Columns, AxisWeights Rows)> _parts =
        Enumerable.Range(ImageViews.FirstPart, ImageViews.Count - ImageViews.FirstPart).ToDictionary(view => view, view => WeightsOf(ImageViews.PartOf(view)));
    private readonly (AxisWeights Columns, AxisWeights Rows) _whole = WeightsOf(new(0, 0, 1, 1));

    /// <summary>Buffers of one thread.</summary>
    public sealed class Buffers(int views)
    {
        public byte[] Source { get; } = new byte[3 * SourcePlane];
        public float[] Plane { get; } = new float[SourcePlane];
        public float[] Rows { get; } = new float[SourceSide];
        public float[] Views { get; } = new float[views * 3 * ImageSignature.Plane];
        public byte[] Packed { get; } = new byte[views * sizeof(ulong)];
    }

    /// <summary>Makes the buffers of one thread.</summary>
    public Buffers NewBuffers() => new(_views.Length);

    /// <summary>Reads a file.</summary>
    /// <returns>The signature, or what is wrong with the file.</returns>
    public (ImageSignature? Signature, string? Reason) Read(string path, Buffers buffers)
    {
        using var file = new EncodedBytes();
        if (file.Read(path, _reading.MaxBytes) is { } unread)
            return (null, unread);
        if (_images.Read(file.Span, buffers.Source, out (int Width, int Height) upright) is { } reason)
            return (null, reason);
        long written = options.Keep == DuplicateKeepRule.Oldest ? File.GetLastWriteTimeUtc(path).Ticks : 0;
        UInt128 content = BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData(file.Span));
        return (Sign(path, upright.Width, upright.Height, file.Span.Length, written, content, buffers), null);
    }

    private ImageSignature Sign(string path, int width, int height, long length, long written, UInt128 content, Buffers buffers)
    {
        const int plane = ImageSignature.Plane, size = 3 * plane;
        Span<float> whole = buffers.Views.AsSpan(0, size);
        Resample(buffers, _whole, whole);
        var thumbnail = new byte[size];
        for (int i = 0; i < size; i++)
            whole[i] = thumbnail[i] = (byte)(whole[i] + 0.5f);
        for (int place = 1; place < _views.Length; place++)
        {
            Span<float> view = buffers.Views.AsSpan(place * size, size);
            if (_views[place] >= ImageViews.FirstPart)
                ResamplePart(buffers, _parts[_views[place]], view);
            else
                for (int channel = 0; channel < 3; channel++)
                    ((ImagePose)_views[place]).Apply<float>(whole.Slice(channel * plane, plane), ImageSignature.Side, view[(channel * plane)..]);
        }
        encoder.Model.Score(_views.Length, buffers.Views, buffers.Packed, Memory<float>.Empty);
        var codes = new ulong[ImageViews.Count];
        for (int place = 0; place < _views.Length; place++)
            codes[_views[place]] = BinaryPrimitives.ReadUInt64LittleEndian(buffers.Packed.AsSpan(place * sizeof(ulong)));
        return new ImageSignature(path, width, height, length, written, content, thumbnail, codes);
    }

    private static (AxisWeights Columns, AxisWeights Rows) WeightsOf(ImagePart part) =>
        (AxisWeights.Of(SourceSide, ImageSignature.Side, part.Width * SourceSide / ImageSignature.Side, part.X * SourceSide),
            AxisWeights.Of(SourceSide, ImageSignature.Side, part.Height * SourceSide / ImageSignature.Side, part.Y * SourceSide));

    private static void Resample(Buffers buffers, (AxisWeights Columns, AxisWeights Rows) part, Span<float> view)
    {
        for (int channel = 0; channel < 3; channel++)
        {
            for (int i = 0; i < SourcePlane; i++)
                buffers.Plane[i] = buffers.Source[channel * SourcePlane + i];
            ResamplePlane(buffers, part, view.Slice(channel * ImageSignature.Plane, ImageSignature.Plane));
        }
    }

    // A hash sees the brightness only: one plane does for all three colors.
    private static void ResamplePart(Buffers buffers, (AxisWeights Columns, AxisWeights Rows) part, Span<float> view)
    {
        ReadOnlySpan<byte> red = buffers.Source.AsSpan(0, SourcePlane), green = buffers.Source.AsSpan(SourcePlane, SourcePlane);
        ReadOnlySpan<byte> blue = buffers.Source.AsSpan(2 * SourcePlane);
        for (int i = 0; i < SourcePlane; i++)
            buffers.Plane[i] = 0.299f * red[i] + 0.587f * green[i] + 0.114f * blue[i];
        Span<float> gray = view[..ImageSignature.Plane];
        ResamplePlane(buffers, part, gray);
        gray.CopyTo(view[ImageSignature.Plane..]);
        gray.CopyTo(view[(2 * ImageSignature.Plane)..]);
    }

    private static void ResamplePlane(Buffers buffers, (AxisWeights Columns, AxisWeights Rows) part, Span<float> result)
    {
        Span<float> row = buffers.Rows;
        for (int y = 0, at = 0; y < ImageSignature.Side; y++)
        {
            row.Clear();
            ReadOnlySpan<float> down = part.Rows.Of(y);
            for (int tap = 0; tap < down.Length; tap++)
                TensorPrimitives.MultiplyAdd(buffers.Plane.AsSpan((part.Rows.FirstOf(y) + tap) * SourceSide, SourceSide), down[tap], row, row);
            for (int x = 0; x < ImageSignature.Side; x++, at++)
            {
                ReadOnlySpan<float> across = part.Columns.Of(x), values = row[part.Columns.FirstOf(x)..];
                float sum = 0;
                for (int tap = 0; tap < across.Length; tap++)
                    sum += across[tap] * values[tap];
                result[at] = sum;
            }
        }
    }
}
