using System.IO.Compression;
using Microsoft.Data.Sqlite;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Fuzz;

/// <summary>A reader under test.</summary>
/// <param name="Name">Its name on the command line.</param>
/// <param name="Ending">Ending of the files that it reads.</param>
internal abstract class FileTarget(string name, string ending) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ssah-fuzz-").FullName;
    private byte[][]? _samples;
    private byte[]? _smallest;

    /// <summary>Its name on the command line.</summary>
    public string Name { get; } = name;

    /// <summary>Ending of the files that it reads.</summary>
    public string Ending { get; } = ending;

    /// <summary>Whether a checksum covers the whole file, so that a flipped bit never gives another result.</summary>
    public virtual bool IsChecked => true;

    /// <summary>Small good files.</summary>
    public IReadOnlyList<byte[]> Samples => _samples ??= MakeSamples();

    /// <summary>The first of them as small as its format allows: for every flipped bit and every cut.</summary>
    public byte[] Smallest => _smallest ??= MakeSmallest();

    /// <summary>Reads a file and says what is in it; the same text means the same content.</summary>
    public abstract string Read(byte[] bytes);

    /// <summary>Gives changed bytes the checksums that an attacker would give them; where there are none they stay.</summary>
    public virtual byte[] Sign(byte[] bytes) => bytes;

    /// <summary>Whether an exception is one that the documentation names for a file that is damaged or hostile.</summary>
    public virtual bool IsOfTheFamily(Exception error) => error is DamagedFileException;

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected abstract byte[][] MakeSamples();

    protected virtual byte[] MakeSmallest() => Samples[0];

    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
            Directory.Delete(_folder, recursive: true);
    }

    /// <summary>A file that an older version wrote.</summary>
    protected static byte[] Fixture(string name)
    {
        using Stream packed = typeof(FileTarget).Assembly.GetManifestResourceStream(name)!;
        using var gzip = new GZipStream(packed, CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        gzip.CopyTo(bytes);
        return bytes.ToArray();
    }

    /// <summary>A SQLite file with the smallest pages that there are, so that few bytes of it say nothing.</summary>
    protected byte[] WithSmallPages(byte[] bytes)
    {
        string path = PathOf("small");
        File.WriteAllBytes(path, bytes);
        using (var connection = new SqliteConnection($"Data Source={path};Pooling=False"))
        {
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
            // The size of pages cannot change under a log.
            command.CommandText = "PRAGMA journal_mode = DELETE; PRAGMA page_size = 512; VACUUM; PRAGMA journal_mode = WAL";
            command.ExecuteNonQuery();
        }
        return File.ReadAllBytes(path);
    }

    /// <summary>A path for one file at a time.</summary>
    protected string PathOf(string stem = "file") => Path.Combine(_folder, stem + Ending);

    /// <summary>Writes the bytes where <see cref="PathOf"/> says.</summary>
    protected string Written(byte[] bytes)
    {
        string path = PathOf();
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
