using Microsoft.ML;
using Microsoft.ML.Data;
using SkiaSharp;

namespace SSAH.MLNet.Benchmarks;

/// <summary>
/// <c>bench ingest</c>: JPEG files to codes of a frozen ResNet-18, split into read, decode, resize and network, beside a plain full decode and beside
/// Debian's libvips.
/// </summary>
internal static class IngestBenchmark
{
    private const int Side = 224, Bits = 32, Repeats = 5;

    public static int Run(string[] args)
    {
        if (args.Except(["--install-vips"]).Any())
        {
            Console.Error.WriteLine("usage: bench ingest [--install-vips]\n  --install-vips  installs Debian's libvips-tools first (apt-get, as root)");
            return 2;
        }
        BenchmarkRow.PrintMachine();
        VipsAnchor? vips = VipsAnchor.Find(install: args.Contains("--install-vips"));
        DirectoryInfo folder = Directory.CreateTempSubdirectory("ssah-ingest-");
        try
        {
            var large = new Photos("12-megapixel", DrawnPhotos.Write(folder.CreateSubdirectory("large").FullName, 16, 4000, 3000), Shrink: 8, LeastRatio: 8);
            var small = new Photos("640-pixel", DrawnPhotos.Write(folder.CreateSubdirectory("small").FullName, 64, 640, 480), Shrink: 2, LeastRatio: 1.5);
            var mlContext = new MLContext(1);
            using HashEncoder encoder = mlContext.Transforms.ItqHash(
                new ItqHashOptions { Network = PretrainedNetwork.ResNet18, InputColumnName = "Pixels", Bits = Bits, Whitening = false })
                .Fit(mlContext.Data.LoadImageFolder(Path.GetDirectoryName(small.Files[0])!, Side, Side));
            foreach (Photos photos in (Photos[])[large, small])
            {
                MeasureOneThread(photos, encoder, vips);
                MeasureFolder(photos, encoder);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
        return 0;
    }

    /// <param name="Name">Name in the rows.</param>
    /// <param name="Files">The files, alone in their folder.</param>
    /// <param name="Shrink">The fraction of its size at which the reader decodes such a JPEG.</param>
    /// <param name="LeastRatio">How many times faster than a full decode is wanted.</param>
    private sealed record Photos(string Name, string[] Files, int Shrink, double LeastRatio)
    {
        public int Count => Files.Length;
    }

    // Processor time: what else runs on the machine hardly counts.
    private static void MeasureOneThread(Photos photos, HashEncoder encoder, VipsAnchor? vips)
    {
        var reader = new ImageReader(Side, Side, new ImageReadingOptions());
        var rgb = new byte[reader.Size];
        byte[][] encoded = [.. photos.Files.Select(File.ReadAllBytes)];
        var mlContext = new MLContext(1);
        IDataView pixels = mlContext.Data.Cache(mlContext.Data.LoadImageFiles(photos.Files, encoder), "Pixels");
        Func<double>[] bodies =
        [
            Processor(() => Array.ForEach(photos.Files, file => Require(reader.Read(file, rgb)))),
            Processor(() => Array.ForEach(photos.Files, file => File.ReadAllBytes(file))),
            Processor(() => Array.ForEach(encoded, bytes => DecodeAt(bytes, photos.Shrink))),
            Processor(() => Array.ForEach(photos.Files, FullDecode)),
            Processor(() => Drain(encoder.Transform(pixels), "HashCode")),
            .. vips is null ? [] : (Func<double>[])[() => vips.ProcessorSecondsFor(photos.Files, Side)],
        ];
        double[] seconds = Stopwatches.MedianCosts(Repeats, bodies);
        double read = seconds[1] / photos.Count * 1e3, decode = seconds[2] / photos.Count * 1e3, all = seconds[0] / photos.Count * 1e3,
            network = seconds[4] / photos.Count * 1e3;
        double megabytes = encoded.Average(bytes => bytes.Length) / 1e6;
        BenchmarkRow.Note($"{photos.Count} {photos.Name} JPEGs of {megabytes:0.0} MB to {Side} x {Side} and to codes of a frozen ResNet-18; processor time");
        double resize = Math.Max(0, all - read - decode);
        BenchmarkRow.Note($"milliseconds: {all + network:0.0} = read {read:0.0} + decode {decode:0.0} + resize {resize:0.0} + network {network:0.0}");
        BenchmarkRow.Note($"photos a second of one processor: {1e3 / all:0.0} to pixels, {1e3 / (all + network):0.0} to codes");
        BenchmarkRow.Print($"ingest-{photos.Name}", seconds[0], "full-decode", seconds[3], photos.LeastRatio, photos.Count);
        if (vips is not null)
            BenchmarkRow.Print($"ingest-{photos.Name}", seconds[0], "libvips", seconds[5], 0.9, photos.Count);
    }

    // By the clock, as a user waits: a folder on all threads against one that decodes in full, one file after the other.
    private static void MeasureFolder(Photos photos, HashEncoder encoder)
    {
        IDataView rows = new MLContext(1).Data.LoadImageFolder(Path.GetDirectoryName(photos.Files[0])!, encoder);
        double[] seconds = Stopwatches.Medians(Repeats,
            () => Drain(rows, "Pixels"),
            () => Array.ForEach(photos.Files, FullDecode),
            () => Drain(encoder.Transform(rows), "HashCode"));
        int threads = Environment.ProcessorCount;
        double pixels = photos.Count / seconds[0], codes = photos.Count / seconds[2];
        BenchmarkRow.Note($"LoadImageFolder on {threads} threads, by the clock: {pixels:0.0} photos a second to pixels, {codes:0.0} to codes");
        BenchmarkRow.Print($"ingest-folder-{photos.Name}-{threads}threads", seconds[0], "full-decode-1thread", seconds[1], photos.LeastRatio, photos.Count);
    }

    private static Func<double> Processor(Action body) => () => Stopwatches.ProcessorSecondsOf(body);

    private static void DecodeAt(byte[] bytes, int shrink)
    {
        using SKData data = SKData.CreateCopy(bytes);
        using SKCodec codec = SKCodec.Create(data);
        SKSizeI size = codec.GetScaledDimensions(1f / shrink);
        using var bitmap = new SKBitmap(new SKImageInfo(size.Width, size.Height, SKColorType.Rgba8888, SKAlphaType.Premul));
        codec.GetPixels(bitmap.Info, bitmap.GetPixels());
    }

    // As LoadImageFolder did before there was one reader, and as ML.NET's LoadImages and ResizeImages do.
    private static void FullDecode(string file)
    {
        using FileStream stream = File.OpenRead(file);
        using SKBitmap whole = SKBitmap.Decode(stream);
        using var cropped = new SKBitmap(new SKImageInfo(Side, Side, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using var canvas = new SKCanvas(cropped);
        using var paint = new SKPaint { FilterQuality = SKFilterQuality.High };
        float scale = Math.Max((float)Side / whole.Width, (float)Side / whole.Height);
        float width = whole.Width * scale, height = whole.Height * scale;
        canvas.DrawBitmap(whole, SKRect.Create((Side - width) / 2, (Side - height) / 2, width, height), paint);
        canvas.Flush();
    }

    private static void Drain(IDataView rows, string name)
    {
        DataViewSchema.Column column = rows.Schema[name];
        using DataViewRowCursor cursor = rows.GetRowCursor([column]);
        ValueGetter<VBuffer<byte>> getter = cursor.GetGetter<VBuffer<byte>>(column);
        VBuffer<byte> value = default;
        while (cursor.MoveNext())
            getter(ref value);
    }

    private static void Require(string? reason)
    {
        if (reason is not null)
            throw new InvalidDataException(reason);
    }
}
