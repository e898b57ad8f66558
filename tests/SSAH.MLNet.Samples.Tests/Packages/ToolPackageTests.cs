using System.Diagnostics;
using System.IO.Compression;
using System.Text.Json;
using SSAH.MLNet.Cli.Tests;

namespace SSAH.MLNet.Samples.Tests.Packages;

/// <summary>The tool as a stranger gets it: from its package, in a folder of its own.</summary>
public sealed class ToolPackageTests
{
    private const long LargestPackage = 130_000_000;

    [Fact]
    [Trait("Category", "Slow")]
    public async Task The_packed_tool_installs_and_indexes_searches_and_compares_photos()
    {
        using var folder = new TempFolder();
        (int code, string output) = await ProcessRun.Start("dotnet", ["pack", Repository.At("src", "SSAH.MLNet.Cli"), "--no-build", "-nologo", "-v", "quiet",
            "-c", Repository.Configuration, "-o", folder.At("packages")]);
        Assert.True(code == 0, output);
        CheckContent(Directory.GetFiles(folder.At("packages"), "ssah.*.nupkg").Single());

        string version = Path.GetFileNameWithoutExtension(Directory.GetFiles(folder.At("packages")).Single())["ssah.".Length..];
        (code, output) = await ProcessRun.Start("dotnet", ["tool", "install", "ssah", "--version", version, "--tool-path", folder.At("tools"),
            "--source", folder.At("packages")], folder.Path);
        Assert.True(code == 0, output);

        for (int scene = 0; scene < 8; scene++)
            folder.Write($"photos/{scene}.jpg", DrawnPhotos.Scene(scene));
        string turned = folder.Write("photos/turned.jpg", DrawnPhotos.OnItsSide(5));
        JsonElement indexed = await Ssah("index", folder.At("photos"), "--quiet", "--json");
        Assert.Equal(9, indexed.GetProperty("images").GetInt32());
        JsonElement found = await Ssah("search", folder.At("photos", "5.jpg"), "-k", "1", "--json");
        Assert.Equal(turned, found.GetProperty("queries")[0].GetProperty("matches")[0].GetProperty("path").GetString());
        await CheckServiceAsync(folder);
        Assert.True((await Ssah("compare", turned, folder.At("photos", "5.jpg"), "--json")).GetProperty("isSame").GetBoolean());

        async Task<JsonElement> Ssah(params string[] arguments)
        {
            (int exit, string text) = await ProcessRun.Start(folder.At("tools", OperatingSystem.IsWindows() ? "ssah.exe" : "ssah"), arguments, folder.Path);
            Assert.True(exit == 0, text);
            return JsonDocument.Parse(text).RootElement;
        }
    }

    // The page and the description of the service are in the package, too.
    private static async Task CheckServiceAsync(TempFolder folder)
    {
        using var serving = Process.Start(new ProcessStartInfo(folder.At("tools", OperatingSystem.IsWindows() ? "ssah.exe" : "ssah"),
            ["serve", folder.At("photos"), "--port", "0", "--quiet"]) { RedirectStandardOutput = true })!;
        try
        {
            string line = await serving.StandardOutput.ReadLineAsync() ?? "";
            using var client = new HttpClient { BaseAddress = new Uri(line[..line.IndexOf(": ", "http:".Length, StringComparison.Ordinal)]) };
            Assert.Contains("/page/main.js", await client.GetStringAsync("/"), StringComparison.Ordinal);
            Assert.Contains("searchView", await client.GetStringAsync("/page/main.js"), StringComparison.Ordinal);
            Assert.Contains("/search", await client.GetStringAsync("/openapi/v1.json"), StringComparison.Ordinal);
        }
        finally
        {
            serving.Kill();
        }
    }

    // Natives for three systems, the pretrained network once, and nothing that only a debugger or a training needs.
    private static void CheckContent(string package)
    {
        Assert.InRange(new FileInfo(package).Length, 1, LargestPackage);
        using ZipArchive archive = ZipFile.OpenRead(package);
        string[] files = [.. archive.Entries.Select(entry => entry.FullName)];
        foreach (string needed in new[]
        {
            "README.md", "icon.png", "DnnImageModels/ResNet18Onnx/ResNet18.onnx", "linux-x64/native/libonnxruntime.so", "win-x64/native/onnxruntime.dll",
            "osx-arm64/native/libonnxruntime.dylib", "linux-x64/native/libSkiaSharp.so", "win-x64/native/libSkiaSharp.dll", "osx/native/libSkiaSharp.dylib",
            "linux-x64/native/libe_sqlite3.so", "win-x64/native/e_sqlite3.dll", "osx-arm64/native/libe_sqlite3.dylib",
        })
            Assert.Single(files, file => file.EndsWith(needed, StringComparison.Ordinal));
        Assert.DoesNotContain(files, file => file.EndsWith(".pdb", StringComparison.Ordinal) || file.Contains("orch", StringComparison.Ordinal)
            || file.Contains("arm/", StringComparison.Ordinal) || file.Contains("android", StringComparison.Ordinal));
    }
}
