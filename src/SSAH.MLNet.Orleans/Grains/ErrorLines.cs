namespace SSAH.MLNet.Orleans.Grains;

/// <summary>What users read of errors that others made.</summary>
internal static class ErrorLines
{
    /// <summary>The first line, as a sentence: what Orleans rejects carries the stack trace of another silo in its message.</summary>
    public static string FirstLine(this Exception error)
    {
        string line = error.Message.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault()
            ?? error.GetType().Name;
        return line[^1] is '.' or '!' or '?' ? line : line + ".";
    }
}
