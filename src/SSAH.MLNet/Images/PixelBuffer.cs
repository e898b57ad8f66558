using System.Buffers;
using System.Runtime.InteropServices;

namespace SSAH.MLNet;

/// <summary>Memory for a decoded image: rented, or, of a huge image, native and given back at once.</summary>
internal readonly unsafe ref struct PixelBuffer : IDisposable
{
    // 4 megapixels; the shared pool would keep up to a gigabyte for each thread, and the collector takes its time.
    private const int LargestRented = 1 << 24;

    private readonly byte[]? _rented;
    private readonly void* _native;

    /// <summary>Takes memory, whose content is undefined.</summary>
    /// <param name="length">Number of bytes.</param>
    /// <exception cref="OutOfMemoryException">There is no such memory.</exception>
    public PixelBuffer(int length)
    {
        if (length <= LargestRented)
        {
            _rented = ArrayPool<byte>.Shared.Rent(length);
            Span = _rented.AsSpan(0, length);
        }
        else
        {
            _native = NativeMemory.Alloc((nuint)length);
            Span = new Span<byte>(_native, length);
        }
    }

    /// <summary>The bytes.</summary>
    public Span<byte> Span { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_rented is not null)
            ArrayPool<byte>.Shared.Return(_rented);
        NativeMemory.Free(_native);
    }
}
