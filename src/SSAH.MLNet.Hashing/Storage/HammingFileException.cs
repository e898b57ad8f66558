namespace SSAH.MLNet.Hashing;

/// <summary>A file is no intact file of codes, or breaks the limits it was to be read with.</summary>
public sealed class HammingFileException : Exception
{
    /// <summary>Makes an exception without a message of its own.</summary>
    public HammingFileException()
    {
    }

    /// <summary>Makes an exception.</summary>
    /// <param name="message">What is wrong with which file.</param>
    public HammingFileException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an exception with its cause.</summary>
    /// <param name="message">What is wrong with which file.</param>
    /// <param name="innerException">The cause.</param>
    public HammingFileException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
