using System.Globalization;
using SSAH.MLNet.Processes;

namespace SSAH.MLNet.Orleans.Tests.Processes;

/// <summary>A silo as a process of its own.</summary>
internal sealed class SiloProcess : ChildProgram
{
    private SiloProcess(IEnumerable<string> arguments) : base("ShardProbe", arguments, start => start.RedirectStandardInput = true)
    {
    }

    /// <summary>Starts a silo; <see cref="ReadyAsync"/> says when it has joined.</summary>
    public static SiloProcess Start(string folder, params int[] numbers) =>
        new([folder, .. numbers.Select(number => number.ToString(CultureInfo.InvariantCulture))]);

    public async Task ReadyAsync()
    {
        string? line = await LineAsync();
        Assert.True(line == "ready", line ?? await ErrorsAsync());
    }
}
