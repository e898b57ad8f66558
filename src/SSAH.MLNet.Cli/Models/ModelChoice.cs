using System.CommandLine;
using System.Globalization;
using Microsoft.ML;
using SSAH.MLNet.Cli.CommandLine;
using SSAH.MLNet.Cli.Output;

namespace SSAH.MLNet.Cli.Models;

/// <summary>The model that <c>--model</c> names: <c>resnet18</c>, <c>phash</c>, or the file of a trained one.</summary>
/// <param name="Name">What was given.</param>
/// <param name="Bits">Code length; null takes the model's default.</param>
internal sealed record ModelChoice(string Name, int? Bits)
{
    public const string ResNet18 = "resnet18", Phash = "phash";

    /// <summary>Bits of a search without labels: more find more, up to about here (./build.sh bench bits).</summary>
    public const int ResNet18Bits = 256;

    public const int PhashBits = 64;

    private const int Side = 224, SampleImages = 1_000, Seed = 1;

    /// <summary>The option <c>--model</c>.</summary>
    public static Option<string?> NewOption()
    {
        var option = new Option<string?>("--model", "-m")
        {
            Description = "What makes the codes: resnet18 (default; images of the same kind), phash (copies of the same image), or a trained model (.zip "
                + "or .onnx).",
            HelpName = "MODEL",
        };
        option.CompletionSources.Add(ResNet18, Phash);
        return option;
    }

    /// <summary>The option <c>--bits</c>.</summary>
    public static Option<int?> NewBitsOption() =>
        new("--bits", "-b") { Description = $"Code length: 1 to 4096 for resnet18 (default {ResNet18Bits}), 64 or 256 for phash (default {PhashBits}).",
            HelpName = "N" };

    /// <summary>The name under which results show an encoder.</summary>
    public static string Describe(HashEncoder encoder)
    {
        string method = encoder.Metadata.TryGetValue("ssah.method", out string? known) ? known : "hash model";
        return string.Create(CultureInfo.InvariantCulture, $"{method}, {encoder.Bits} bits");
    }

    /// <summary>Loads or makes the encoder.</summary>
    /// <param name="folder">The images; <c>resnet18</c> learns its bits from a sample of them.</param>
    /// <param name="output">Shows the learning.</param>
    /// <param name="cancellation">Stops the learning.</param>
    /// <exception cref="ToolException">There is no such model.</exception>
    public HashEncoder Open(string folder, CommandOutput output, CancellationToken cancellation) => Name switch
    {
        ResNet18 => Learn(folder, output, cancellation),
        Phash => HashEncoder.PerceptualHash(bits: Bits ?? PhashBits),
        _ => Load(),
    };

    private HashEncoder Load()
    {
        if (!File.Exists(Name))
            throw new ToolException($"there is no model '{Name}': it is {ResNet18}, {Phash}, or the file of a trained model (ssah train makes one).");
        if (Bits is not null)
            throw new ToolException($"--bits goes with {ResNet18} and {Phash}; '{Name}' has its own.");
        return HashEncoder.Load(Name);
    }

    // The pretrained network is in the tool; what is learned is which of its features become bits.
    private HashEncoder Learn(string folder, CommandOutput output, CancellationToken cancellation)
    {
        var context = new MLContext(Seed);
        ImageFiles images = context.Data.LoadImageFolder(folder, Side, Side, new ImageFilesOptions { OnBadImage = BadImagePolicy.Skip });
        // A pool of one: the order of the files is drawn, not that of pixels in memory.
        IDataView sample = context.Data.TakeRows(context.Data.ShuffleRows(images, Seed, shufflePoolSize: 1), SampleImages);
        var options = new ItqHashOptions { Network = PretrainedNetwork.ResNet18, InputColumnName = "Pixels", Bits = Bits ?? ResNet18Bits, Seed = Seed,
            CancellationToken = cancellation };
        return output.Progress("learning from a sample", "images", progress =>
        {
            context.Log += (_, message) =>
            {
                if (message.RawMessage?.Split(' ') is [var rows, "rows", "read."] && int.TryParse(rows, CultureInfo.InvariantCulture, out int read))
                    progress.Report(new WorkDone(read, Math.Min(SampleImages, images.FileCount)));
            };
            return context.Transforms.ItqHash(options).Fit(sample);
        });
    }
}
