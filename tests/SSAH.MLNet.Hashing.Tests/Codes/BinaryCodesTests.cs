using CsCheck;
using Xunit;

namespace SSAH.MLNet.Hashing.Tests.Codes;

public sealed class BinaryCodesTests
{
    private static readonly Gen<(int Bits, bool[][] Rows)> s_rows =
        Gen.OneOf(Gen.Int[1, 600], Gen.Int[4000, BinaryCodes.MaxBits]).SelectMany(bits => Gen.Bool.Array[bits].Array[0, 9].Select(rows => (bits, rows)));

    [Fact]
    public void Packed_codes_come_back_and_words_hold_the_same_bits() => s_rows.Sample(sample =>
    {
        (int bits, bool[][] rows) = sample;
        byte[] packed = Pack(bits, rows);
        BinaryCodes codes = BinaryCodes.FromPacked(bits, packed);
        Assert.Equal(rows.Length, codes.Count);
        Assert.Equal(codes.Count * codes.WordsPerCode, codes.Words.Length);
        byte[] row = new byte[codes.BytesPerCode];
        for (int i = 0; i < rows.Length; i++)
        {
            codes.CopyPacked(i, row);
            Assert.Equal(packed.AsSpan(i * row.Length, row.Length).ToArray(), row);
            for (int bit = 0; bit < codes.WordsPerCode * 64; bit++)
                Assert.Equal(bit < bits && rows[i][bit], (codes[i][bit / 64] >> (bit % 64) & 1) == 1);
        }
    }, iter: 60);

    [Fact]
    public void Adding_one_by_one_equals_adding_all_and_a_slice_is_the_same_rows() => s_rows.Sample(sample =>
    {
        (int bits, bool[][] rows) = sample;
        BinaryCodes all = BinaryCodes.FromPacked(bits, Pack(bits, rows));
        var grown = new BinaryCodes(bits, capacity: rows.Length / 2);
        foreach (bool[] row in rows)
            grown.Add(Pack(bits, [row]));
        Assert.Equal(all.Words.ToArray(), grown.Words.ToArray());
        int start = rows.Length / 3;
        BinaryCodes slice = all.Slice(start, rows.Length - start);
        Assert.Equal(all.Words[(start * all.WordsPerCode)..].ToArray(), slice.Words.ToArray());
    }, iter: 60);

    [Fact]
    public void A_bit_is_one_where_the_activation_is_zero_or_more() => s_rows.Sample(sample =>
    {
        (int bits, bool[][] rows) = sample;
        float[] activations = [.. rows.SelectMany((row, i) => row.Select(one => one ? i % 2 * 0.5f : -1e-9f))];
        Assert.Equal(BinaryCodes.FromPacked(bits, Pack(bits, rows)).Words.ToArray(), BinaryCodes.FromActivations(bits, activations).Words.ToArray());
    }, iter: 60);

    [Fact]
    public void Negative_zero_is_zero() => Assert.Equal(3UL, BinaryCodes.FromActivations(2, [-0f, 0f]).Words[0]);

    [Fact]
    public void NaN_is_an_error_that_names_the_place()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => BinaryCodes.FromActivations(2, [1, 1, 1, float.NaN]));
        Assert.Contains("Activation 1 of row 1", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4097)]
    [InlineData(-8)]
    public void Lengths_outside_1_to_4096_are_errors(int bits)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new BinaryCodes(bits));
        Assert.Throws<ArgumentOutOfRangeException>(() => BinaryCodes.FromActivations(bits, []));
    }

    [Fact]
    public void Broken_rows_are_errors_and_nothing_is_added()
    {
        var codes = new BinaryCodes(12);
        Assert.Throws<ArgumentException>(() => codes.Add(new byte[3]));
        Assert.Throws<ArgumentException>(() => codes.Add([0, 0, 0, 0x10]));
        Assert.Equal(0, codes.Count);
        codes.Add([0xFF, 0x0F]);
        Assert.Throws<ArgumentOutOfRangeException>(() => codes[1].Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => codes.Slice(0, 2));
        Assert.Throws<ArgumentException>(() => codes.CopyPacked(0, new byte[1]));
    }

    [Fact]
    public void Appending_a_list_equals_adding_its_rows_and_a_list_can_be_appended_to_itself() => s_rows.Sample(sample =>
    {
        (int bits, bool[][] rows) = sample;
        BinaryCodes codes = BinaryCodes.FromPacked(bits, Pack(bits, rows)),
            all = BinaryCodes.FromPacked(bits, Pack(bits, [.. rows, .. rows, .. rows, .. rows]));
        var grown = new BinaryCodes(bits);
        grown.Append(codes);
        grown.Append(codes);
        grown.Append(grown);
        Assert.Equal(all.Words.ToArray(), grown.Words.ToArray());
        Assert.Equal(all.Count, grown.Count);
    }, iter: 60);

    [Fact]
    public void A_list_takes_over_the_model_of_its_first_codes_and_refuses_another()
    {
        BinaryCodes one = TestCodes.Random(16, 2, 1), two = TestCodes.Random(16, 2, 2), unknown = TestCodes.Random(16, 2, 3);
        (one.ModelId, two.ModelId) = ("one", "two");
        var all = new BinaryCodes(16);
        all.Append(one);
        all.Append(unknown);
        Assert.Equal("one", all.ModelId);
        Assert.Equal("one", all.Slice(1, 2).ModelId);
        ArgumentException error = Assert.Throws<ArgumentException>(() => all.Append(two));
        Assert.Contains("'one'", error.Message, StringComparison.Ordinal);
        Assert.Contains("'two'", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => all.Append(TestCodes.Random(17, 1, 1)));
        Assert.Equal(4, all.Count);
        unknown.Append(one);
        Assert.Null(unknown.ModelId);
        Assert.Throws<ArgumentException>(() => unknown.ModelId = "");
        Assert.Throws<ArgumentException>(() => unknown.ModelId = "\ud800");
        Assert.Throws<ArgumentException>(() => unknown.ModelId = new string('m', 1025));
    }

    internal static byte[] Pack(int bits, bool[][] rows)
    {
        int bytes = (bits + 7) / 8;
        byte[] packed = new byte[bytes * rows.Length];
        for (int row = 0; row < rows.Length; row++)
        {
            for (int bit = 0; bit < bits; bit++)
                packed[row * bytes + bit / 8] |= (byte)(rows[row][bit] ? 1 << (bit % 8) : 0);
        }
        return packed;
    }
}
