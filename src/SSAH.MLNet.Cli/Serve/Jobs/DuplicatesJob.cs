using Microsoft.ML;
using SSAH.MLNet.Cli.Duplicates;
using SSAH.MLNet.Cli.Output;
using SSAH.MLNet.Cli.Serve.Images;
using SSAH.MLNet.Collections;

namespace SSAH.MLNet.Cli.Serve.Jobs;

/// <param name="Groups">Groups of copies.</param>
/// <param name="Files">Images that were looked at.</param>
/// <param name="Copies">Images that are copies of another one.</param>
/// <param name="Bytes">What the copies take.</param>
internal sealed record CopiesResult(IReadOnlyList<IReadOnlyList<FoundCopy>> Groups, int Files, int Copies, long Bytes);

/// <param name="Image">The image.</param>
/// <param name="IsKept">Whether it is the one that <c>ssah duplicates</c> would keep.</param>
/// <param name="Remark">What it is to that one.</param>
internal sealed record FoundCopy(ServedImage Image, bool IsKept, string Remark);

/// <summary>Looks for copies among the images of the collection; nothing is moved.</summary>
/// <param name="served">The collection.</param>
internal sealed class DuplicatesJob(ServedCollection served) : IAsyncDisposable
{
    private readonly BackgroundJob<CopiesResult> _job = new();

    public JobStatus<CopiesResult> Status => _job.Status;

    public bool Start() => _job.Start(Find);

    public void Cancel() => _job.Cancel();

    public ValueTask DisposeAsync() => _job.DisposeAsync();

    private CopiesResult Find(BackgroundJob<CopiesResult> job, CancellationToken cancellation)
    {
        job.Step("reading images");
        Dictionary<string, CollectionImage> images = served.Collection.Images.ToDictionary(image => image.Path, StringComparer.Ordinal);
        DuplicateReport report = new MLContext().HashRetrieval.FindDuplicates([.. images.Keys],
            new DuplicateOptions { Progress = new Steps(job), Reading = served.Reading }, cancellation);
        FoundCopy[][] groups = [.. report.Groups.Select(group => group.Images.Where(image => images.ContainsKey(image.Path))
            .Select(image => new FoundCopy(ServedImage.Of(images[image.Path]), image.Kind == DuplicateKind.Kept, DuplicateText.Of(image))).ToArray())];
        return new CopiesResult(groups, report.Files, report.CopyCount, report.CopyBytes);
    }

    private sealed class Steps(BackgroundJob<CopiesResult> job) : IProgress<DuplicateProgress>
    {
        private readonly DuplicatesProgress _progress = new(job);
        private bool _compares;

        // One call at a time, once all files are read.
        public void Report(DuplicateProgress value)
        {
            if (value.Candidates > 0 && !_compares)
            {
                _compares = true;
                job.Step("comparing images");
            }
            _progress.Report(value);
        }
    }
}
