using System.Text.Json;

namespace SSAH.MLNet.Cli.Tests.Processes;

/// <summary>The rules of docs/architecture.md for the tools.</summary>
public sealed class ToolContentTests
{
    [Fact]
    public void The_tool_carries_neither_TorchSharp_nor_the_trainer()
    {
        using JsonDocument dependencies = JsonDocument.Parse(File.ReadAllText(Path.ChangeExtension(Child.Ssah, ".deps.json")));
        string[] libraries = [.. dependencies.RootElement.GetProperty("libraries").EnumerateObject().Select(library => library.Name)];
        Assert.Contains(libraries, name => name.StartsWith("SSAH.MLNet.Collections/", StringComparison.Ordinal));
        Assert.DoesNotContain(libraries, name => name.Contains("torch", StringComparison.OrdinalIgnoreCase)
            || name.StartsWith("SSAH.MLNet.Training/", StringComparison.Ordinal));
    }
}
