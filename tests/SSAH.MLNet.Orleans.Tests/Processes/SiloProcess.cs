using System.Diagnostics;
using System.Globalization;
using System.Reflection;

namespace SSAH.MLNet.Orleans.Tests.Processes;

/// <summary>A silo as a process of its own.</summary>
internal sealed class SiloProcess : IDisposable
{
    private static readonly string s_program = typeof(SiloProcess).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(each => each.Key == "ShardProbe").Value!;

    private readonly Process _process;
    private readonly Task<string> _errors;

    private SiloProcess(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Starts a silo; <see cref="ReadyAsync"/> says when it has joined.</summary>
    public static SiloProcess Start(string folder, params int[] numbers) => new(Process.Start(
        new ProcessStartInfo("dotnet", [s_program, folder, .. numbers.Select(number => number.ToString(CultureInfo.InvariantCulture))])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!);

    public async Task ReadyAsync()
    {
        string? line = await _process.StandardOutput.ReadLineAsync();
        Assert.True(line == "ready", line ?? await _errors);
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
