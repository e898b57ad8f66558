using System.IO.Compression;
using System.Xml.Linq;

namespace SSAH.MLNet.Samples.Tests.Packages;

[Collection(PackedFolderGroup.Name)]
public sealed class PackageContentTests(PackedFolder packed)
{
    [Fact]
    public void Every_library_is_a_package_with_readme_icon_documentation_and_symbols()
    {
        string[] projects = [.. Directory.GetDirectories(Repository.At("src")).Where(folder => !folder.EndsWith(".Cli", StringComparison.Ordinal)
                && Directory.GetFiles(folder, "*.csproj").Length > 0)
            .Select(folder => Path.GetFileName(folder)!).Order(StringComparer.Ordinal)];
        Assert.NotEmpty(projects);
        foreach (string id in projects)
        {
            string name = $"{id}.{packed.VersionOf(id)}";
            string[] files = FilesOf($"{name}.nupkg");
            foreach (string file in new[] { "README.md", "icon.png", $"lib/net10.0/{id}.dll", $"lib/net10.0/{id}.xml" })
                Assert.True(files.Contains(file), $"{name} has no {file}.");
            Assert.DoesNotContain(files, file => file.StartsWith("runtimes/", StringComparison.Ordinal) || file.EndsWith(".so", StringComparison.Ordinal));
            Assert.Contains($"lib/net10.0/{id}.pdb", FilesOf($"{name}.snupkg"));
            XElement metadata = MetadataOf($"{name}.nupkg");
            Assert.Equal("MIT", ValueOf(metadata, "license"));
            foreach (string element in new[] { "description", "tags", "readme", "icon", "authors" })
                Assert.True(ValueOf(metadata, element) is { Length: > 0 }, $"{name} has no {element}.");
        }
    }

    [Fact]
    public void Natives_of_onnx_runtime_and_libtorch_are_the_application_s_choice()
    {
        foreach (string file in Directory.GetFiles(packed.Packages, "*.nupkg"))
        {
            IEnumerable<string> dependencies = MetadataOf(Path.GetFileName(file)).Descendants().Where(element => element.Name.LocalName == "dependency")
                .Select(element => (string)element.Attribute("id")!);
            Assert.DoesNotContain(dependencies, id => id is "Microsoft.ML.OnnxRuntime" or "Microsoft.ML.OnnxRuntime.Gpu"
                || id.StartsWith("libtorch", StringComparison.Ordinal) || id.StartsWith("TorchSharp-", StringComparison.Ordinal));
        }
    }

    private string[] FilesOf(string package)
    {
        using ZipArchive archive = ZipFile.OpenRead(Path.Combine(packed.Packages, package));
        return [.. archive.Entries.Select(entry => entry.FullName)];
    }

    private XElement MetadataOf(string package)
    {
        using ZipArchive archive = ZipFile.OpenRead(Path.Combine(packed.Packages, package));
        using Stream nuspec = archive.Entries.Single(entry => entry.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open();
        return XDocument.Load(nuspec).Root!;
    }

    private static string? ValueOf(XElement nuspec, string element) =>
        nuspec.Descendants().FirstOrDefault(each => each.Name.LocalName == element)?.Value;
}
