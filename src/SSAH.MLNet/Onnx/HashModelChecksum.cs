using System.Security.Cryptography;
using System.Text;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Onnx;

/// <summary>
/// The checksum of a hash model's file: its last metadata entry, <c>ssah.sha256</c> with the SHA-256 of all bytes before the entry, in hexadecimal
/// digits. The same hash is the model's id, so that a file from before there were checksums keeps its id when it is saved with one.
/// </summary>
internal static class HashModelChecksum
{
    private const int Digits = 64;

    // Field 14 of the model (an entry of the metadata), and in it field 1, the key, and field 2, the value; each with its length.
    private static readonly byte[] s_entry =
    [
        0x72, (byte)(HashModelContract.ChecksumKey.Length + Digits + 4),
        0x0A, (byte)HashModelContract.ChecksumKey.Length, .. Encoding.ASCII.GetBytes(HashModelContract.ChecksumKey), 0x12, Digits,
    ];

    /// <summary>Compares a file with its checksum; one without is given one.</summary>
    /// <returns>The file with its checksum, and the hash in hexadecimal digits.</returns>
    /// <exception cref="DamagedFileException">The file is damaged.</exception>
    public static (byte[] File, string Hash) Check(byte[] file)
    {
        int body = file.Length - s_entry.Length - Digits;
        if (body < 0 || !file.AsSpan(body).StartsWith(s_entry))
        {
            string hash = HashOf(file);
            return ([.. file, .. s_entry, .. Encoding.ASCII.GetBytes(hash)], hash);
        }
        string found = HashOf(file.AsSpan(0, body));
        if (!file.AsSpan(file.Length - Digits).SequenceEqual(Encoding.ASCII.GetBytes(found)))
            throw Damaged();
        return (file, found);
    }

    /// <summary>The error of a file that is not what was written.</summary>
    public static DamagedFileException Damaged() => new($"The hash model is damaged: its bytes are not those that its checksum (metadata entry "
        + $"'{HashModelContract.ChecksumKey}') was made of. Copy or download it again; if a program changed it on purpose, let it remove that entry.");

    private static string HashOf(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
