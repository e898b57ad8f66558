using System.Buffers.Binary;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Collections.Storage;

/// <summary>Makes the file of a collection, and tells whether a file is one before SQLite sees it.</summary>
internal static class CollectionFile
{
    private const int HeaderLength = 100, UserVersionAt = 60, ApplicationIdAt = 68;

    /// <summary>Makes a file with a model and without images. It is written beside its place and renamed: whoever opens the name finds all of it.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no folder for it.</exception>
    /// <exception cref="IOException">There is a file of this name, or it cannot be written.</exception>
    public static void Create(string path, HashEncoder encoder, ImageCollectionOptions options)
    {
        if (File.Exists(path))
            throw Exists(path, null);
        if (!Directory.Exists(Path.GetDirectoryName(path)))
            throw new DirectoryNotFoundException($"There is no folder '{Path.GetDirectoryName(path)}' to make the collection '{path}' in.");
        string temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (Session session = Session.Open(temporary, options.WaitForWriter, creates: true))
            {
                Schema.Create(session);
                long model = Models.Add(session, encoder, options.KeepModel);
                session.Execute("INSERT INTO collection VALUES (1, $1, 0, 0, $2)", model, options.KeepActivations ? 1 : 0);
                Seal.Write(session);
                // Readers and one writer at a time do not wait for each other.
                session.Value("PRAGMA journal_mode = WAL");
            }
            Publish(temporary, path);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Looks at the first bytes of a file.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="DamagedFileException">It is no collection, or of a newer version.</exception>
    public static void Check(string path, ReadingLimits limits)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException(
                $"There is no collection '{path}'{(Directory.Exists(path) ? ": it is a folder" : "")}. ImageCollection.Create makes one.", path);
        Span<byte> header = stackalloc byte[HeaderLength];
        using (var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0))
        {
            if (file.Length > limits.MaxBytes)
                throw new DamagedFileException($"'{path}' has {file.Length} bytes, and the limits allow {limits.MaxBytes}.");
            if (file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length || !header.StartsWith("SQLite format 3\0"u8))
                throw new DamagedFileException($"'{path}' is not a collection of images: it is not a SQLite file.");
        }
        if (BinaryPrimitives.ReadInt32BigEndian(header[ApplicationIdAt..]) != Schema.ApplicationId)
            throw new DamagedFileException($"'{path}' is a SQLite file, but not a collection of images.");
        Schema.RequireVersion(path, BinaryPrimitives.ReadInt32BigEndian(header[UserVersionAt..]));
    }

    private static void Publish(string temporary, string path)
    {
        try
        {
            File.Move(temporary, path, overwrite: false);
        }
        catch (IOException error) when (File.Exists(path))
        {
            throw Exists(path, error);
        }
    }

    private static IOException Exists(string path, Exception? cause) =>
        new($"The file '{path}' exists already: ImageCollection.Open opens it, or choose another name.", cause);
}
