using System.Text.Json.Nodes;
using SSAH.MLNet.Cli.Models;
using SSAH.MLNet.Cli.Output;

namespace SSAH.MLNet.Cli.Serve.Jobs;

/// <param name="Training">What the trainer says: labels, held-out images, rankings with and without training, a verdict.</param>
/// <param name="Bits">Code length of the new model.</param>
/// <param name="Encoded">Images that were encoded by it.</param>
internal sealed record TrainingResult(JsonObject Training, int Bits, int Encoded);

/// <summary>Learns a model from the labels and switches the collection to it, as <c>ssah train</c> does.</summary>
/// <param name="served">The collection.</param>
internal sealed class TrainingJob(ServedCollection served) : IAsyncDisposable
{
    private readonly BackgroundJob<TrainingResult> _job = new();
    private HashEncoder? _encoder;

    public JobStatus<TrainingResult> Status => _job.Status;

    /// <summary>Begins.</summary>
    /// <returns>False where it runs already.</returns>
    /// <exception cref="CommandLine.ToolException">There are too few labels, or the trainer is not installed; the message says what to do.</exception>
    public bool Start()
    {
        var training = new CollectionTraining(served.Collection, TrainerProgram.Find());
        return _job.Start((job, cancellation) => Train(training, job, cancellation));
    }

    public void Cancel() => _job.Cancel();

    public async ValueTask DisposeAsync()
    {
        await _job.DisposeAsync();
        _encoder?.Dispose();
    }

    private TrainingResult Train(CollectionTraining training, BackgroundJob<TrainingResult> job, CancellationToken cancellation)
    {
        job.Step("starting ssah-train");
        TrainedCollection trained = training.Run(model: null, arguments: [], job.Step, work => work(new Switching(job)), cancellation);
        // Requests that still have the encoder of before open it again for themselves.
        _encoder?.Dispose();
        _encoder = trained.Encoder;
        // Where the model lay in the meantime is nobody's business.
        JsonObject said = JsonObject.Create(trained.Training)!;
        said.Remove("model");
        return new TrainingResult(said, trained.Encoder.Bits, trained.Switched.Changed);
    }

    private sealed class Switching(BackgroundJob<TrainingResult> job) : IProgress<SSAH.MLNet.Collections.CollectionProgress>
    {
        public void Report(SSAH.MLNet.Collections.CollectionProgress value)
        {
            if (value.Done == 0)
                job.Step("encoding the images again");
            ((IProgress<WorkDone>)job).Report(new WorkDone(value.Done, value.Total));
        }
    }
}
