using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace SSAH.MLNet.Tests.Encoder;

public sealed class HashEncoderSaveLoadTests : IDisposable
{
    private readonly MLContext _context = new(seed: 3);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ssah-model-");
    private readonly byte[][] _images = TestHashModels.Images(20);

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Loading_gives_the_same_encoder_back()
    {
        using var encoder = new HashEncoder(TestHashModels.Create(12), "Code", "Pixels", new HashEncodingOptions { BatchSize = 5 });
        IDataView rows = Source();
        using var loaded = Assert.IsType<HashEncoder>(SaveAndLoad(encoder, rows.Schema, out DataViewSchema schema));
        Assert.Equal((12, 5, "Pixels", "Code"), (loaded.Bits, loaded.BatchSize, loaded.InputColumnName, loaded.OutputColumnName));
        Assert.Equal(encoder.ToOnnx(), loaded.ToOnnx());
        Assert.Equal(encoder.Metadata, loaded.Metadata);
        Assert.Equal(rows.Schema["Pixels"].Type, schema["Pixels"].Type);
        Assert.Equal(CodeRows.Codes(encoder.Transform(rows), "Code"), CodeRows.Codes(loaded.Transform(rows), "Code"));
    }

    // Made by the library when it wrote version 1 of the contract; its codes are those of the four first images.
    [Fact]
    public void A_model_of_contract_version_1_still_loads_and_gives_its_codes()
    {
        string path = PathOf("version1.zip");
        using (Stream fixture = typeof(HashEncoderSaveLoadTests).Assembly.GetManifestResourceStream("version1.zip")!)
        using (FileStream file = File.Create(path))
            fixture.CopyTo(file);
        using HashEncoder encoder = new MLContext().Model.Load(path, out _).GetHashEncoder();
        Assert.Equal("1", encoder.Metadata["ssah.contract"]);
        Assert.Equal("9420139593979C2093942003", Convert.ToHexString([.. CodeRows.Codes(encoder.Transform(Source())).Take(4).SelectMany(code => code)]));
    }

    [Fact]
    public void Whole_chains_are_saved_with_the_steps_before_and_after()
    {
        string onnx = Path.Combine(_folder.FullName, "model.onnx");
        File.WriteAllBytes(onnx, TestHashModels.Create(48));
        var pipeline = _context.Transforms.CopyColumns("Copy", "Pixels")
            .Append(_context.Transforms.ApplyHashEncoder(onnx, inputColumnName: "Copy"))
            .Append(_context.Transforms.NormalizeMinMax("Normalized", "HashCodeActivation"));
        IDataView rows = Source();
        var chain = pipeline.Fit(rows);
        ITransformer loaded = SaveAndLoad(chain, rows.Schema, out _);
        Assert.Equal(CodeRows.Codes(chain.Transform(rows)), CodeRows.Codes(loaded.Transform(rows)));
        Assert.Equal(CodeRows.Activations(chain.Transform(rows), "Normalized"), CodeRows.Activations(loaded.Transform(rows), "Normalized"));
    }

    [Fact]
    public void A_fresh_process_without_TorchSharp_loads_and_encodes_alike()
    {
        string[] files = Directory.GetFiles(Path.GetDirectoryName(Probe)!);
        Assert.DoesNotContain(files, file => file.Contains("torch", StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain(files, file => file.Contains("publicize", StringComparison.OrdinalIgnoreCase));
        using var encoder = new HashEncoder(TestHashModels.Create(48));
        var chain = encoder.Append(_context.Transforms.NormalizeMinMax("Normalized", "HashCodeActivation").Fit(encoder.Transform(Source())));
        string model = PathOf("model.zip"), pixels = PathOf("pixels.bin"), codes = PathOf("codes.bin");
        _context.Model.Save(chain, Source().Schema, model);
        File.WriteAllBytes(pixels, MemoryMarshal.AsBytes(TestHashModels.Flatten(_images).AsSpan()));

        (int ended, string output, string errors) = Run(Probe, model, pixels, "3", "12", "10", codes);

        Assert.True(ended == 0, errors);
        Assert.Equal(CodeRows.Codes(encoder.Transform(Source())).SelectMany(code => code), File.ReadAllBytes(codes));
        Assert.Contains("SSAH.MLNet", output, StringComparison.Ordinal);
        Assert.DoesNotContain("Torch", output, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Without_the_native_runtime_the_error_names_the_package()
    {
        using var encoder = new HashEncoder(TestHashModels.Create(48));
        _context.Model.Save(encoder, Source().Schema, PathOf("model.zip"));
        // The top folder holds everything but the native libraries; without its list of them the host takes what is there.
        string bare = _folder.CreateSubdirectory("bare").FullName;
        foreach (string file in Directory.GetFiles(Path.GetDirectoryName(Probe)!))
            if (!file.EndsWith(".deps.json", StringComparison.Ordinal))
                File.Copy(file, Path.Combine(bare, Path.GetFileName(file)));
        (int ended, _, string errors) = Run(Path.Combine(bare, Path.GetFileName(Probe)), PathOf("model.zip"), "none", "3", "12", "10", "none");
        Assert.NotEqual(0, ended);
        Assert.Contains("add the package Microsoft.ML.OnnxRuntime ", errors, StringComparison.Ordinal);
    }

    private static string Probe => typeof(HashEncoderSaveLoadTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(entry => entry.Key == "LoadProbe").Value!;

    private static (int ExitCode, string Output, string Errors) Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(program);
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }

    private IDataView Source() => PixelRows.Create(_images, TestHashModels.Shape, isBytes: false, isInterleaved: false);

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);

    private ITransformer SaveAndLoad(ITransformer model, DataViewSchema schema, out DataViewSchema loadedSchema)
    {
        _context.Model.Save(model, schema, PathOf("model.zip"));
        return new MLContext(seed: 4).Model.Load(PathOf("model.zip"), out loadedSchema);
    }
}
