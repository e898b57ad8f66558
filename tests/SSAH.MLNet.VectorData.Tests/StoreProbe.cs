using System.Diagnostics;
using System.Reflection;

namespace SSAH.MLNet.VectorData.Tests;

/// <summary>Another process that uses a store.</summary>
internal sealed class StoreProbe : IDisposable
{
    private static readonly string s_program = typeof(StoreProbe).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(each => each.Key == "StoreProbe").Value!;
    private readonly Process _process;
    private readonly Task<string> _errors;

    private StoreProbe(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>What went wrong, once it has ended.</summary>
    public string Errors => _errors.Result;

    /// <summary>The collection that it uses.</summary>
    public static VectorStoreCollectionDefinition Definition => new()
    {
        Properties =
        [
            new VectorStoreKeyProperty("Id", typeof(int)), new VectorStoreDataProperty("Text", typeof(string)),
            new VectorStoreVectorProperty("Code", typeof(byte[]), 32),
        ],
    };

    public static StoreProbe Start(params string[] arguments) => new(Process.Start(new ProcessStartInfo("dotnet", [s_program, .. arguments])
    {
        RedirectStandardOutput = true, RedirectStandardError = true,
    })!);

    /// <summary>The next line that it prints, or null at its end.</summary>
    public string? Line() => _process.StandardOutput.ReadLine();

    /// <summary>All lines to its end.</summary>
    public List<string> Lines()
    {
        var lines = new List<string>();
        while (Line() is { } line)
            lines.Add(line);
        _process.WaitForExit();
        return lines;
    }

    /// <summary>Ends it as a power failure would: nothing of its own code runs any more.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            Kill();
        _process.Dispose();
    }
}
