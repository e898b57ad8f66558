using System.Buffers;

namespace SSAH.MLNet;

/// <summary>Rented memory for encoded and decoded images.</summary>
internal static class ImageBuffers
{
    // 4 megapixels; the shared pool keeps up to a gigabyte for each thread and size, which a few huge images would leave in a service for good.
    private const int LargestKept = 1 << 24;

    /// <summary>Keeps what images of usual size need; what is larger goes to the garbage collector.</summary>
    public static ArrayPool<byte> Pool { get; } = ArrayPool<byte>.Create(LargestKept, 2 * Environment.ProcessorCount);
}
