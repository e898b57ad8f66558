using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using SSAH.MLNet.Cli.Output;

namespace SSAH.MLNet.Cli.CommandLine;

/// <summary>A command with examples in its help, and with errors as one or two lines.</summary>
internal sealed class ToolCommand : Command
{
    /// <param name="name">Name on the command line.</param>
    /// <param name="description">One sentence.</param>
    /// <param name="examples">Two command lines and what they do.</param>
    public ToolCommand(string name, string description, params (string Line, string Effect)[] examples) : base(name, description)
    {
        var help = new HelpOption();
        help.Action = new ExamplesAction((HelpAction)help.Action!, examples);
        Options.Add(help);
        Examples = examples;
    }

    /// <summary>Command lines and what they do.</summary>
    public IReadOnlyList<(string Line, string Effect)> Examples { get; }

    /// <summary>Says what the command does.</summary>
    /// <param name="run">Gets the command line, the console and the token of Ctrl-C; returns the exit code.</param>
    public ToolCommand Runs(Func<ParseResult, CommandOutput, CancellationToken, int> run)
    {
        SetAction((result, cancellation) => Task.FromResult(CommandErrors.Guard(
            OutputOptions.OpenOutput(result), output => run(result, output, cancellation))));
        return this;
    }

    private sealed class ExamplesAction(HelpAction inner, IReadOnlyList<(string Line, string Effect)> examples) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            int code = inner.Invoke(parseResult);
            TextWriter text = parseResult.InvocationConfiguration.Output;
            text.WriteLine("Examples:");
            foreach ((string line, string effect) in examples)
                text.WriteLine($"  {line}\n      {effect}");
            return code;
        }
    }
}
