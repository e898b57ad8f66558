namespace SSAH.MLNet.Cli.CommandLine;

/// <summary>Something that the user can mend: the message names the file and the remedy, in one or two lines.</summary>
internal sealed class ToolException : Exception
{
    public ToolException(string message) : base(message)
    {
    }

    public ToolException(string message, Exception inner) : base(message, inner)
    {
    }
}
