using SSAH.MLNet.Collections.Searching;
using SSAH.MLNet.Collections.Storage;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Collections;

/// <summary>
/// Images in one SQLite file: where they lie, their labels, their codes and the model that made them, with exact search over the codes in memory. It
/// is brought into step with folders by <see cref="Sync"/>.
/// </summary>
/// <remarks>
/// <para>Safe to use from many threads, and by several processes at a time: many read while one writes, writers take turns
/// (<see cref="ImageCollectionOptions.WaitForWriter"/>), and what another process commits is seen by the next call. What is committed survives the
/// end of the process at any moment. Codes of different models are never mixed.</para>
/// <para>The file must lie on a local disk: SQLite's write-ahead log does not work over network file systems. While it is open, two files named after
/// it (<c>-wal</c>, <c>-shm</c>) belong to it; they are gone once everybody has closed it.</para>
/// </remarks>
public sealed partial class ImageCollection : IDisposable
{
    // Above it, opening would take longer than what most programs open a collection for.
    private const int MaxVerified = 50_000;

    private const long MaxCachedBytes = 32 << 20;

    private readonly ImageCollectionOptions _options;
    private readonly HashEncoder? _given;
    private readonly Session _reader;
    private readonly Session _writer;
    private readonly FileCopy? _copy;
    private readonly RowCache<CollectionImage> _rows = new(MaxCachedBytes);
    private CodeIndex _index;
    private HashEncoder? _kept;
    private HashEncoder? _switched;
    private bool _isDisposed;

    private ImageCollection(string path, HashEncoder? encoder, ImageCollectionOptions options)
    {
        (Path, _given, _options) = (path, encoder, options);
        _copy = options.ReadOnly ? FileCopy.Of(path) : null;
        try
        {
            _reader = Session.Open(path, options.WaitForWriter, copy: _copy?.Path);
            _reader.Reading(() =>
            {
                Schema.Check(_reader);
                RequireWithin(options.Limits);
                return 0;
            });
            Schema.Migrate(_reader);
            _writer = Session.Open(path, options.WaitForWriter, copy: _copy?.Path);
            if (options.ReadOnly)
                _writer.Execute("PRAGMA query_only = ON");
            _index = _reader.Reading(LoadChecked);
        }
        catch
        {
            _writer?.Dispose();
            _reader?.Dispose();
            _copy?.Dispose();
            throw;
        }
    }

    /// <summary>Full path of the file.</summary>
    public string Path { get; }

    /// <summary>Number of images that can be found; those whose files cannot be read are not counted.</summary>
    public int Count => Read(() => _index.Index.Count);

    /// <summary>Code length in bits, 1 to 4,096.</summary>
    public int Bits => Read(() => _index.Model.Bits);

    /// <summary>The model that made the codes, as <see cref="HashEncoder.ModelId"/> says.</summary>
    public string ModelId => Read(() => _index.Model.Id);

    /// <summary>A number that every commit of any process raises: who keeps something that was read sees by it whether to read again.</summary>
    public long Revision => Read(() => _index.Revision);

    /// <summary>Whether the activations behind the codes are kept.</summary>
    public bool KeepsActivations => Read(() => _reader.Number("SELECT keeps_activations FROM collection") == 1);

    /// <summary>The synced folders, full paths.</summary>
    public IReadOnlyList<string> Folders => Read(() => Root.All(_reader).Where(root => root.Key != Schema.NoRoot).Select(root => root.Path).ToArray());

    /// <summary>Makes a collection without images.</summary>
    /// <param name="path">The file to make.</param>
    /// <param name="encoder">Makes the codes. Not disposed with the collection.</param>
    /// <param name="options">What is kept, and how it is used; null takes the defaults.</param>
    /// <exception cref="IOException">The file exists already, its folder does not, or it cannot be written.</exception>
    /// <exception cref="InvalidOperationException">The encoder takes features, not images.</exception>
    public static ImageCollection Create(string path, HashEncoder encoder, ImageCollectionOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentNullException.ThrowIfNull(encoder);
        encoder.RequireImages();
        options ??= new ImageCollectionOptions();
        string full = System.IO.Path.GetFullPath(path);
        CollectionFile.Create(full, encoder, options);
        return new ImageCollection(full, encoder, options);
    }

