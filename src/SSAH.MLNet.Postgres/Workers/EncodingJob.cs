namespace SSAH.MLNet.Postgres.Workers;

/// <summary>An image file that a worker has claimed.</summary>
/// <param name="Id">The job's number.</param>
/// <param name="Model">The model that encodes it.</param>
/// <param name="Path">The file, as all workers see it.</param>
internal sealed record EncodingJob(long Id, string Model, string Path);

/// <summary>What became of a job.</summary>
/// <param name="Id">The job's number.</param>
/// <param name="Hash">SHA-256 of the file's content; null if it could not be read.</param>
/// <param name="Code">The packed code; null where there is a problem.</param>
/// <param name="Width">Width in pixels, upright.</param>
/// <param name="Height">Height in pixels, upright.</param>
/// <param name="Problem">Why it has no code.</param>
internal sealed record EncodingResult(long Id, byte[]? Hash, byte[]? Code, int Width, int Height, string? Problem);

/// <summary>How far the jobs of one model are.</summary>
/// <param name="Model">The model.</param>
/// <param name="Bits">Code length.</param>
/// <param name="IsCurrent">Whether its codes are the ones that are searched.</param>
/// <param name="Waiting">Jobs that nobody has claimed.</param>
/// <param name="Running">Jobs that a worker has claimed.</param>
/// <param name="Abandoned">Of those, the ones whose worker has not been heard of in time.</param>
/// <param name="Done">Jobs that have a code.</param>
/// <param name="Failed">Jobs that will have none.</param>
internal sealed record EncodingProgress(string Model, int Bits, bool IsCurrent, long Waiting, long Running, long Abandoned, long Done, long Failed);

/// <summary>A job that has failed.</summary>
internal sealed record EncodingFailure(string Model, string Path, string Problem);
