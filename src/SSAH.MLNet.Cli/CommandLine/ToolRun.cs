using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text;
using SSAH.MLNet.Cli.Output;

namespace SSAH.MLNet.Cli.CommandLine;

/// <summary>Runs a command line.</summary>
internal static class ToolRun
{
    /// <summary>Adds the options that every command has.</summary>
    public static RootCommand WithOutputOptions(RootCommand root)
    {
        root.Options.Add(OutputOptions.Json);
        root.Options.Add(OutputOptions.Quiet);
        return root;
    }

    /// <summary>Runs one command line to its end.</summary>
    /// <param name="root">The tool.</param>
    /// <param name="arguments">The arguments.</param>
    /// <param name="outWriter">Standard output.</param>
    /// <param name="errorWriter">Standard error.</param>
    /// <param name="cancellation">Ctrl-C.</param>
    /// <returns>The exit code (<see cref="ExitCode"/>).</returns>
    public static int Invoke(RootCommand root, string[] arguments, TextWriter outWriter, TextWriter errorWriter, CancellationToken cancellation)
    {
        // DOTNET_SYSTEM_GLOBALIZATION_INVARIANT, which containers set, overrules what the tool was built with: 0.9 would be 9 on a German machine.
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        ParseResult result = root.Parse(arguments.Length == 0 ? ["--help"] : arguments);
        // With a help option in it, a command line is a question, whatever else is wrong.
        if (result.Errors.Count > 0 && result.Action is not { ClearsParseErrors: true })
        {
            foreach (var error in result.Errors)
                errorWriter.WriteLine($"error: {error.Message}");
            errorWriter.WriteLine($"'{NameOf(result)} --help' says what there is.");
            return ExitCode.Error;
        }
        // Signals are this program's own; the exceptions of a command are caught in it.
        var configuration = new InvocationConfiguration { Output = outWriter, Error = errorWriter, ProcessTerminationTimeout = null,
            EnableDefaultExceptionHandler = false };
        int code = result.InvokeAsync(configuration, cancellation).GetAwaiter().GetResult();
        outWriter.Flush();
        return code;
    }

    private static string NameOf(ParseResult result)
    {
        var name = new StringBuilder();
        for (CommandResult? command = result.CommandResult; command is not null; command = command.Parent as CommandResult)
            name.Insert(0, command.Command.Name + (name.Length > 0 ? " " : ""));
        return name.ToString();
    }
}
