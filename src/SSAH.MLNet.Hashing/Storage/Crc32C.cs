using System.Numerics;
using System.Runtime.InteropServices;

namespace SSAH.MLNet.Hashing;

/// <summary>The CRC-32C checksum (Castagnoli polynomial): one instruction for eight bytes, and it finds every error of up to 32 bits in a
/// row.</summary>
internal struct Crc32C()
{
    private uint _state = uint.MaxValue;

    public readonly uint Value => ~_state;

    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var checksum = new Crc32C();
        checksum.Append(bytes);
        return checksum.Value;
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        uint state = _state;
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (ulong word in words)
            state = BitOperations.Crc32C(state, word);
        foreach (byte one in bytes[(words.Length * sizeof(ulong))..])
            state = BitOperations.Crc32C(state, one);
        _state = state;
    }
}
