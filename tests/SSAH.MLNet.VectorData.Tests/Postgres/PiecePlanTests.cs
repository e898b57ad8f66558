using SSAH.MLNet.Postgres.Searching;

namespace SSAH.MLNet.VectorData.Tests.Postgres;

/// <summary>The pigeonhole plan misses nothing, and pieces are numbers as PostgreSQL has them.</summary>
public sealed class PiecePlanTests
{
    [Theory]
    [InlineData(5)]
    [InlineData(16)]
    [InlineData(40)]
    [InlineData(64)]
    [InlineData(100)]
    public void Every_code_within_the_radius_has_one_of_the_keys(int bits)
    {
        CodePiece[] pieces = CodePiece.Of(bits);
        Assert.Equal(Enumerable.Range(0, bits), pieces.SelectMany(piece => Enumerable.Range(piece.Start, piece.Length)));
        Assert.InRange(pieces.Max(piece => piece.Length) - pieces.Min(piece => piece.Length), 0, 1);
        var random = new Random(bits);
        for (int i = 0; i < 2000; i++)
        {
            int radius = random.Next(3 * pieces.Length);
            byte[] code = RandomCode(random, bits), near = [.. code];
            foreach (int bit in Enumerable.Range(0, bits).OrderBy(_ => random.Next()).Take(Math.Min(bits, random.Next(radius + 1))))
                near[bit / 8] ^= (byte)(1 << (bit % 8));
            PiecePlan plan = PiecePlan.For(pieces, code, radius)!;
            Assert.Contains(plan.Lookups, lookup => lookup.Keys.Contains(lookup.Piece.KeyOf(near)));
        }
    }

    [Fact]
    public void Keys_near_a_key_are_all_of_them_and_each_once()
    {
        for (int length = 1; length <= 9; length++)
        {
            var piece = new CodePiece(3, length);
            for (int radius = 0; radius <= length + 1; radius++)
            {
                int key = 77 & ((1 << length) - 1);
                int[] expected = [.. Enumerable.Range(0, 1 << length).Where(other => int.PopCount(other ^ key) <= radius)];
                Assert.Equal(expected, piece.Near(key, radius, 1 << length)!.Order());
                Assert.Equal(expected.Length, piece.Count(radius));
                Assert.Null(piece.Near(key, radius, expected.Length - 1));
            }
        }
    }

    private static byte[] RandomCode(Random random, int bits)
    {
        var code = new byte[(bits + 7) / 8];
        random.NextBytes(code);
        if (bits % 8 != 0)
            code[^1] &= (byte)((1 << (bits % 8)) - 1);
        return code;
    }
}
