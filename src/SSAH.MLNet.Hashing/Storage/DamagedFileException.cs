namespace SSAH.MLNet.Hashing;

/// <summary>A file is not what it should be: damaged, cut off, of another kind or version, or beyond the limits it was to be read with.</summary>
/// <remarks>Every reader of this library's own files throws it (codes, indexes, splits, collections). What others' formats hold (images, archives,
/// tables, ONNX models) is an <see cref="InvalidDataException"/>, as .NET's own readers have it; a file that cannot be opened or read at all is an
/// <see cref="IOException"/>.</remarks>
public sealed class DamagedFileException : Exception
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
    public DamagedFileException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
