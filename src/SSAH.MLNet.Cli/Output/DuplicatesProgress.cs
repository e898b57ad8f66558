namespace SSAH.MLNet.Cli.Output;

/// <summary>How far a search for copies is: the images that are read, then the candidates among them.</summary>
/// <param name="progress">Is told.</param>
internal sealed class DuplicatesProgress(IProgress<WorkDone> progress) : IProgress<DuplicateProgress>
{
    public void Report(DuplicateProgress value) => progress.Report(
        value.Candidates == 0 ? new WorkDone(value.Read, value.Files) : new WorkDone(value.CandidatesDone, value.Candidates, "candidates"));
}
