using System.Globalization;

namespace SSAH.MLNet.Benchmarks.Scale;

/// <summary>What <c>bench scale</c> measures.</summary>
/// <param name="Codes">Number of codes.</param>
/// <param name="Bits">Length of the codes.</param>
/// <param name="GraphCodes">How many of them graphs get: a graph of a million takes longer than all the rest.</param>
/// <param name="PieceCodes">How many of them PostgreSQL's <c>MultiHash</c> gets; 0 for none.</param>
/// <param name="Places">The places that are measured.</param>
internal sealed record ScaleOptions(int Codes, int Bits, int GraphCodes, int PieceCodes, string[] Places)
{
    public const string Usage =
        "usage: bench scale [--codes N] [--bits N] [--graph-codes N] [--piece-codes N] [--only sqlite,usearch,shards,postgres]   "
        + "(1000000, 64, 100000, as many as codes, all)";

    private static readonly string[] s_places = ["sqlite", "usearch", "shards", "postgres"];

    /// <summary>The options, or null where they are wrong.</summary>
    public static ScaleOptions? Parse(string[] args)
    {
        var options = new ScaleOptions(1_000_000, 64, 100_000, int.MaxValue, s_places);
        for (int i = 0; i < args.Length; i += 2)
        {
            if (i + 1 == args.Length)
                return null;
            if (args[i] == "--only" && args[i + 1].Split(',') is var places && places.All(place => s_places.Contains(place)))
            {
                options = options with { Places = places };
                continue;
            }
            if (!int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out int number) || (number < 1 && args[i] != "--piece-codes"))
                return null;
            switch (args[i])
            {
                case "--codes": options = options with { Codes = number }; break;
                case "--bits": options = options with { Bits = number }; break;
                case "--piece-codes": options = options with { PieceCodes = number }; break;
                case "--graph-codes": options = options with { GraphCodes = number }; break;
                default: return null;
            }
        }
        return options with { GraphCodes = Math.Min(options.GraphCodes, options.Codes), PieceCodes = Math.Min(options.PieceCodes, options.Codes) };
    }
}
