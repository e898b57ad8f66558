using System.Buffers.Binary;
using SSAH.MLNet.Hashing.Tests.Codes;

namespace SSAH.MLNet.Hashing.Tests.Storage;

public sealed class HammingFileTests : IDisposable
{
    private static readonly ReadingLimits[] s_limits = [ReadingLimits.Trusted, ReadingLimits.Untrusted, ReadingLimits.Mapped];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hamming");

    public static TheoryData<string> Kinds => ["codes", "flat", "ids", "hashed", "keys"];

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(1)]
    [InlineData(12)]
    [InlineData(64)]
    [InlineData(200)]
    [InlineData(512)]
    [InlineData(4096)]
    public void What_is_saved_comes_back(int bits)
    {
        BinaryCodes codes = TestCodes.Clustered(bits, 1500, bits), queries = TestCodes.Clustered(bits, 5, bits);
        string path = PathOf("codes");
        codes.Save(path);
        foreach (ReadingLimits limits in s_limits)
        {
            Assert.Equal(codes.Words.ToArray(), BinaryCodes.Load(path, limits).Words.ToArray());
            foreach (HammingIndex index in bits > MultiHashIndex.MaxBits
                ? [new HammingFlatIndex(codes)] : (HammingIndex[])[new HammingFlatIndex(codes), new MultiHashIndex(codes)])
            {
                index.Remove(3, 5, 700, 1499);
                string file = PathOf("index");
                index.Save(file);
                HammingIndex loaded = HammingIndex.Load(file, limits);
                Assert.Equal(index.GetType(), loaded.GetType());
                Assert.Equal((index.Bits, index.Count, index.NextId), (loaded.Bits, loaded.Count, loaded.NextId));
                AssertSame(index, loaded, queries);
                // The loaded index can change, and be saved over the file that it is mapped from.
                Assert.Equal(1500, loaded.Add(codes));
                index.Add(codes);
                Assert.Equal(2, loaded.Remove(10, 2000));
                index.Remove(10, 2000);
                AssertSame(index, loaded, queries);
                loaded.Save(file);
                AssertSame(index, HammingIndex.Load(file, limits), queries);
                AssertSame(index, loaded, queries);
            }
        }
    }

    [Fact]
    public void A_file_of_codes_is_a_flat_index_but_an_index_is_no_file_of_codes()
    {
        BinaryCodes codes = TestCodes.Random(64, 600, 1);
        codes.Save(PathOf("codes"));
        AssertSame(new HammingFlatIndex(codes), HammingIndex.Load(PathOf("codes")), TestCodes.Random(64, 3, 2));
        new HammingFlatIndex(codes).Save(PathOf("index"));
        Assert.Contains("Load it with", Assert.Throws<DamagedFileException>(() => BinaryCodes.Load(PathOf("index"))).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_flipped_byte_is_found(string kind)
    {
        byte[] good = FileOf(kind);
        for (int i = 0; i < good.Length; i++)
        {
            byte[] bad = [.. good];
            bad[i] ^= (byte)(1 << (i % 8));
            AssertRefused(bad);
            bad[i] = (byte)~good[i];
            AssertRefused(bad);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_other_length_is_found(string kind)
    {
        byte[] good = FileOf(kind);
        for (int length = 0; length < good.Length; length++)
            AssertRefused(good[..length]);
        AssertRefused([.. good, 0]);
        AssertRefused([.. good, .. good]);
    }

    [Fact]
    public void Random_bytes_are_no_file()
    {
        var random = new Random(1);
        byte[] good = FileOf("ids");
        for (int i = 0; i < 300; i++)
        {
            byte[] bytes = new byte[random.Next(400)];
            random.NextBytes(bytes);
            if (i % 3 != 0)
                good.AsSpan(0, Math.Min(bytes.Length, random.Next(8, 128))).CopyTo(bytes);
            AssertRefused(bytes);
        }
    }

    [Theory]
    [Trait("CWE", "789")]
    [InlineData(12, 9u)]
    [InlineData(16, 0u)]
    [InlineData(16, 513u)]
    [InlineData(16, 0xFFFF_FFC0u)]
    [InlineData(20, 2u)]
    [InlineData(24, 0x7FFF_FFFFu)]
    [InlineData(24, 0xFFFF_FFFFu)]
    [InlineData(28, 1u)]
    [InlineData(28, 0x8000_0000u)]
    [InlineData(36, 0x8000_0000u)]
    [InlineData(40, 0x4000_0000u)]
    [InlineData(48, 7u)]
    [InlineData(52, 1u)]
    [InlineData(60, 1u)]
    public void A_lying_header_with_a_right_checksum_is_found(int offset, uint value)
    {
        byte[] bytes = FileOf("ids");
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(offset), value);
        Sign(bytes);
        long before = GC.GetAllocatedBytesForCurrentThread();
        AssertRefused(bytes);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void A_lying_body_with_right_checksums_is_found()
    {
        byte[] good = FileOf("ids");
        int ids = good.Length - 40 * sizeof(long);
        Refuse(HammingFileHeader.Size + 7, 0x80); // a bit above the 60 of the first code
        Refuse(ids + 7, 0x80); // a negative id
        Refuse(ids + 3, 0x7F); // an id that was never given
        byte[] twice = [.. good];
        twice.AsSpan(ids, 8).CopyTo(twice.AsSpan(ids + 8));
        Sign(twice);
        AssertRefused(twice);

        void Refuse(int offset, byte value)
        {
            byte[] bytes = [.. good];
            bytes[offset] = value;
            Sign(bytes);
            AssertRefused(bytes);
        }
    }

    [Fact]
    public void Limits_are_kept()
    {
        File.WriteAllBytes(PathOf("file"), FileOf("flat"));
        long length = new FileInfo(PathOf("file")).Length;
        Assert.Equal(40, HammingIndex.Load(PathOf("file"), new() { MaxBytes = length, MaxRows = 40 }).Count);
        Assert.Throws<DamagedFileException>(() => HammingIndex.Load(PathOf("file"), new() { MaxBytes = length - 1 }));
        Assert.Throws<DamagedFileException>(() => HammingIndex.Load(PathOf("file"), new() { MaxRows = 39 }));
        Assert.Throws<FileNotFoundException>(() => HammingIndex.Load(PathOf("missing")));
    }

    [Fact]
    public void A_save_that_fails_leaves_the_old_file_and_no_other()
    {
        TestCodes.Random(64, 10, 1).Save(PathOf("file"));
        byte[] old = File.ReadAllBytes(PathOf("file"));
        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(PathOf("file"), stream =>
        {
            stream.Write(new byte[100]);
            throw new InvalidOperationException();
        }));
        Assert.Equal(old, File.ReadAllBytes(PathOf("file")));
        Assert.Equal(["file"], _folder.GetFiles().Select(file => file.Name));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Files_of_version_1_load(string kind)
    {
        byte[] bytes = FileOf(kind);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), 1);
        Sign(bytes);
        File.WriteAllBytes(PathOf("old"), bytes);
        if (kind == "keys") // Version 1 has zeros where version 2 says how long the keys are.
            AssertRefused(bytes);
        else
            Assert.Equal(40, HammingIndex.Load(PathOf("old")).Count);
    }

    [Fact]
    public void Lying_keys_with_right_checksums_are_found()
    {
        byte[] good = FileOf("keys");
        int lengths = HammingFileHeader.Size + 40 * sizeof(ulong), text = lengths + 40 * sizeof(uint);
        Refuse(bytes => bytes[text] = 0xFF); // not UTF-8
        Refuse(bytes => bytes[text + 8] = bytes[text + 3]); // a key that stands for two codes
        Refuse(bytes => BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(lengths), 0));
        Refuse(bytes => BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(lengths), 4));
        Refuse(bytes => BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(lengths), 6));
        Refuse(bytes => BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(lengths), 0x7FFF_FFFF));
        Refuse(bytes => bytes[^1] = 0xFF); // the model id
        Refuse(bytes => bytes[56] = 0xFF); // more keys than the file holds

        void Refuse(Action<byte[]> change)
        {
            byte[] bytes = [.. good];
            change(bytes);
            Sign(bytes);
            AssertRefused(bytes);
        }
    }

    private static HammingFlatIndex WithKeys(BinaryCodes codes)
    {
        var index = new HammingFlatIndex(codes.Bits);
        codes.ModelId = "model";
        index.Add(codes, [.. Enumerable.Range(0, codes.Count).Select(i => $"key{i % 10}{i / 10}")]);
        return index;
    }

    /// <summary>The bytes of a small file: 40 codes of 60 bits.</summary>
    private byte[] FileOf(string kind)
    {
        BinaryCodes codes = TestCodes.Random(60, 40, 3);
        string path = PathOf(kind);
        var shuffled = new HammingFlatIndex(60);
        shuffled.Add(codes, [.. Enumerable.Range(0, 40).Select(i => (i * 7L) % 40 + 1)]);
        switch (kind)
        {
            case "codes": codes.Save(path); break;
            case "ids": shuffled.Save(path); break;
            case "flat": new HammingFlatIndex(codes).Save(path); break;
            case "keys": WithKeys(codes).Save(path); break;
            default: new MultiHashIndex(codes, substrings: 4).Save(path); break;
        }
        return File.ReadAllBytes(path);
    }

    /// <summary>Gives changed bytes the checksums that an attacker would give them.</summary>
    private static void Sign(byte[] bytes)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(44), Crc32C.Of(bytes.AsSpan(HammingFileHeader.Size)));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(124), Crc32C.Of(bytes.AsSpan(0, 124)));
    }

    private void AssertRefused(byte[] bytes)
    {
        string path = PathOf("bad");
        File.WriteAllBytes(path, bytes);
        foreach (ReadingLimits limits in s_limits)
        {
            DamagedFileException error = Assert.Throws<DamagedFileException>(() => HammingIndex.Load(path, limits));
            Assert.Contains(path, error.Message, StringComparison.Ordinal);
            Assert.Matches("[^.?][.?]$", error.Message);
            Assert.DoesNotContain("Parameter", error.Message, StringComparison.Ordinal);
        }
        Assert.Throws<DamagedFileException>(() => BinaryCodes.Load(path));
    }

    private static void AssertSame(HammingIndex expected, HammingIndex actual, BinaryCodes queries)
    {
        HammingMatches a = expected.Search(queries, 30), b = actual.Search(queries, 30);
        for (int query = 0; query < queries.Count; query++)
            Assert.Equal(a[query].ToArray(), b[query].ToArray());
    }

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);
}
