namespace SSAH.MLNet.Hashing;

/// <summary>Two codes of a list that are near each other.</summary>
/// <param name="First">Row of the one, below <paramref name="Second"/>.</param>
/// <param name="Second">Row of the other.</param>
/// <param name="Distance">Number of bits that differ, 0 to the radius of the join.</param>
public readonly record struct HammingPair(int First, int Second, int Distance);
