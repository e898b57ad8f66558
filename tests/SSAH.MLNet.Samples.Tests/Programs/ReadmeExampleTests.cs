using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.ML;
using SSAH.MLNet.BenchmarkData;

namespace SSAH.MLNet.Samples.Tests.Programs;

/// <summary>The example of the README is taken out of it, compiled and run: on small images and for seconds, and otherwise as it stands.</summary>
public sealed class ReadmeExampleTests : IDisposable
{
    private const string Budget = "TimeSpan.FromMinutes(30)";
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Example_trains_saves_loads_and_evaluates()
    {
        Images.Write(_folder, "images/train", perClass: 12, unlabeledShare: 0.5);
        Images.Write(_folder, "images/test", perClass: 2, unlabeledShare: 0);
        var code = ReadExample();
        Assert.Contains(Budget, code, StringComparison.Ordinal);
        Assert.InRange(code.Split('\n').Length, 15, 25);
        code = code.Replace(Budget, "TimeSpan.FromSeconds(3)", StringComparison.Ordinal)
            .Replace("\"images/", $"@\"{_folder.Path}/images/", StringComparison.Ordinal)
            .Replace("\"hasher.zip\"", $"@\"{_folder.At("hasher.zip")}\"", StringComparison.Ordinal);

        // A data view is computed when it is read: ask for what the example ends with.
        code += "\nConsole.WriteLine(\"neighbors \" + string.Join(' ', Microsoft.ML.Data.ColumnCursorExtensions.GetColumn<string[]>(nearest, \"NeighborsImagePath\").Select(paths => paths.Distinct().Count(System.IO.File.Exists))));";

        var printed = Run(Compile(code));

        Assert.Contains("20 queries, 60 database rows", printed, StringComparison.Ordinal);
        Assert.Contains("neighbors " + string.Join(' ', Enumerable.Repeat(10, 20)), printed, StringComparison.Ordinal);
        using var loaded = new MLContext().Model.Load(_folder.At("hasher.zip"), out var schema).GetHashEncoder();
        Assert.Contains(loaded.GetOutputSchema(schema), column => column.Name == "HashCode");
    }

    private static string ReadExample()
    {
        var readme = File.ReadAllText(Path.Combine(ImageSets.RepositoryRoot()!, "README.md"));
        var start = readme.IndexOf("```csharp\n", StringComparison.Ordinal) + "```csharp\n".Length;
        return readme[start..readme.IndexOf("```", start, StringComparison.Ordinal)].TrimEnd();
    }

    private static byte[] Compile(string code)
    {
        const string implicitUsings = "global using System; global using System.Linq;";
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => path.EndsWith(".dll", StringComparison.Ordinal)).Select(path => MetadataReference.CreateFromFile(path));
        var options = new CSharpParseOptions(LanguageVersion.CSharp14);
        var compilation = CSharpCompilation.Create("ReadmeExample",
            [CSharpSyntaxTree.ParseText(code, options), CSharpSyntaxTree.ParseText(implicitUsings, options)],
            references, new CSharpCompilationOptions(OutputKind.ConsoleApplication));
        using var assembly = new MemoryStream();
        var result = compilation.Emit(assembly);
        Assert.True(result.Success, string.Join('\n', result.Diagnostics.Where(each => each.Severity == DiagnosticSeverity.Error)));
        return assembly.ToArray();
    }

    private static string Run(byte[] assembly)
    {
        // Other programs on this machine would make two threads wait for each other most of the time.
        TorchSharp.torch.set_num_threads(1);
        var console = Console.Out;
        using var printed = new StringWriter();
        Console.SetOut(printed);
        try
        {
            System.Reflection.Assembly.Load(assembly).EntryPoint!.Invoke(null, [Array.Empty<string>()]);
        }
        finally
        {
            Console.SetOut(console);
        }

        return printed.ToString();
    }
}
