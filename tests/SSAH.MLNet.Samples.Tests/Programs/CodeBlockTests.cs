using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.ML;

namespace SSAH.MLNet.Samples.Tests.Programs;

/// <summary>Every C# block of README and docs compiles against the public surface, with what a console project has; README's first one is run.</summary>
public sealed partial class CodeBlockTests : IDisposable
{
    // What blocks take from the text around them.
    private const string Given = """
        static class Given
        {
            public static Microsoft.ML.MLContext mlContext = new(1);
            public static Microsoft.ML.IDataView train = null!, queries = null!, database = null!, images = null!;
        }
        """;

    private const string ImplicitUsings = """
        global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; global using System.Net.Http;
        global using System.Threading; global using System.Threading.Tasks;
        """;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, int> Blocks => [.. CodeBlocks.Documents.SelectMany(CodeBlocks.Of).Select(block => (block.Document, block.Line))];

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Block_compiles(string document, int line)
    {
        string code = CodeBlocks.Of(document).Single(block => block.Line == line).Code;
        // A block that says what it uses is a program of its own; the others stand in the text of their page.
        bool isWhole = Usings().IsMatch(code);
        (byte[]? _, IEnumerable<Diagnostic> errors) = Compile(code, isWhole
            ? [ImplicitUsings]
            : [ImplicitUsings, "global using Microsoft.ML; global using SSAH.MLNet; global using SSAH.MLNet.Evaluation; global using SSAH.MLNet.Hashing; "
                + "global using SSAH.MLNet.Reports; global using static Given;", Given]);
        Assert.True(!errors.Any(), $"{document}, block of line {line}:\n{string.Join('\n', errors)}");
    }

    [Fact]
    public void Readme_s_example_trains_saves_loads_and_evaluates()
    {
        DrawnFolder.Write(_folder.At("images", "train"), perClass: 12, labeledShare: 0.5);
        DrawnFolder.Write(_folder.At("images", "test"), perClass: 2, seed: 2);
        string code = CodeBlocks.Of("README.md")[0].Code;
        Assert.InRange(code.Split('\n').Length, 15, 25);
        code = code.Replace("\"images/", $"@\"{_folder.Path}/images/", StringComparison.Ordinal)
            .Replace("\"hasher.zip\"", $"@\"{_folder.At("hasher.zip")}\"", StringComparison.Ordinal);

        (byte[]? assembly, IEnumerable<Diagnostic> errors) = Compile(code + CodeBlocks.AskForReadmeNeighbors, [ImplicitUsings]);
        Assert.True(assembly is not null, string.Join('\n', errors));
        string printed = Run(assembly);

        Assert.Contains("20 queries, 60 database rows", printed, StringComparison.Ordinal);
        Assert.Contains("neighbors " + string.Join(' ', Enumerable.Repeat(10, 20)), printed, StringComparison.Ordinal);
        using HashEncoder loaded = new MLContext().Model.Load(_folder.At("hasher.zip"), out DataViewSchema schema).GetHashEncoder();
        Assert.Contains(loaded.GetOutputSchema(schema), column => column.Name == "HashCode");
    }

    private static (byte[]? Assembly, IEnumerable<Diagnostic> Errors) Compile(string code, string[] others)
    {
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => path.EndsWith(".dll", StringComparison.Ordinal)).Select(path => MetadataReference.CreateFromFile(path));
        var options = new CSharpParseOptions(LanguageVersion.CSharp14);
        SyntaxTree[] trees = [.. others.Prepend(code).Select(text => CSharpSyntaxTree.ParseText(text, options))];
        // A block of nothing but types is part of a program.
        OutputKind kind = trees[0].GetCompilationUnitRoot().Members.OfType<GlobalStatementSyntax>().Any()
            ? OutputKind.ConsoleApplication
            : OutputKind.DynamicallyLinkedLibrary;
        var compilation = CSharpCompilation.Create("CodeBlock", trees, references,
            new CSharpCompilationOptions(kind, nullableContextOptions: NullableContextOptions.Enable));
        using var assembly = new MemoryStream();
        var result = compilation.Emit(assembly);
        return (result.Success ? assembly.ToArray() : null, result.Diagnostics.Where(each => each.Severity == DiagnosticSeverity.Error));
    }

    private static string Run(byte[] assembly)
    {
        // Other programs on this machine would make two threads wait for each other most of the time.
        TorchSharp.torch.set_num_threads(1);
        TextWriter console = Console.Out;
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

    [GeneratedRegex("^using [A-Z]", RegexOptions.Multiline)]
    private static partial Regex Usings();
}
