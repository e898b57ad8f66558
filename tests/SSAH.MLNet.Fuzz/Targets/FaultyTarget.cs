namespace SSAH.MLNet.Fuzz.Targets;

/// <summary>Reads every file but the good one with a fault.</summary>
internal sealed class FaultyTarget(Action fault) : FileTarget("fault", "")
{
    /// <summary>Computes until somebody ends it.</summary>
    public static void Spin()
    {
        while (true)
            Thread.SpinWait(1_000);
    }

    /// <summary>Takes memory until somebody ends it.</summary>
    public static void Swell()
    {
        for (var taken = new List<byte[]>(); ; taken.Add(new byte[1 << 26]))
            taken.LastOrDefault()?.AsSpan().Fill(1);
    }

    public override string Read(byte[] bytes)
    {
        if (bytes is not [7])
            fault();
        return "good";
    }

    protected override byte[][] MakeSamples() => [[7]];
}
