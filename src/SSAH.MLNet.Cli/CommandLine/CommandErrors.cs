using SSAH.MLNet.Cli.Output;

namespace SSAH.MLNet.Cli.CommandLine;

/// <summary>Turns what a command throws into an exit code and a line on standard error.</summary>
internal static class CommandErrors
{
    /// <summary>The variable that asks for stack traces.</summary>
    public const string TraceVariable = "SSAH_TRACE";

    public static int Guard(CommandOutput output, Func<CommandOutput, int> run)
    {
        try
        {
            return run(output);
        }
        catch (OperationCanceledException)
        {
            output.Warn("stopped; what was done is kept.");
            return ExitCode.Interrupted;
        }
        catch (Exception error) when (Unwrap(error) is { } cause)
        {
            if (cause is OperationCanceledException)
                return Guard(output, _ => throw cause);
            output.Error(IsExpected(cause) ? MessageOf(cause)
                : $"something that should not happen: {cause.GetType().Name}: {MessageOf(cause)} Set {TraceVariable}=1 to see where.");
            if (Environment.GetEnvironmentVariable(TraceVariable) is { Length: > 0 })
                output.Error(cause.ToString());
            return ExitCode.Error;
        }
    }

    // What the library throws says itself what to do; other exceptions are faults of the tool.
    private static bool IsExpected(Exception error) =>
        error is ToolException or IOException or InvalidDataException or UnauthorizedAccessException or ArgumentException
            or InvalidOperationException or NotSupportedException or FormatException or TimeoutException
        || error.GetType().Namespace?.StartsWith("SSAH.MLNet", StringComparison.Ordinal) == true;

    private static Exception Unwrap(Exception error) =>
        error is AggregateException { InnerExceptions: [var only, ..] }
            || (error is System.Reflection.TargetInvocationException && (only = error.InnerException!) is not null) ? Unwrap(only) : error;

    // ArgumentException appends the name of a parameter that no user knows.
    private static string MessageOf(Exception error) =>
        error is ArgumentException { ParamName: { } name } ? error.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal) : error.Message;
}
