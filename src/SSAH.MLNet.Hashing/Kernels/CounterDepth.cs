namespace SSAH.MLNet.Hashing;

/// <summary>The number of popcount planes as a type, so that the compiler drops the counters that a code length does not need.</summary>
internal interface ICounterDepth
{
    static abstract int Planes { get; }
}

/// <summary>Up to 31 bits.</summary>
internal readonly struct Depth5 : ICounterDepth
{
    public static int Planes => 5;
}

/// <summary>32 to 63 bits.</summary>
internal readonly struct Depth6 : ICounterDepth
{
    public static int Planes => 6;
}

/// <summary>64 to 127 bits.</summary>
internal readonly struct Depth7 : ICounterDepth
{
    public static int Planes => 7;
}

/// <summary>128 to 255 bits.</summary>
internal readonly struct Depth8 : ICounterDepth
{
    public static int Planes => 8;
}

/// <summary>256 to 511 bits.</summary>
internal readonly struct Depth9 : ICounterDepth
{
    public static int Planes => 9;
}

/// <summary>512 to 1,023 bits.</summary>
internal readonly struct Depth10 : ICounterDepth
{
    public static int Planes => 10;
}

/// <summary>1,024 to 2,047 bits.</summary>
internal readonly struct Depth11 : ICounterDepth
{
    public static int Planes => 11;
}

/// <summary>2,048 to 4,096 bits.</summary>
internal readonly struct Depth13 : ICounterDepth
{
    public static int Planes => 13;
}
