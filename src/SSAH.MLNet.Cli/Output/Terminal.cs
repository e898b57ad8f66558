// The one file that knows the console of the process: a tool prints, a library does not.
#pragma warning disable RS0030

namespace SSAH.MLNet.Cli.Output;

/// <summary>The console of the process, and whether somebody looks at it.</summary>
internal static class Terminal
{
    /// <summary>Standard output.</summary>
    public static TextWriter Out => Console.Out;

    /// <summary>Standard error.</summary>
    public static TextWriter Error => Console.Error;

    /// <summary>Whether a writer is standard output, and that is a terminal.</summary>
    public static bool IsOut(TextWriter writer) => ReferenceEquals(writer, Console.Out) && !Console.IsOutputRedirected;

    /// <summary>Whether a writer is standard error, and that is a terminal.</summary>
    public static bool IsError(TextWriter writer) => ReferenceEquals(writer, Console.Error) && !Console.IsErrorRedirected;

    /// <summary>Whether colors may be used where there is a terminal (https://no-color.org).</summary>
    public static bool AllowsColor => Environment.GetEnvironmentVariable("NO_COLOR") is not { Length: > 0 }
        && Environment.GetEnvironmentVariable("TERM") != "dumb";
}
