using Microsoft.AspNetCore.Http;
using SSAH.MLNet.Cli.Collections;
using SSAH.MLNet.Cli.Serve.Http;
using SSAH.MLNet.Cli.Serve.Images;
using SSAH.MLNet.Collections;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Cli.Serve;

/// <summary>The collection as requests use it: only a few images are decoded at a time, and what is done is committed when it returns.</summary>
internal sealed class ServedCollection : IDisposable
{
    /// <summary>Images that are searched for or added at a time: the network itself uses all processors, and each may take 4 bytes a pixel.</summary>
    private const int MostWorkers = 2;

    private readonly ImageWorkers _workers;

    // Pages are shown while others search, and wait for as long as it takes.
    private readonly ImageWorkers _thumbnails = new(1, int.MaxValue, TimeSpan.MaxValue);
    private readonly ServeSettings _settings;

    public ServedCollection(ServeSettings settings)
    {
        _settings = settings;
        _workers = new ImageWorkers(Math.Min(Environment.ProcessorCount, MostWorkers), settings.AlwaysTaken, settings.LongestWait);
        Collection = OpenedCollection.Open(settings.Collection, new ImageCollectionOptions { Reading = settings.Reading });
        string photos = Collection.Folders is [var first, ..] ? first : Path.GetDirectoryName(settings.Collection)!;
        Uploads = new UploadFolder(settings.Uploads ?? Path.Combine(photos, "uploads"), photos);
        Name = Path.GetFileName(photos);
    }

    /// <summary>The collection.</summary>
    public ImageCollection Collection { get; }

    /// <summary>Where uploaded images are kept.</summary>
    public UploadFolder Uploads { get; }

    /// <summary>Name of the folder of photos.</summary>
    public string Name { get; }

    /// <summary>Limits for the decoder.</summary>
    public ImageReadingOptions Reading => _settings.Reading;

    /// <summary>Opens the model and encodes an image, so that an error of the model comes now, and the first search is as fast as the others.</summary>
    public void WarmUp()
    {
        HashEncoder encoder = Collection.Encoder;
        if (Collection.Page(0, 1) is not [var first])
            return;
        try
        {
            encoder.EncodeImage(first.Path, _settings.Reading);
        }
        catch (DamagedFileException)
        {
            // The file is gone or has changed; it is not what is tried here.
        }
    }

    /// <summary>An image by its id.</summary>
    /// <exception cref="RequestRefusedException">There is none (404).</exception>
    public CollectionImage Get(long id) =>
        Collection.Get(id) ?? throw new RequestRefusedException(StatusCodes.Status404NotFound, $"There is no image {id}.");

    /// <summary>Finds the images nearest to an uploaded one.</summary>
    /// <exception cref="RequestRefusedException">It cannot be read (422), or too many wait already (503).</exception>
    public Task<IReadOnlyList<CollectionMatch>> SearchAsync(UploadedImage image, int k, ImageFilter? filter, CancellationToken cancellation) =>
        _workers.RunAsync(() => WithOneModel(() =>
        {
            BinaryCodes code = Encode(image);
            using (ServeTelemetry.Search())
                return Collection.Search(code, k, filter, cancellation)[0];
        }), cancellation);

    /// <summary>Stores an uploaded image and adds it.</summary>
    /// <returns>The image, and whether it is new.</returns>
    /// <exception cref="RequestRefusedException">It cannot be read (422), and nothing is left of it; or too many wait already (503).</exception>
    public Task<(CollectionImage Image, bool IsNew)> AddAsync(UploadedImage image, CancellationToken cancellation) => _workers.RunAsync(() =>
    {
        string file = Uploads.Store(image);
        if (Collection.Get(file) is { } known)
            return (known, false);
        SyncResult added;
        using (ServeTelemetry.Encoding())
            added = WithOneModel(() => Collection.Add(file));
        if (added.Skipped is [var skipped, ..])
        {
            Collection.Remove(file);
            File.Delete(file);
            throw Unreadable($"The image cannot be read: {skipped.Reason}.");
        }
        ServeTelemetry.CountImage("added");
        return (Collection.Get(file)!, true);
    }, cancellation);

    /// <summary>Takes an image out of the collection.</summary>
    /// <returns>Whether its file was moved into the trash, as those are that were uploaded; others stay.</returns>
    /// <exception cref="RequestRefusedException">There is none (404).</exception>
    public bool Remove(long id)
    {
        CollectionImage image = Get(id);
        if (Collection.Remove(id) == 1)
            ServeTelemetry.CountImage("removed");
        return Uploads.Discard(image.Path);
    }

    /// <summary>Makes a thumbnail, one at a time.</summary>
    public Task<byte[]?> ThumbnailAsync(Func<byte[]?> make, CancellationToken cancellation) => _thumbnails.RunAsync(make, cancellation);

    public void Dispose()
    {
        _workers.Dispose();
        _thumbnails.Dispose();
        Collection.Dispose();
    }

    private BinaryCodes Encode(UploadedImage image)
    {
        using var timing = ServeTelemetry.Encoding();
        // A damaged collection is not the sender's fault.
        HashEncoder encoder = Collection.Encoder;
        try
        {
            image.Content.Position = 0;
            return encoder.EncodeImage(image.Content, _settings.Reading);
        }
        catch (DamagedFileException error)
        {
            throw Unreadable(error.Message);
        }
    }

    // A training may switch the model between encoding and what is done with the code.
    private T WithOneModel<T>(Func<T> work)
    {
        string model = Collection.ModelId;
        try
        {
            return work();
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException && Collection.ModelId != model)
        {
            return work();
        }
    }

    private static RequestRefusedException Unreadable(string message) => new(StatusCodes.Status422UnprocessableEntity, message);
}
