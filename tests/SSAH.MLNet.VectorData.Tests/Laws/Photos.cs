namespace SSAH.MLNet.VectorData.Tests.Laws;

/// <summary>Random records: few different values of everything, so that filters let some through and distances are often equal.</summary>
internal sealed class Photos(int seed)
{
    private static readonly string[] s_texts = ["", "a", "A", "ab", "b'; DROP TABLE photos; --", "ä\"ß", "日本", "%_", "z"];
    private readonly Random _random = new(seed);

    public static IReadOnlyList<string> Texts => s_texts;

    public Photo Next(int names)
    {
        var taken = new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddDays(_random.Next(4)).AddTicks(_random.Next(3) * 10);
        return new Photo
        {
            Name = $"photo '{_random.Next(names)}'", Album = Maybe(Text()), Year = _random.Next(2000, 2004), Rating = Maybe<int>(_random.Next(4)),
            Small = (short)_random.Next(-2, 3), Size = (1L << 40) + _random.Next(3),
            IsPublic = _random.Next(2) == 0, IsSharp = Maybe<bool>(_random.Next(2) == 0),
            Brightness = _random.Next(4) / 8f, Latitude = Maybe<double>(_random.Next(3) - 1.5),
            Owner = new Guid(_random.Next(3), 0, 0, new byte[8]), Taken = taken,
            Edited = Maybe<DateTimeOffset>(taken.AddSeconds(1)), Day = DateOnly.FromDateTime(taken), Clock = Maybe<TimeOnly>(new TimeOnly(_random.Next(3), 30)),
            Thumbnail = Maybe(new byte[] { 0, (byte)_random.Next(256), 255 }), Tags = [.. Enumerable.Range(0, _random.Next(4)).Select(_ => Text())],
            People = Maybe(new List<string> { Text() }), Code = _random.Next(10) == 0 ? null : Code(64),
            Other = _random.Next(3) == 0 ? (ReadOnlyMemory<byte>?)null : Code(70),
        };
    }

    /// <summary>A code near one of two centers: equal distances, and equal codes, are common.</summary>
    public byte[] Code(int bits)
    {
        var code = new byte[(bits + 7) / 8];
        Array.Fill(code, _random.Next(2) == 0 ? (byte)0 : (byte)255);
        if (bits % 8 != 0)
            code[^1] &= (byte)((1 << (bits % 8)) - 1);
        for (int flips = _random.Next(4); flips > 0; flips--)
        {
            int bit = _random.Next(bits);
            code[bit / 8] ^= (byte)(1 << (bit % 8));
        }
        return code;
    }

    public int Below(int end) => _random.Next(end);

    public string Text() => s_texts[_random.Next(s_texts.Length)];

    private T? Maybe<T>(T value)
        where T : class => _random.Next(3) == 0 ? null : value;

    private T? Maybe<T>(T? value)
        where T : struct => _random.Next(3) == 0 ? null : value;
}
