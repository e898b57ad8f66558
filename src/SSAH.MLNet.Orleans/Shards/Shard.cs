namespace SSAH.MLNet.Orleans.Shards;

/// <summary>
/// A shard in memory, in step with its files: whatever any process has written and acknowledged is there when a search begins. Any number of processes may
/// hold the same shard, and any of them may write; writers take turns by the shard's lock.
/// </summary>
internal sealed class Shard : IDisposable
{
    private const int Tries = 20;

    private readonly ShardName _name;
    private readonly int _bits;
    private readonly long _compactAfterBytes;
    private readonly ShardFolder _folder;
    private readonly Lock _state = new(), _starting = new();
    private readonly SemaphoreSlim _writer = new(1);

    private HammingFlatIndex _index;
    private ShardLog? _log;
    private readonly DoneOperations _done = new();

    private volatile bool _isLoaded, _isDisposed;
    private Task? _loading;

    /// <summary>Whether the log's last record was read, and the next log was not there.</summary>
    private bool _isContinued;

    public Shard(ShardName name, ShardFolder folder, int bits, long compactAfterBytes)
    {
        (_name, _folder, _bits, _compactAfterBytes) = (name, folder, bits, compactAfterBytes);
        _index = new HammingFlatIndex(bits);
    }

    public void Dispose()
    {
        // A load may outlive those who asked for it: it closes its own log then.
        _isDisposed = true;
        _log?.Dispose();
        _writer.Dispose();
    }

    /// <summary>The codes as they are now, and the model that made them. Blocks while files are read.</summary>
    /// <exception cref="DamagedFileException">The files are damaged or missing.</exception>
    public (CodeSnapshot Codes, string? ModelId) Current() => Current(mayLoad: true)!.Value;

    /// <summary>The same. However many ask while all files are read, the first time or again, one thread reads them, none of the pool's, and the others wait
    /// without one.</summary>
    /// <exception cref="DamagedFileException">The files are damaged or missing.</exception>
    public async Task<(CodeSnapshot Codes, string? ModelId)> CurrentAsync(CancellationToken cancellationToken)
    {
        await LoadedAsync(cancellationToken);
        // What was written while they were read is there too, unless others have begun several generations since.
        if (Current(mayLoad: false) is { } current)
            return current;
        await LoadedAsync(cancellationToken);
        return Current();
    }

    /// <summary>Writes a record, once: where its operation is done already nothing is done. When this returns it is on the disk, and every search that
    /// begins later, in any process, sees it.</summary>
    /// <exception cref="ArgumentException">The record does not fit the shard; nothing was written.</exception>
    /// <exception cref="DamagedFileException">The files are damaged or missing; nothing was written.</exception>
    /// <exception cref="IOException">The disk is full or fails: the record is there or is not.</exception>
    /// <exception cref="TimeoutException">The record's time is over; nothing was written.</exception>
    public async Task WriteAsync(LogRecord record, CancellationToken cancellationToken)
    {
        RecordRules.ThrowIfUnfit(record, _name, _bits);
        try
        {
            await CurrentAsync(cancellationToken);
        }
        catch (UnsettledRecordException)
        {
            // Who has the lock, as this write in a moment, sees what it is.
        }
        await _writer.WaitAsync(cancellationToken);
        try
        {
            using IDisposable held = await _folder.LockAsync(cancellationToken);
            (_, string? modelId) = CatchUp(isWritten: false);
            if (record.ModelId is { } theirs && modelId is { } ours && ours != theirs)
                throw new ArgumentException($"Index '{_name.Index}' has codes of model '{ours}'; these come from model '{theirs}'. Codes of different models "
                    + "cannot be compared: encode both with the same model.");
            if (_done.Contains(record.Operation))
            {
                // Whoever wrote it may have been killed before it was on the disk.
                _log!.Flush();
                return;
            }
            if (_isContinued || IsLogLong())
                BeginGeneration();
            cancellationToken.ThrowIfCancellationRequested();
            if (DoneOperations.Now > record.Until)
                throw new TimeoutException($"A write came to {_name} after its time was over, and was not done. Write it again; if this happens often, "
                    + "do the clocks of the machines agree?");
            _log!.Append(record);
            CatchUp(isWritten: false);
        }
        finally
        {
            _writer.Release();
        }
    }

    private Task LoadedAsync(CancellationToken cancellationToken)
    {
        if (_isLoaded)
            return Task.CompletedTask;
        lock (_starting)
        {
            if (_loading is not { IsCompleted: false })
                _loading = Task.Factory.StartNew(() => { Current(); }, CancellationToken.None,
                    // Who waited goes on beside one another, not after one another on this thread.
                    TaskCreationOptions.LongRunning | TaskCreationOptions.RunContinuationsAsynchronously, TaskScheduler.Default);
            return _loading.WaitAsync(cancellationToken);
        }
    }

