using SSAH.MLNet.Hashing;

namespace SSAH.MLNet;

/// <summary>A pretrained network is whole, but has something that this library does not read, or does not run on images of the size that it is to be
/// used with; the message names the node and what to do.</summary>
public sealed class UnsupportedNetworkException : DamagedFileException
{
    /// <summary>Makes an exception without a message of its own.</summary>
    public UnsupportedNetworkException()
        : base("The network is not supported.")
    {
    }

    /// <summary>Makes an exception.</summary>
    /// <param name="message">What is not supported in which file.</param>
    public UnsupportedNetworkException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an exception with its cause.</summary>
    /// <param name="message">What is not supported in which file.</param>
    /// <param name="innerException">The cause.</param>
    public UnsupportedNetworkException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
