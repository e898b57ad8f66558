namespace SSAH.MLNet.Hashing;

/// <summary>Messages of argument errors for those who did not give the argument.</summary>
internal static class ArgumentErrors
{
    /// <summary>The message without "(Parameter 'x')", which means nothing to the reader of a file.</summary>
    public static string Sentence(ArgumentException error)
    {
        string suffix = $" (Parameter '{error.ParamName}')";
        return error.ParamName is not null && error.Message.EndsWith(suffix, StringComparison.Ordinal) ? error.Message[..^suffix.Length] : error.Message;
    }
}