    private (CodeSnapshot Codes, string? ModelId)? Current(bool mayLoad)
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                return CatchUp(isWritten: true, mayLoad);
            }
            catch (UnsettledRecordException) when (attempt < Tries)
            {
                // Who has the lock knows that nobody writes: what is wrong then is damaged.
                using IDisposable? held = _folder.TryLock();
                if (held is not null)
                    return CatchUp(isWritten: false, mayLoad);
            }
        }
    }

    private (CodeSnapshot Codes, string? ModelId) CatchUp(bool isWritten) => CatchUp(isWritten, mayLoad: true)!.Value;

    /// <summary>Reads what was written since; null where all files must be read and may not be.</summary>
    private (CodeSnapshot Codes, string? ModelId)? CatchUp(bool isWritten, bool mayLoad)
    {
        lock (_state)
        {
            try
            {
                return CatchUpOrReopen(isWritten, mayLoad);
            }
            finally
            {
                _isLoaded = _log is not null;
            }
        }
    }

    private (CodeSnapshot Codes, string? ModelId)? CatchUpOrReopen(bool isWritten, bool mayLoad)
    {
        if (_log is not null)
        {
            try
            {
                return ReadOn(isWritten, mayLoad);
            }
            catch (IOException)
            {
                // The open file is good no more, as after a network file system was away: the files say what there is.
                Close();
            }
        }
        return ReadOn(isWritten, mayLoad);
    }

    private (CodeSnapshot Codes, string? ModelId)? ReadOn(bool isWritten, bool mayLoad)
    {
        while (true)
        {
            if (_log is null && !mayLoad)
                return null;
            if (_log is null)
                Load();
            while (!_isContinued && _log!.TryRead(out LogRecord record, isWritten))
            {
                if (record.Kind == LogRecordKind.Continued)
                    _isContinued = true;
                else
                    Apply(record);
            }
            if (!_isContinued || !GoOn())
                return (_index.Store.Snapshot, _index.ModelId);
        }
    }

    private void Close()
    {
        _log?.Dispose();
        _log = null;
    }

    /// <summary>Goes to the log that follows the one that was read to its end; where that is gone already, to none.</summary>
    /// <returns>False where there is none yet: the writer that ended the log was killed, and nothing was written since.</returns>
    private bool GoOn()
    {
        long next = _log!.Generation + 1, latest = _folder.LatestGeneration();
        if (latest < next)
            return false;
        if (latest > next)
        {
            Close();
            return true;
        }
        try
        {
            Take(ShardLog.Open(_folder.LogPath(next), _name, _bits, next));
        }
        catch (FileNotFoundException)
        {
            // It was there a moment ago: a later one has taken its place.
        }
        return true;
    }

    /// <summary>Reads the latest generation.</summary>
    private void Load()
    {
        for (int attempt = 0; ; attempt++)
        {
            long generation = _folder.LatestGeneration();
            if (generation < 0)
                throw new DamagedFileException($"The files of {_name} are missing in '{_folder.Path}'. Does every silo see the same folder? Restore it from a "
                    + "backup, or delete the index and add its codes again.");
            try
            {
                ShardLog log = ShardLog.Open(_folder.LogPath(generation), _name, _bits, generation);
                try
                {
                    _index = LoadCodes(generation);
                    _done.Clear();
                }
                catch
                {
                    log.Dispose();
                    throw;
                }
                Take(log);
                return;
            }
            catch (FileNotFoundException error)
            {
                // A later generation may have taken its place between the two looks.
                if (_folder.LatestGeneration() == generation && attempt >= Tries)
                    throw new DamagedFileException($"'{error.FileName}' of {_name} is missing: restore the folder of the shard from a backup.", error);
            }
        }
    }

    private HammingFlatIndex LoadCodes(long generation)
    {
        if (generation == 0)
            return new HammingFlatIndex(_bits);
        string path = _folder.CodesPath(generation);
        if (HammingIndex.Load(path) is HammingFlatIndex index && index.Bits == _bits
            && index.Store.Snapshot is var codes && codes.LivingSlots().All(slot => ShardMap.ShardOf(codes.IdOf(slot), _name.Shards) == _name.Shard))
            return index;
        throw new DamagedFileException(FormattableString.Invariant(
            $"Cannot read '{path}': its codes are not those of {_name} with {_bits} bits. Restore the folder of the shard from a backup."));
    }

    // Writing all codes costs as much as they are long: it has to be worth it.
    private bool IsLogLong() => _log!.Position >= _compactAfterBytes
        && (_log.Generation == 0 || _log.Position >= new FileInfo(_folder.CodesPath(_log.Generation)).Length / 2);

    private void Take(ShardLog log)
    {
        _log?.Dispose();
        (_log, _isContinued) = (log, false);
        if (_isDisposed)
            log.Dispose();
    }

    private void Apply(LogRecord record)
    {
        try
        {
            RecordRules.ThrowIfUnfit(record, _name, _bits);
            if (record.Kind == LogRecordKind.Done)
            {
                _done.Add(record);
                return;
            }
            _done.Add(record.Operation, record.Until);
            _index.Remove(record.Ids);
            if (record.Kind == LogRecordKind.Remove)
                return;
            var codes = new BinaryCodes(_bits, record.Ids.Length) { ModelId = record.ModelId };
            codes.AddWords(record.Words);
            _index.Add(codes, record.Ids);
        }
        catch (Exception error)
        {
            // What is in memory may be half of the record: the next search begins with the files.
            ShardLog log = _log!;
            log.Dispose();
            _log = null;
            if (error is ArgumentException unfit)
                throw log.Damaged(ArgumentErrors.Sentence(unfit), error);
            throw;
        }
    }

    /// <summary>
    /// Writes all codes into a file and begins a new log. Killed anywhere in between, the old generation is whole or the new one is: the codes are written
    /// first, then the old log is closed, then the new one is made.
    /// </summary>
    private void BeginGeneration()
    {
        long next = _log!.Generation + 1;
        _index.Save(_folder.CodesPath(next));
        if (!_isContinued)
            _log.Append(LogRecord.Continued);
        ShardLog.Create(_folder.LogPath(next), _name, _bits, next, _done.ToRecord());
        CatchUp(isWritten: false);
        _folder.DeleteBefore(next);
    }
}
