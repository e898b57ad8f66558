namespace SSAH.MLNet.Hashing;

/// <summary>Keeps every code within a fixed distance.</summary>
internal sealed class RadiusCollector : HitCollector
{
    public RadiusCollector(int radius, int bits)
        : base(bits) => Limit = Math.Min(radius, bits);

    protected override int MaxMatches => int.MaxValue;

    public override void Reset() => Held = 0;

    public override void Add(int slot, int distance)
    {
        if (Held == Slots.Length)
        {
            (int[] slots, ushort[] distances) = (Slots, Distances);
            int capacity = Math.Max(64, (int)Math.Min(Array.MaxLength, 2L * Held));
            Array.Resize(ref slots, capacity);
            Array.Resize(ref distances, capacity);
            (Slots, Distances) = (slots, distances);
        }
        Slots[Held] = slot;
        Distances[Held] = (ushort)distance;
        Held++;
    }
}
