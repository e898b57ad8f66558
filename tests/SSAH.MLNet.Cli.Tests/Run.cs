using System.Text.Json;
using SSAH.MLNet.Cli.CommandLine;

namespace SSAH.MLNet.Cli.Tests;

/// <summary>One run of the tool within the tests' process.</summary>
/// <param name="Code">The exit code.</param>
/// <param name="Out">What stood on standard output.</param>
/// <param name="Error">What stood on standard error.</param>
internal sealed record Run(int Code, string Out, string Error)
{
    /// <summary>Standard output as JSON.</summary>
    public JsonElement Json => JsonDocument.Parse(Out).RootElement;

    /// <summary>Runs a command line.</summary>
    public static Run Of(params string[] arguments) => Of(CancellationToken.None, arguments);

    /// <summary>Runs a command line that must succeed.</summary>
    public static Run Done(params string[] arguments)
    {
        Run run = Of(arguments);
        Assert.True(run.Code == ExitCode.Done, $"ssah {string.Join(' ', arguments)} ended with {run.Code}:\n{run.Out}{run.Error}");
        return run;
    }

    /// <summary>Runs a command line that serves until somebody stops it, which is done once it says where.</summary>
    public static Run Served(params string[] arguments)
    {
        using var cancellation = new CancellationTokenSource();
        using StringWriter output = new(), error = new();
        TextWriter shared = TextWriter.Synchronized(output);
        Task<int> serving = Task.Run(() => ToolRun.Invoke(SsahTool.Create(), arguments, shared, error, cancellation.Token));
        while (!serving.IsCompleted && !Written().Contains("http://", StringComparison.Ordinal))
            Thread.Sleep(20);
        cancellation.Cancel();
        return new Run(serving.GetAwaiter().GetResult(), output.ToString(), error.ToString());

        // The synchronized writer's own text is its type's name.
        string Written()
        {
            lock (shared)
                return output.ToString();
        }
    }

    /// <summary>Runs a command line that somebody stops.</summary>
    public static Run Of(CancellationToken cancellation, params string[] arguments)
    {
        using StringWriter output = new(), error = new();
        int code = ToolRun.Invoke(SsahTool.Create(), arguments, output, error, cancellation);
        return new Run(code, output.ToString(), error.ToString());
    }
}
