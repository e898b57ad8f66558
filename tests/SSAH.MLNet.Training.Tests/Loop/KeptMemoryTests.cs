using SSAH.MLNet.Training.Loop;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Tests.Loop;

public sealed class KeptMemoryTests
{
    [Fact]
    public void Large_tensors_do_not_fetch_their_memory_from_the_system_again_and_again()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only glibc gives large blocks back at once.");
        const int bytes = 32 << 20, rounds = 8, page = 4096;
        long kept;
        using (KeptMemory.Start())
            kept = PageFaults();
        Assert.True(kept < rounds * (bytes / page) / 2, $"{kept} page faults with memory kept; {PageFaults()} without.");

        static long PageFaults()
        {
            Use();
            long before = MinorFaults();
            for (int i = 0; i < rounds; i++)
                Use();
            return MinorFaults() - before;
        }

        static void Use()
        {
            using var values = ones(bytes / sizeof(float));
        }

        // Of this thread, because other tests run beside it: the tenth field; the name before it may have spaces but ends with a parenthesis.
        static long MinorFaults() => long.Parse(File.ReadAllText("/proc/thread-self/stat").Split(')')[^1].Split(' ')[8], System.Globalization.CultureInfo.InvariantCulture);
    }
}
