using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace SSAH.MLNet.Hashing;

/// <summary>A file in the memory of this process, read-only. Its bytes are there as long as this object is referenced.</summary>
internal sealed unsafe class MappedFile
{
    private readonly string _path;
    private readonly long _length;
    private readonly DateTime _written;

    // Stays open: the lock that comes with it makes .NET programs fail to overwrite the file.
    private readonly SafeFileHandle _file;
    private readonly SafeMemoryMappedViewHandle _view;

    /// <summary>Maps an open file, and takes the handle over.</summary>
    public MappedFile(SafeFileHandle file, string path)
    {
        (_file, _path, _length, _written) = (file, path, RandomAccess.GetLength(file), File.GetLastWriteTimeUtc(file));
        using var map = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        MemoryMappedViewAccessor view = map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        _view = view.SafeMemoryMappedViewHandle;
        Start = (byte*)_view.DangerousGetHandle() + view.PointerOffset;
    }

    /// <summary>The first byte. Whoever uses the address keeps this object alive meanwhile.</summary>
    public byte* Start { get; }

    /// <summary>Throws if somebody wrote into the file: its checks hold no longer, and a shorter file has no memory behind its end.</summary>
    /// <exception cref="DamagedFileException">The file has another length or time of writing than when it was mapped.</exception>
    public void ThrowIfWritten()
    {
        if (RandomAccess.GetLength(_file) != _length || File.GetLastWriteTimeUtc(_file) != _written)
            throw new DamagedFileException(
                $"'{_path}' was written to while an index was mapped from it. Load it anew; to replace it safely, rename a new file over it, as "
                + $"{nameof(HammingIndex.Save)} does, or load it without {nameof(ReadingLimits)}.{nameof(ReadingLimits.MapAboveBytes)}.");
    }
}
