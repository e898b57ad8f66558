using System.Diagnostics;
using System.Text.Json;
using Parquet.Serialization;
using SSAH.MLNet.Cli.Export;
using SSAH.MLNet.Cli.Tests.Commands;
using SSAH.MLNet.Collections;

namespace SSAH.MLNet.Cli.Tests.Formats;

public sealed class ExportTests(Album album) : IClassFixture<Album>
{
    [Fact]
    public void Raw_codes_are_those_of_the_collection_in_the_order_of_the_paths_beside_them()
    {
        (byte[] file, string[] paths, CollectionImage[] images) = Export("raw");
        Assert.Equal(images.Select(image => image.Path), paths);
        Assert.Equal(images.SelectMany(image => image.Code.ToArray()), file);
    }

    [Fact]
    public void Numpy_reads_the_npy_file()
    {
        (byte[] file, _, CollectionImage[] images) = Export("npy");
        Assert.Equal(0, (file.Length - images.Length * 8) % 64);
        string answer = Python("numpy", $"""
            import numpy, json
            a = numpy.load({JsonSerializer.Serialize(album.At("out.npy"))})
            print(json.dumps([str(a.dtype), list(a.shape), a.reshape(-1).tolist()]))
            """);
        Assert.Equal(JsonSerializer.Serialize(new object[] { "uint8", new[] { images.Length, 8 },
            images.SelectMany(image => image.Code.ToArray()).Select(value => (int)value).ToArray() }),
            answer.Replace(" ", "", StringComparison.Ordinal).Trim());
    }

    [Fact]
    public void Faiss_reads_the_index_and_finds_the_same_distances()
    {
        (_, _, CollectionImage[] images) = Export("faiss");
        string answer = Python("faiss", $"""
            import faiss, numpy, json
            i = faiss.read_index_binary({JsonSerializer.Serialize(album.At("out.faiss"))})
            codes = numpy.frombuffer(open({JsonSerializer.Serialize(album.At("out.faiss"))}, 'rb').read()[-i.ntotal * i.code_size:],
                dtype='uint8').reshape(i.ntotal, i.code_size)
            d, _ = i.search(codes, i.ntotal)
            print(json.dumps(d.tolist()))
            """);
        int[][] distances = [.. images.Select(query => images.Select(image => DistanceOf(query, image)).Order().ToArray())];
        Assert.Equal(JsonSerializer.Serialize(distances), answer.Replace(" ", "", StringComparison.Ordinal).Trim());
    }

    [Fact]
    public async Task Parquet_has_a_row_for_each_image()
    {
        (byte[] file, _, CollectionImage[] images) = Export("parquet");
        var read = await ParquetSerializer.DeserializeAsync<ParquetTable.Row>(new MemoryStream(file));
        Assert.Equal(
            images.Select(image => (image.Path, string.Join('|', image.Labels), Convert.ToHexString(image.Code.Span), image.Width, image.Height, image.Size,
                image.ContentHash)),
            read.Data.Select(row => (row.Path, string.Join('|', row.Labels), Convert.ToHexString(row.Code), row.Width, row.Height, row.Bytes, row.Sha256)));
    }

    [Fact]
    public void The_onnx_file_makes_the_same_codes()
    {
        string file = album.At("out.onnx");
        Run.Done("export", album.Photos, "--format", "onnx", "--out", file);
        using var encoder = new HashEncoder(File.ReadAllBytes(file));
        using var collection = ImageCollection.Open(album.At("photos", ".ssah", "collection.db"));
        Assert.Equal(collection.ModelId, encoder.ModelId);
        CollectionImage image = collection.Images.First();
        byte[] code = new byte[8];
        encoder.EncodeImage(image.Path).CopyPacked(0, code);
        Assert.Equal(image.Code.ToArray(), code);
    }

    private (byte[] File, string[] Paths, CollectionImage[] Images) Export(string format)
    {
        Run.Done("label", album.At("photos", "red"), "--set", "a, \"b\"", "--set", "ü");
        string file = album.At($"out.{format}");
        Run run = Run.Done("export", album.Photos, "--format", format, "--out", file, "--json");
        string? paths = run.Json.GetProperty("paths").GetString();
        using var collection = ImageCollection.Open(album.At("photos", ".ssah", "collection.db"));
        return (File.ReadAllBytes(file), paths is null ? [] : JsonSerializer.Deserialize<string[]>(File.ReadAllText(paths))!, [.. collection.Images]);
    }

    private static int DistanceOf(CollectionImage left, CollectionImage right) =>
        left.Code.ToArray().Zip(right.Code.ToArray(), (a, b) => System.Numerics.BitOperations.PopCount((uint)(a ^ b))).Sum();

    // Debian's packages are made for Debian's Python.
    private static string Python(string module, string program)
    {
        string? python = new[] { "/usr/bin/python3", "python3" }.FirstOrDefault(each => TryRun(each, $"import {module}") is { Code: 0 });
        Assert.SkipWhen(python is null, $"There is no Python that has {module}: apt-get install python3-{module} on Debian.");
        (int code, string output) = TryRun(python, program)!.Value;
        Assert.True(code == 0, output);
        return output;
    }

    private static (int Code, string Output)? TryRun(string python, string program)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(python, ["-c", program]) { RedirectStandardOutput = true,
                RedirectStandardError = true })!;
            string output = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
