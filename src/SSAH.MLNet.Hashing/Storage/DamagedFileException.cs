namespace SSAH.MLNet.Hashing;

/// <summary>A file is not what it should be: damaged, cut off, of another kind or version, or beyond the limits it was to be read with.</summary>
/// <remarks>The one family of errors of everything that reads files, of this library's own formats and of others (images, archives, tables, ONNX
/// models). A file that cannot be opened or read at all is an <see cref="IOException"/>. Of a collection or a vector store it may also mean that no
/// memory was left: SQLite cannot tell that from lengths in the file that are damaged, and the message names both.</remarks>
public class DamagedFileException : Exception
{
    /// <summary>Makes an exception without a message of its own.</summary>
    public DamagedFileException()
        : base("The file is damaged.")
    {
    }

    /// <summary>Makes an exception.</summary>
    /// <param name="message">What is wrong with which file.</param>
    public DamagedFileException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an exception with its cause.</summary>
    /// <param name="message">What is wrong with which file.</param>
    /// <param name="innerException">The cause.</param>
    public DamagedFileException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