    /// <summary>Opens a collection.</summary>
    /// <param name="path">Its file.</param>
    /// <param name="encoder">
    /// The encoder of its model. Null takes the model that is kept in it; where none is kept, images can be searched by id and by code, and removed,
    /// but none can be encoded. Not disposed with the collection.
    /// </param>
    /// <param name="options">How it is used; null takes the defaults.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="DamagedFileException">The file is no collection, is damaged, or was made by a newer version of this library.</exception>
    /// <exception cref="ArgumentException">The encoder is of another model than the codes; the message names both.</exception>
    /// <exception cref="UnauthorizedAccessException">The file or its folder may not be written to (<see cref="ImageCollectionOptions.ReadOnly"/> opens it
    /// where it may be read).</exception>
    public static ImageCollection Open(string path, HashEncoder? encoder = null, ImageCollectionOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        encoder?.RequireImages();
        string full = System.IO.Path.GetFullPath(path);
        CollectionFile.Check(full, options?.Limits ?? ReadingLimits.Trusted);
        var collection = new ImageCollection(full, encoder, options ?? new ImageCollectionOptions());
        if (encoder is null || encoder.ModelId == collection._index.Model.Id)
            return collection;
        string model = collection._index.Model.Id;
        collection.Dispose();
        throw new ArgumentException($"The collection '{full}' has codes of model '{model}'; the encoder is model '{encoder.ModelId}'. Codes of "
            + "different models cannot be compared: open it with the encoder of its "
            + "model, or without one (it may keep its model), and use SwitchModel to encode its images again.", nameof(encoder));
    }

    /// <summary>The encoder of the codes: the one that was given, or the one that the collection keeps.</summary>
    /// <exception cref="InvalidOperationException">None was given and none is kept, or the model was switched to one that is not kept.</exception>
    public HashEncoder Encoder => Read(() =>
    {
        StoredModel model = _index.Model;
        if (_given?.ModelId == model.Id)
            return _given;
        if (_switched?.ModelId == model.Id)
            return _switched;
        if (_kept?.ModelId != model.Id)
        {
            _kept?.Dispose();
            _kept = Models.Load(_reader, model, _options.Limits);
        }
        return _kept ?? throw new InvalidOperationException(_given is null
            ? $"The collection '{Path}' does not keep its model '{model.Id}': open it with the encoder (ImageCollection.Open(path, encoder)) to search "
                + "by image, add images or sync."
            : $"The collection '{Path}' has codes of model '{model.Id}' by now, and the encoder is model '{_given.ModelId}': open it with the encoder "
                + "of its model.");
    });

    /// <summary>
    /// Reads all images, labels and codes and compares them with their checksums. <see cref="Open"/> does it for collections of up to 50,000 images; of
    /// larger ones it compares all codes, and each image when it is returned or changed.
    /// </summary>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="DamagedFileException">Something is not what was stored; the message says what.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public void Verify(CancellationToken cancellationToken = default) => Read(() =>
    {
        StoredModel model = CodeIndex.Load(_reader).Model;
        Verification.Run(_reader, model, cancellationToken);
        return 0;
    });

    /// <summary>Closes the file, once running calls have ended. Encoders that were given stay as they are.</summary>
    public void Dispose()
    {
        lock (_writer.Gate)
        lock (_reader.Gate)
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
            _kept?.Dispose();
            // The last connection to close puts the log into the file.
            _writer.Dispose();
            _reader.Dispose();
            _copy?.Dispose();
        }
    }

    private CodeIndex LoadChecked()
    {
        CodeIndex index = CodeIndex.Load(_reader);
        if (index.Index.Count <= MaxVerified)
            Verification.Run(_reader, index.Model);
        else
            Seal.Check(_reader);
        return index;
    }

    // Before any code is read.
    private void RequireWithin(ReadingLimits limits)
    {
        if (limits.MaxRows < Array.MaxLength && _reader.Number("SELECT count(*) FROM code") is var codes && codes > limits.MaxRows)
            throw new DamagedFileException($"'{Path}' has {codes} codes, and the limits allow {limits.MaxRows}.");
        if (Models.Current(_reader) is { } model && model.Bits > limits.MaxBits)
            throw new DamagedFileException($"'{Path}' has codes of {model.Bits} bits, and the limits allow {limits.MaxBits}.");
    }

    /// <summary>Reads from one state of the file, with the index of that state.</summary>
    private T Read<T>(Func<T> read)
    {
        lock (_reader.Gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return _reader.Reading(() =>
            {
                _index = _index.Current(_reader);
                return read();
            });
        }
    }

    private T Write<T>(Func<Revision, T> write)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return Storage.Revision.Write(_writer, write);
    }
}
