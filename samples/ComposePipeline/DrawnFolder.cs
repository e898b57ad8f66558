using SSAH.MLNet.BenchmarkData;
using SkiaSharp;

namespace SSAH.MLNet.Samples.ComposePipeline;

/// <summary>One image file and its class; an empty class is an unknown one.</summary>
internal sealed class ImageFile
{
    public string Path { get; set; } = "";

    public string Class { get; set; } = "";
}

/// <summary>A class as a table of known values needs it.</summary>
internal sealed class ClassName
{
    public string Name { get; set; } = "";
}

/// <summary>The label of an encoded row; 0 is unlabeled.</summary>
internal sealed class LabeledRow
{
    public uint Label { get; set; }
}

/// <summary>Drawn images as PNG files in a temporary folder: a fifth for the test; of the others a quarter have a label.</summary>
internal sealed class DrawnFolder : IDisposable
{
    public DrawnFolder(int perClass)
    {
        Path = Directory.CreateTempSubdirectory("ssah-images-").FullName;
        var images = DrawnImages.Create(perClass);
        Classes = [.. images.ClassNames.Select(name => new ClassName { Name = name })];
        var (training, test) = (new List<ImageFile>(), new List<ImageFile>());
        for (var i = 0; i < images.Count; i++)
        {
            var file = new ImageFile { Path = $"{i:0000}.png", Class = images.ClassNames[images.ClassOf(i)] };
            Save(images, i, System.IO.Path.Combine(Path, file.Path));
            // Classes take turns every ten images, so that a turn of the tens is a fair draw.
            var turn = i / 10 % 5;
            if (turn == 4)
                test.Add(file);
            else
                training.Add(turn == 0 ? file : new ImageFile { Path = file.Path });
        }

        (Training, Test) = (training, test);
    }

    public string Path { get; }

    public IReadOnlyList<ImageFile> Training { get; }

    public IReadOnlyList<ImageFile> Test { get; }

    public IReadOnlyList<ClassName> Classes { get; }

    public void Dispose() => Directory.Delete(Path, recursive: true);

    private static void Save(ImageSet images, int index, string path)
    {
        using var bitmap = new SKBitmap(images.Width, images.Height);
        var rgb = images.PixelsOf(index);
        for (var pixel = 0; pixel < images.Width * images.Height; pixel++)
            bitmap.SetPixel(pixel % images.Width, pixel / images.Width, new SKColor(rgb[pixel * 3], rgb[(pixel * 3) + 1], rgb[(pixel * 3) + 2]));
        using var file = File.Create(path);
        bitmap.Encode(file, SKEncodedImageFormat.Png, 100);
    }
}
