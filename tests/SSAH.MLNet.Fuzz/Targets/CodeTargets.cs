using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace SSAH.MLNet.Fuzz.Targets;

/// <summary>The files of codes and indexes, which have a header and two checksums.</summary>
internal abstract class HammingFileTarget(string name) : FileTarget(name, ".codes")
{
    private const int HeaderBytes = 128, BodyChecksumAt = 44, HeaderChecksumAt = 124;

    public override byte[] Sign(byte[] bytes)
    {
        if (bytes.Length < HeaderBytes)
            return bytes;
        byte[] signed = [.. bytes];
        BinaryPrimitives.WriteUInt32LittleEndian(signed.AsSpan(BodyChecksumAt), Crc32C.Of(signed.AsSpan(HeaderBytes)));
        BinaryPrimitives.WriteUInt32LittleEndian(signed.AsSpan(HeaderChecksumAt), Crc32C.Of(signed.AsSpan(0, HeaderChecksumAt)));
        return signed;
    }

    protected static BinaryCodes Codes(int bits, int count)
    {
        var random = new Random(bits);
        byte[] packed = new byte[count * ((bits + 7) / 8)];
        random.NextBytes(packed);
        for (int i = (bits + 7) / 8 - 1; bits % 8 != 0 && i < packed.Length; i += (bits + 7) / 8)
            packed[i] &= (byte)((1 << bits % 8) - 1);
        return BinaryCodes.FromPacked(bits, packed);
    }

    protected byte[] Saved(Action<string> save)
    {
        save(PathOf("sample"));
        return File.ReadAllBytes(PathOf("sample"));
    }
}

/// <summary>Codes.</summary>
internal sealed class CodesTarget() : HammingFileTarget("codes")
{
    public override string Read(byte[] bytes)
    {
        BinaryCodes codes = BinaryCodes.Load(Written(bytes));
        return $"{codes.Bits} {codes.ModelId} {EncoderText.TextOf(codes)}";
    }

    protected override byte[][] MakeSamples()
    {
        BinaryCodes named = Codes(60, 8);
        named.ModelId = "sha256:0123";
        return [Saved(named.Save), Saved(Codes(300, 5).Save)];
    }
}

/// <summary>Indexes.</summary>
internal sealed class IndexTarget() : HammingFileTarget("index")
{
    public override string Read(byte[] bytes)
    {
        HammingIndex index = HammingIndex.Load(Written(bytes));
        BinaryCodes query = Codes(index.Bits, 1);
        HammingMatches found = index.Search(query, Math.Max(1, Math.Min(index.Count, 1000)));
        return $"{index.GetType().Name} {index.Bits} {index.NextId} {index.ModelId} "
            + string.Join(' ', found[0].ToArray().Select(match => $"{match.Id}:{match.Distance}:{index.KeyOf(match.Id)}"));
    }

    protected override byte[][] MakeSamples()
    {
        var keyed = new HammingFlatIndex(60);
        keyed.Add(Codes(60, 8), [.. Enumerable.Range(0, 8).Select(i => $"key {i}")]);
        var numbered = new MultiHashIndex(64);
        numbered.Add(Codes(64, 6), [3L, 5, 8, 13, 21, 34]);
        return [Saved(keyed.Save), Saved(numbered.Save)];
    }
}

/// <summary>Splits.</summary>
internal sealed class SplitTarget() : FileTarget("split", ".split")
{
    public override string Read(byte[] bytes)
    {
        RetrievalSplit split = RetrievalSplit.Load(Written(bytes));
        return $"{split.Protocol} {split.Seed} {split.RowCount} {split.DatabaseIncludesLabeled} {string.Join(' ', split.Roles)}";
    }

    public override byte[] Sign(byte[] bytes)
    {
        int end = bytes.AsSpan().LastIndexOf("sha256 "u8);
        return end < 0 ? bytes : [.. bytes[..end], .. Encoding.ASCII.GetBytes($"sha256 {Convert.ToHexStringLower(SHA256.HashData(bytes.AsSpan(0, end)))}\n")];
    }

    protected override byte[][] MakeSamples()
    {
        IEnumerable<(int, SplitRole)> roles = Enumerable.Range(0, 40).Select(row => (7 * row, (SplitRole)(row % 5)));
        RetrievalSplit.Create("two queries a class", 7, 300, true, roles).Save(PathOf("sample"));
        return [File.ReadAllBytes(PathOf("sample"))];
    }
}
