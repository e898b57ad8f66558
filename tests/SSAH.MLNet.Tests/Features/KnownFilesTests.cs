using Microsoft.ML;
using SkiaSharp;
using SSAH.MLNet.Features;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Tests.Features;

/// <summary>A second training on the same files reads none of them.</summary>
public sealed class KnownFilesTests : IDisposable
{
    private const int Side = 64, Count = 24;
    private static readonly DateTime s_time = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);
    private readonly string _root = Directory.CreateTempSubdirectory("ssah-known-").FullName;

    public KnownFilesTests()
    {
        Directory.CreateDirectory(Photos);
        var random = new Random(1);
        for (int i = 0; i < Count; i++)
        {
            using var bitmap = new SKBitmap(Side + i, Side);
            using var canvas = new SKCanvas(bitmap);
            canvas.Clear(new SKColor((uint)random.Next() | 0xff000000));
            canvas.DrawCircle(20 + i, 30, 5 + i, new SKPaint { Color = new SKColor((uint)random.Next() | 0xff000000) });
            using SKData png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
            File.WriteAllBytes(PhotoPath(i), png.ToArray());
            File.SetLastWriteTimeUtc(PhotoPath(i), s_time);
        }
    }

    private string Photos => Path.Combine(_root, "photos");

    private string PhotoPath(int i) => Path.Combine(Photos, $"{i:00}.png");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private (byte[] Onnx, string Log) Fit(ImageFilesOptions? options = null, Func<IDataView, MLContext, IDataView>? between = null)
    {
        var mlContext = new MLContext(1);
        var log = new List<string>();
        mlContext.Log += (_, e) => log.Add(e.Message);
        IDataView data = mlContext.Data.LoadImageFolder(Photos, Side, Side, options);
        data = between?.Invoke(data, mlContext) ?? data;
        using HashEncoder encoder = mlContext.Transforms.ItqHash(new ItqHashOptions
        {
            Network = PretrainedNetwork.ResNet18, InputColumnName = "Pixels", Bits = 16, Seed = 1, CacheFolder = Path.Combine(_root, "cache"),
        }).Fit(data);
        return (encoder.ToOnnx(), string.Join('\n', log));
    }

    // Of the same length and time, so that only reading would tell.
    private void Destroy(int i)
    {
        File.WriteAllBytes(PhotoPath(i), new byte[new FileInfo(PhotoPath(i)).Length]);
        File.SetLastWriteTimeUtc(PhotoPath(i), s_time);
    }

    [Fact]
    public void A_second_training_reads_no_image()
    {
        byte[] first = Fit().Onnx;
        for (int i = 0; i < Count; i++)
            Destroy(i);
        var (second, log) = Fit();
        Assert.Equal(first, second);
        Assert.Contains($"0 images computed, {Count} kept", log, StringComparison.Ordinal);
    }

    [Fact]
    public void Steps_that_leave_the_pixels_alone_do_not_hide_the_files()
    {
        byte[] first = Fit().Onnx;
        for (int i = 0; i < Count; i++)
            Destroy(i);
        var (second, _) = Fit(between: (data, ml) =>
            ml.Transforms.Conversion.MapValueToKey("Key", "Label").Append(ml.Transforms.CopyColumns("Path", "ImagePath")).Fit(data).Transform(data));
        Assert.Equal(first, second);
    }

    [Fact]
    public void Views_are_known_as_their_images_are()
    {
        FeatureRows Read()
        {
            var data = new MLContext(1).Data.LoadImageFolder(Photos, Side, Side);
            var views = new HardViews(2, 30, 0.2);
            using var source = FeatureSource.OfImages(data.Schema, "Pixels", PretrainedNetwork.ResNet18, Path.Combine(_root, "cache"), views);
            return source.Read(data, labels: null, progress: null, cancellation: default);
        }
        FeatureRows first = Read();
        for (int i = 0; i < Count; i++)
            Destroy(i);
        FeatureRows second = Read();
        Assert.Equal(first.Features.Values, second.Features.Values);
        Assert.Equal(2, second.Views.Count);
        Assert.All(first.Views.Zip(second.Views), pair => Assert.Equal(pair.First.Values, pair.Second.Values));
        Assert.NotEqual(first.Features.Values, first.Views[0].Values);
        Assert.NotEqual(first.Views[0].Values, first.Views[1].Values);
    }

    [Fact]
    public void A_file_that_has_changed_is_read_again()
    {
        byte[] first = Fit().Onnx;
        File.Copy(PhotoPath(5), PhotoPath(6), overwrite: true);
        File.SetLastWriteTimeUtc(PhotoPath(6), s_time.AddSeconds(1));
        var (second, log) = Fit();
        Assert.NotEqual(first, second);
        // The image is known, as that of another file.
        Assert.Contains($"0 images computed, {Count} kept", log, StringComparison.Ordinal);

        Destroy(7);
        File.SetLastWriteTimeUtc(PhotoPath(7), s_time.AddSeconds(1));
        Assert.Contains("07.png", Assert.Throws<DamagedFileException>(() => Fit()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_may_have_changed_while_it_was_read_is_read_again()
    {
        File.SetLastWriteTimeUtc(PhotoPath(3), DateTime.UtcNow.AddHours(1));
        Fit();
        DateTime time = File.GetLastWriteTimeUtc(PhotoPath(3));
        Destroy(3);
        File.SetLastWriteTimeUtc(PhotoPath(3), time);
        Assert.Contains("03.png", Assert.Throws<DamagedFileException>(() => Fit()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_read_in_another_way_are_read_again()
    {
        byte[] cover = Fit().Onnx;
        var options = new ImageFilesOptions { Resizing = ImageResizing.Stretch };
        Assert.NotEqual(cover, Fit(options).Onnx);
        Destroy(0);
        Assert.Equal(cover, Fit().Onnx);
        Assert.Throws<DamagedFileException>(() => Fit(options with { MaxPixels = 10_000_000 }));
    }

    [Fact]
    public void Pixels_that_a_step_has_changed_are_not_taken_for_those_of_the_file()
    {
        byte[] plain = Fit().Onnx;
        var (dark, log) = Fit(between: (data, ml) => ml.Transforms.CustomMapping<Bright, Bright>((from, to) =>
            to.Pixels = [.. from.Pixels.Select(value => (byte)(value / 2))], null).Fit(data).Transform(data));
        Assert.NotEqual(plain, dark);
        Assert.Contains($"{Count} images computed", log, StringComparison.Ordinal);
    }

    private sealed class Bright
    {
        [Microsoft.ML.Data.VectorType(Side, Side, 3)]
        public byte[] Pixels { get; set; } = [];
    }
}
