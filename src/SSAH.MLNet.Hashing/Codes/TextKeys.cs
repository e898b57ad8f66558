using System.Text;

namespace SSAH.MLNet.Hashing;

/// <summary>What text may stand for a code or a model: not empty, valid, and short enough for a file to trust.</summary>
internal static class TextKeys
{
    /// <summary>The longest key, in bytes of UTF-8.</summary>
    public const int MaxBytes = 32 * 1024;

    /// <summary>UTF-8 that throws on what is not text.</summary>
    public static UTF8Encoding Encoding { get; } = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Throws unless <paramref name="text"/> can be saved and read again.</summary>
    /// <exception cref="ArgumentException">The text is empty, too long, or holds half a surrogate pair.</exception>
    public static void ThrowIfUnfit(string? text, string what, int maxBytes, string parameter)
    {
        if (string.IsNullOrEmpty(text))
            throw new ArgumentException($"{what} is empty.", parameter);
        try
        {
            if (Encoding.GetByteCount(text) is var bytes && bytes > maxBytes)
                throw new ArgumentException($"{what} has {bytes} bytes of UTF-8; at most {maxBytes} are allowed.", parameter);
        }
        catch (EncoderFallbackException error)
        {
            throw new ArgumentException($"{what} is not valid text: it holds half a surrogate pair.", parameter, error);
        }
    }
}
