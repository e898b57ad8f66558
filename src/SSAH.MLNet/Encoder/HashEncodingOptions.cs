namespace SSAH.MLNet;

/// <summary>
/// How a <see cref="HashEncoder"/> runs its network: these change speed and memory. None changes a code on the CPU; a GPU rounds otherwise, which may
/// turn a bit whose activation is next to 0.
/// </summary>
public sealed record HashEncodingOptions
{
    internal const int MaxBatchSize = 4096;

    /// <summary>
    /// Rows scored in one call of the network, 1 to 4096, fewer where their pixels would take more than 256 MiB; 32 by default. Above 1 the encoder
    /// reads the pixels through a second cursor that runs ahead, so the source must give the same rows twice. 1 scores row by row on one cursor.
    /// </summary>
    public int BatchSize
    {
        get;
        init => field = value is >= 1 and <= MaxBatchSize
            ? value
            : throw new ArgumentOutOfRangeException(nameof(BatchSize), value, "The batch size is 1 to 4096 rows.");
    } = 32;

    /// <summary>Batches scored at the same time, each on one thread, 1 to 64; by default one for each processor, at most 4.</summary>
    public int Workers
    {
        get;
        init => field = value is >= 1 and <= 64
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Workers), value, "The number of workers is 1 to 64.");
    } = Math.Min(Environment.ProcessorCount, 4);

    /// <summary>Number of the CUDA device to run on; null (the default) takes <c>MLContext.GpuDeviceId</c>, and where that is null too, the
    /// CPU.</summary>
    public int? GpuDeviceId
    {
        get;
        init => field = value is null or >= 0
            ? value
            : throw new ArgumentOutOfRangeException(nameof(GpuDeviceId), value, "A device number is 0 or more.");
    }

    /// <summary>
    /// What to do where a GPU is asked for and cannot be used: true runs on the CPU with a warning, false is an error; null (the default) takes
    /// <c>MLContext.FallbackToCpu</c>.
    /// </summary>
    public bool? FallbackToCpu { get; init; }
}
