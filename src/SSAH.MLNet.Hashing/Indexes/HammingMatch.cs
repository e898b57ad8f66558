namespace SSAH.MLNet.Hashing;

/// <summary>A code that a search found.</summary>
/// <param name="Id">The code's id.</param>
/// <param name="Distance">Number of bits that differ from the query, 0 to the code length.</param>
public readonly record struct HammingMatch(long Id, int Distance);
