using System.Runtime.InteropServices;
using SSAH.MLNet.Training.Workarounds;
using static TorchSharp.torch;

namespace SSAH.MLNet.Training.Tests.Workarounds;

public sealed class GlibcMemoryReturnTests
{
    [Fact]
    public void Large_tensors_do_not_fetch_their_memory_from_the_system_again_and_again()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only glibc gives large blocks back at once.");
        const int bytes = 32 << 20, rounds = 8, page = 4096;
        long kept;
        using (GlibcMemoryReturn.Prevent())
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
        static long MinorFaults() => long.Parse(File.ReadAllText("/proc/thread-self/stat").Split(')')[^1].Split(' ')[8],
            System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    public void Afterwards_large_blocks_are_mapped_and_given_back_again()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only glibc gives large blocks back at once.");
        using (GlibcMemoryReturn.Prevent())
            Assert.Equal(0, MappedBy(blocks: 16));
        // More than the blocks that are free now can serve.
        Assert.True(MappedBy(blocks: 64) > 0);

        static unsafe long MappedBy(int blocks)
        {
            long before = (long)MallInfo().MappedBytes;
            void*[] held = new void*[blocks];
            for (int i = 0; i < held.Length; i++)
                held[i] = NativeMemory.Alloc(48 << 20);
            long mapped = (long)MallInfo().MappedBytes - before;
            foreach (void* block in held)
                NativeMemory.Free(block);
            return mapped;
        }
    }

    [Theory]
    [InlineData("MALLOC_TRIM_THRESHOLD_", "131072", true)]
    [InlineData("MALLOC_ARENA_MAX", "2", false)]
    [InlineData("GLIBC_TUNABLES", "glibc.malloc.mmap_max=0", true)]
    [InlineData("GLIBC_TUNABLES", "glibc.cpu.hwcaps=-AVX2", false)]
    public void Settings_of_the_environment_are_seen(string name, string value, bool expected) =>
        Assert.Equal(expected, GlibcMemoryReturn.IsSetBy(variable => variable == name ? value : null));

    // struct mallinfo2: the fifth number is the space in mapped blocks.
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct AllocatorState
    {
        private readonly nuint _arena, _free, _fast, _mappedBlocks;
        public readonly nuint MappedBytes;
        private readonly nuint _unused, _fastBytes, _used, _freeBytes, _top;
    }

    [DllImport("libc", EntryPoint = "mallinfo2")]
    private static extern AllocatorState MallInfo();
}
