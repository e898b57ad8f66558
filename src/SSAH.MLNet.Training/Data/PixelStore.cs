using System.Globalization;
using System.IO.MemoryMappedFiles;

namespace SSAH.MLNet.Training.Data;

/// <summary>Images as bytes, one after another: in memory up to a limit, above it in a mapped file that the system may write out and read again as
/// it needs memory.</summary>
/// <param name="imageBytes">Bytes of an image.</param>
/// <param name="memoryLimit">Bytes that are held in memory.</param>
internal sealed class PixelStore(int imageBytes, long memoryLimit)
{
    private const int ChunkBytes = 64 << 20;
    private readonly List<IPixelChunk> _chunks = [];
    private readonly int _rowsPerChunk = Math.Max(1, ChunkBytes / imageBytes);
    private int _count;

    /// <summary>Bytes in mapped files.</summary>
    public long MappedBytes { get; private set; }

    /// <summary>The image of a row.</summary>
    public ReadOnlySpan<byte> this[int row] => _chunks[row / _rowsPerChunk].Bytes.Slice(row % _rowsPerChunk * imageBytes, imageBytes);

    /// <summary>The place of one more image, to be filled before the next.</summary>
    /// <exception cref="IOException">The disk has no room for the mapped file.</exception>
    public Span<byte> Add()
    {
        int slot = _count++ % _rowsPerChunk, size = _rowsPerChunk * imageBytes;
        if (slot == 0)
        {
            bool fits = (_chunks.Count + 1L) * size <= memoryLimit;
            _chunks.Add(fits ? new ManagedChunk(new byte[size]) : new MappedChunk(size));
            MappedBytes += fits ? 0 : size;
        }
        return _chunks[^1].Bytes.Slice(slot * imageBytes, imageBytes);
    }

    private interface IPixelChunk
    {
        Span<byte> Bytes { get; }
    }

    private sealed class ManagedChunk(byte[] bytes) : IPixelChunk
    {
        public Span<byte> Bytes => bytes;
    }

    // Lives as long as the store, whose chunks are never taken out: whoever holds a span of it holds the store.
    private sealed unsafe class MappedChunk : IPixelChunk
    {
        private readonly MemoryMappedViewAccessor _view;
        private readonly byte* _start;
        private readonly int _size;

        public MappedChunk(int size)
        {
            _size = size;
            string path = Path.Combine(Path.GetTempPath(), $"ssah-{Guid.NewGuid():N}.pixels");
            try
            {
                // The room is taken now: a disk that is full later would end the program.
                var stream = new FileStream(path, new FileStreamOptions
                {
                    Mode = FileMode.CreateNew,
                    Access = FileAccess.ReadWrite,
                    Options = OperatingSystem.IsWindows() ? FileOptions.DeleteOnClose : FileOptions.None,
                    PreallocationSize = size,
                });
                using var map = MemoryMappedFile.CreateFromFile(
                    stream, null, size, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: OperatingSystem.IsWindows());
                _view = map.CreateViewAccessor(0, size);
                _start = (byte*)_view.SafeMemoryMappedViewHandle.DangerousGetHandle() + _view.PointerOffset;
            }
            catch (IOException error)
            {
                throw new IOException(string.Create(CultureInfo.InvariantCulture,
                    $"The pixels are more than PixelMemoryMegabytes, and the folder for temporary files ({Path.GetTempPath()}) "
                    + $"has no room for {size / 1e6:F0} MB of them: {error.Message} "
                    + $"Free space there (TMPDIR names another), or raise the limit."), error);
            }
            finally
            {
                // The mapping stays; nothing is left behind even by a program that is killed.
                if (!OperatingSystem.IsWindows())
                    File.Delete(path);
            }
        }

        public Span<byte> Bytes => new(_start, _size);
    }
}
