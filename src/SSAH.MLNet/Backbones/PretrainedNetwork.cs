namespace SSAH.MLNet;

/// <summary>A pretrained convolutional network in an ONNX file, up to the value that serves as an image's features.</summary>
public sealed record PretrainedNetwork
{
    private const string ResNet18File = "DnnImageModels/ResNet18Onnx/ResNet18.onnx";
    private const string ResNet18Package = "Microsoft.ML.DnnImageFeaturizer.ResNet18";

    /// <summary>Names a network; the file is read when it is used.</summary>
    /// <param name="path">An ONNX file with float weights, operator set 7 or later.</param>
    /// <param name="output">
    /// Name of the value to take, an output of the graph or any value inside it: [N, F], or [N, C, H, W] (then its mean over H and W).
    /// </param>
    /// <param name="preprocessing">What the network expects of its images; null is RGB from 0 to 255.</param>
    /// <exception cref="ArgumentException">The path or the output is empty.</exception>
    public PretrainedNetwork(string path, string output = "features", BackbonePreprocessing? preprocessing = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentException.ThrowIfNullOrWhiteSpace(output);
        Path = path;
        Output = output;
        Preprocessing = preprocessing ?? new BackbonePreprocessing();
    }

    /// <summary>
    /// ResNet-18 with weights from ImageNet: 512 features of images whose sides are multiples of 32 pixels (224 is what it was trained at). The file
    /// comes with the package Microsoft.ML.DnnImageFeaturizer.ResNet18 (MIT license), which the application adds.
    /// </summary>
    public static PretrainedNetwork ResNet18 { get; } = new(
        System.IO.Path.Combine(AppContext.BaseDirectory, ResNet18File), "Pooling395_Output_0",
        new BackbonePreprocessing { Order = ChannelOrder.Bgr, Mean = [103.06f, 115.90f, 123.15f] })
    {
        Name = "ResNet18, ImageNet",
        TakesAnySize = true,
        SideStep = 32,
        Remedy = $"add the package {ResNet18Package} (0.23.1, MIT license) to the application, which puts the file there: "
            + $"dotnet add package {ResNet18Package}",
    };

    /// <summary>Path of the file.</summary>
    public string Path { get; init; }

    /// <summary>Name of the value to take.</summary>
    public string Output { get; init; }

    /// <summary>What the network expects of its images.</summary>
    public BackbonePreprocessing Preprocessing { get; init; }

    /// <summary>
    /// Whether the size that the file's input may fix is only the one that it was exported at. Default false: images are resized to a size that is fixed.
    /// </summary>
    public bool TakesAnySize { get; init; }

    internal string? Name { get; init; }

    // Sides that are no multiple of it run, but with maps that do not fit on each other.
    private int SideStep { get; init; } = 1;

    // What to do where the file is missing.
    private string? Remedy { get; init; }

    /// <summary>A short name with the value that is taken.</summary>
    public override string ToString() => Name ?? $"ONNX {System.IO.Path.GetFileName(Path)}, output {Output}";

    /// <summary>What is wrong with the settings, one sentence each.</summary>
    internal IEnumerable<string> Errors()
    {
        if (!File.Exists(Path))
            yield return Remedy is null
                ? $"The backbone file '{Path}' does not exist."
                : $"The weights of {Name} are missing ('{Path}'): {Remedy}.";
        foreach (string error in Preprocessing.Errors())
            yield return error;
    }

    /// <summary>Refuses a size that the network does not take by its making; what its graph does not take shows when it runs.</summary>
    /// <exception cref="UnsupportedNetworkException">The message names a size that it takes.</exception>
    internal void RequireSize(long height, long width)
    {
        long side = (Math.Max(height, width) + SideStep - 1) / SideStep * SideStep;
        if (height % SideStep != 0 || width % SideStep != 0)
            throw new UnsupportedNetworkException($"{this} takes images whose sides are multiples of {SideStep} pixels, not {height}x{width}: set "
                + $"{nameof(BackbonePreprocessing)}.{nameof(BackbonePreprocessing.Side)} to {side}, or resize the images to that.");
    }

    /// <summary>Reads the file.</summary>
    /// <exception cref="FileNotFoundException">It does not exist.</exception>
    /// <inheritdoc cref="Onnx.BackboneGraph.Read" path="/exception"/>
    internal byte[] Read() => File.Exists(Path) ? File.ReadAllBytes(Path) : throw new FileNotFoundException(Errors().First(), Path);
}
