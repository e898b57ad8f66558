namespace SSAH.MLNet.Postgres.Searching;

/// <summary>
/// Which keys of which pieces must be looked up so that every code within a radius is among the rows that have one of them. By the pigeonhole principle: with
/// m pieces and radius m a + b, a code within it is within a in one of the first b + 1 pieces, or within a - 1 in one of the others.
/// </summary>
internal sealed class PiecePlan
{
    // Longer lists take the planner longer than they save.
    private const int MaxKeys = 20_000;

    private PiecePlan(int radius, IReadOnlyList<(CodePiece Piece, int[] Keys)> lookups) => (Radius, Lookups) = (radius, lookups);

    public int Radius { get; }

    /// <summary>The pieces and the keys to look up in each.</summary>
    public IReadOnlyList<(CodePiece Piece, int[] Keys)> Lookups { get; }

    /// <summary>The share of all rows that is expected to be looked at, were the codes spread evenly.</summary>
    public double Share => Lookups.Sum(lookup => (double)lookup.Keys.Length / (1L << lookup.Piece.Length));

    /// <summary>The plan for a radius, or null where it has too many keys.</summary>
    public static PiecePlan? For(CodePiece[] pieces, byte[] code, int radius)
    {
        int all = radius / pieces.Length, more = radius % pieces.Length;
        var lookups = new List<(CodePiece, int[])>();
        for (int i = 0; i < pieces.Length; i++)
        {
            int within = i <= more ? all : all - 1;
            if (within < 0)
                continue;
            if (pieces[i].Near(pieces[i].KeyOf(code), within, MaxKeys) is not { } keys)
                return null;
            lookups.Add((pieces[i], keys));
        }
        return new PiecePlan(radius, lookups);
    }
}
