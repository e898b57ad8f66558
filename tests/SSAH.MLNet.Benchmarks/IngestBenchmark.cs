using Microsoft.ML;
using Microsoft.ML.Data;
using SkiaSharp;
using SSAH.MLNet.Training.Data;
using SSAH.MLNet.Training.Method;
using SSAH.MLNet.Training.Networks;
using SSAH.MLNet.Training.Onnx;
using TorchSharp;

namespace SSAH.MLNet.Benchmarks;

/// <summary><c>bench ingest</c>: JPEG files to pixels and to codes, beside a plain full decode and beside Debian's libvips.</summary>
internal static class IngestBenchmark
{
    private const int Side = 224, Repeats = 5;

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
            Measure("12-megapixel", DrawnPhotos.Write(folder.CreateSubdirectory("large").FullName, 8, 4000, 3000), shrink: 8, fullDecodeTarget: 8, vips);
            Measure("640-pixel", DrawnPhotos.Write(folder.CreateSubdirectory("small").FullName, 64, 640, 480), shrink: 2, fullDecodeTarget: 1.5, vips);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
        return 0;
    }

    private static void Measure(string name, string[] files, int shrink, double fullDecodeTarget, VipsAnchor? vips)
    {
        var reader = new ImageReader(Side, Side, new ImageReadingOptions());
        var rgb = new byte[reader.Size];
        byte[][] encoded = [.. files.Select(File.ReadAllBytes)];
        int threads = Environment.ProcessorCount;
        var rows = new MLContext(1).Data.LoadImageFiles(files, Side, Side, new ImageFilesOptions { Workers = threads });
        Func<double>[] bodies =
        [
            Processor(() => Array.ForEach(files, file => Require(reader.Read(file, rgb)))),
            Processor(() => Array.ForEach(files, file => File.ReadAllBytes(file))),
            Processor(() => Array.ForEach(encoded, bytes => DecodeAt(bytes, shrink))),
            Processor(() => Array.ForEach(files, FullDecode)),
            .. vips is null ? [] : (Func<double>[])[() => vips.ProcessorSecondsFor(files, Side)],
        ];
        double[] seconds = Stopwatches.MedianCosts(Repeats, bodies);
        double elapsed = Stopwatches.Medians(Repeats, () => Drain(rows, "Pixels"))[0];
        int count = files.Length;
        double read = seconds[1] / count * 1e3, decode = seconds[2] / count * 1e3, all = seconds[0] / count * 1e3;
        BenchmarkRow.Note($"{count} {name} JPEGs of {encoded.Average(bytes => bytes.Length) / 1e6:0.0} MB to {Side} x {Side}, processor time");
        BenchmarkRow.Note($"milliseconds a photo: {all:0.0} = read {read:0.0} + decode {decode:0.0} + resize {Math.Max(0, all - read - decode):0.0}; photos a second on one thread {1e3 / all:0}");
        BenchmarkRow.Note($"as rows on {threads} threads, by the clock: {count / elapsed:0} photos a second");
        BenchmarkRow.Print($"ingest-{name}", seconds[0], "full-decode", seconds[3], fullDecodeTarget, count);
        if (vips is not null)
            BenchmarkRow.Print($"ingest-{name}", seconds[0], "libvips", seconds[4], 0.9, count);
        MeasureCodes(name, rows);
    }

    private static Func<double> Processor(Action body) => () => Stopwatches.ProcessorSecondsOf(body);

    private static void MeasureCodes(string name, ImageFiles rows)
    {
        string file = Path.Combine(Path.GetTempPath(), $"ssah-ingest-{Guid.NewGuid():N}.onnx");
        try
        {
            File.WriteAllBytes(file, Model());
            using HashEncoder encoder = new MLContext(1).Transforms.ApplyHashEncoder(file).Fit(rows);
            IDataView cached = new MLContext(1).Data.Cache(rows, "Pixels");
            double[] seconds = Stopwatches.Medians(1, () => Drain(encoder.Transform(rows), "HashCode"), () => Drain(encoder.Transform(cached), "HashCode"));
            BenchmarkRow.Note($"{name} JPEGs to 48-bit codes of an untrained ResNet18: {rows.FileCount / seconds[0]:0.0} photos a second; the network alone {rows.FileCount / seconds[1]:0.0}");
        }
        finally
        {
            File.Delete(file);
        }
    }

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
        canvas.DrawBitmap(whole, SKRect.Create((Side - whole.Width * scale) / 2, (Side - whole.Height * scale) / 2, whole.Width * scale, whole.Height * scale), paint);
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

    private static byte[] Model()
    {
        using var generator = new torch.Generator(1, torch.CPU);
        using var network = new HashNetwork(BackboneNetwork.ResNet18(3, 64), 48, classHeadSize: 0);
        Initialization.Apply(network, generator);
        network.eval();
        return HashModelExporter.Export(network, new PixelShape(3, Side, Side), new ImageNormalization([127, 127, 127], [64, 64, 64]), []);
    }
}
