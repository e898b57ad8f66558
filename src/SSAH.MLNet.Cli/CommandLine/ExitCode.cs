namespace SSAH.MLNet.Cli.CommandLine;

/// <summary>What the tools' exit codes mean; docs/cli.md says the same.</summary>
internal static class ExitCode
{
    /// <summary>Done; of <c>compare</c>: the same image.</summary>
    public const int Done = 0;

    /// <summary>Done, and the answer is no: different images, a file that is not whole.</summary>
    public const int No = 1;

    /// <summary>Not done; standard error says why.</summary>
    public const int Error = 2;

    /// <summary>Stopped by Ctrl-C; what was done is kept. (128 and the signal's number, as shells have it.)</summary>
    public const int Interrupted = 130;
}
