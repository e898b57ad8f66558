using System.Diagnostics;
using SSAH.MLNet.Collections.Storage;

namespace SSAH.MLNet.Collections.Syncing;

/// <summary>Encodes all images by another model, beside the codes that are there, and switches to the new ones when all are made.</summary>
internal sealed class ModelSwitch(
    Session session, HashEncoder encoder, ImageReadingOptions reading, bool keepsActivations, SyncTally tally, IProgress<CollectionProgress>? progress)
{
    private const int PageSize = 2000;

    // Images whose files cannot be read now, with the reason.
    private readonly Dictionary<long, string> _failed = [];
    private readonly Dictionary<long, string> _paths = [];
    private readonly long _start = Stopwatch.GetTimestamp();
    private int _encoded;

    public void Run(CancellationToken cancellationToken)
    {
        StoredModel model = Prepare();
        do
            EncodeAll(model, cancellationToken);
        while (!TrySwitch(model));
        tally.Changed = _encoded;
    }

    private StoredModel Prepare() => Revision.Write(session, revision =>
    {
        long key = Models.Add(session, encoder, Models.IsKept(session, revision.Model));
        // What a switch to a third model left behind.
        session.Execute("DELETE FROM model WHERE id NOT IN ($1, $2)", key, revision.Model.Key);
        return new StoredModel(key, encoder.ModelId, encoder.Bits);
    });

    private void EncodeAll(StoredModel model, CancellationToken cancellationToken)
    {
        int total = _encoded + Locked(() => (int)session.Number($"SELECT count(*) FROM image i WHERE {Missing}", model.Key));
        for (long after = 0; ;)
        {
            List<FileToEncode> page = Locked(() => session.Query("SELECT i.id, i.root, r.path, i.path, i.size, i.time FROM image i JOIN root r ON "
                + $"r.id = i.root WHERE {Missing} AND i.id > $2 ORDER BY i.id LIMIT $3",
                row => new FileToEncode(Root.FullPathOf(row.GetString(2), row.GetString(3)), row.GetInt64(1), row.GetString(3),
                    new FileStamp(row.GetInt64(4), row.GetInt64(5))) { Id = row.GetInt64(0) },
                model.Key, after, PageSize));
            if (page.Count == 0)
                return;
            after = page[^1].Id!.Value;
            foreach (EncodedFile[] batch in new FileEncoding(encoder, reading, keepsActivations, _ => false).Run(page, cancellationToken))
            {
                Store(model, batch);
                progress?.Report(new CollectionProgress(CollectionStage.Encoding, _encoded + _failed.Count, total, _failed.Count,
                    Stopwatch.GetElapsedTime(_start)));
            }
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    // An image with a code of the current model and none of the new one.
    private static string Missing => "i.problem IS NULL AND NOT EXISTS (SELECT 1 FROM code c WHERE c.image = i.id AND c.model = $1)";

    private void Store(StoredModel model, EncodedFile[] batch) => Revision.Write(session, revision =>
    {
        if (session.Number("SELECT count(*) FROM model WHERE id = $1", model.Key) == 0)
            throw new InvalidOperationException(
                $"Another program switches the collection '{session.Path}' to another model than '{model.Id}' at the same time.");
        foreach (EncodedFile file in batch)
        {
            long id = file.File.Id!.Value;
            if (file.Problem is { } problem)
            {
                _failed[id] = problem;
                _paths[id] = file.File.FullPath;
            }
            // Unless it was removed meanwhile, or its file changed: then the page that is read next has it.
            else if (session.Number("SELECT count(*) FROM image WHERE id = $1 AND size = $2 AND time = $3", id, file.File.Stamp.Size,
                file.File.Stamp.Time) == 1)
            {
                revision.StoreCode(id, model, file.Code, file.Activations);
                _encoded++;
            }
        }
        return 0;
    });

    private bool TrySwitch(StoredModel model) => Revision.Write(session, revision =>
    {
        List<long> missing = session.Query($"SELECT i.id FROM image i WHERE {Missing}", row => row.GetInt64(0), model.Key);
        if (missing.Exists(id => !_failed.ContainsKey(id)))
            return false;
        if (missing.Count > 0 && session.Number("SELECT count(*) FROM code WHERE model = $1", model.Key) == 0)
            throw new IOException($"Not one of the {missing.Count} images of '{session.Path}' can be read, and nothing was switched; the first: "
                + $"'{_paths[missing[0]]}': {_failed[missing[0]]}. "
                + "Is a disk not mounted? ImageCollection.MoveFolder says where a folder lies now.");
        foreach (long id in missing)
        {
            tally.Skip(_paths[id], _failed[id]);
            tally.Removed++;
            revision.SetAside(id, _failed[id]);
        }
        revision.Switch(model);
        return true;
    });

    private T Locked<T>(Func<T> read)
    {
        lock (session.Gate)
            return read();
    }
}
