namespace SSAH.MLNet.Evaluation;

/// <summary>A file is not a retrieval split.</summary>
public sealed class RetrievalSplitFormatException : FormatException
{
    /// <summary>Makes an exception with a message of its own.</summary>
    public RetrievalSplitFormatException()
        : base("The file is no retrieval split.")
    {
    }

    /// <summary>Makes an exception.</summary>
    public RetrievalSplitFormatException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an exception with a cause.</summary>
    public RetrievalSplitFormatException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
