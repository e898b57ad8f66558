using System.Text.Json;
using SSAH.MLNet.Cli.Collections;
using SSAH.MLNet.Cli.CommandLine;
using SSAH.MLNet.Cli.Output;
using SSAH.MLNet.Collections;

namespace SSAH.MLNet.Cli.Models;

/// <param name="Training">What the trainer says.</param>
/// <param name="Encoder">The new model's encoder; the caller disposes it.</param>
/// <param name="Switched">What was encoded by it.</param>
internal sealed record TrainedCollection(JsonElement Training, HashEncoder Encoder, SyncResult Switched);

/// <summary>Learns a model from the images and labels of a collection, and switches the collection to it.</summary>
internal sealed class CollectionTraining
{
    private readonly ImageCollection _collection;
    private readonly TrainerProgram _trainer;

    /// <exception cref="ToolException">There are fewer than two labels.</exception>
    public CollectionTraining(ImageCollection collection, TrainerProgram trainer)
    {
        (_collection, _trainer) = (collection, trainer);
        if (collection.Labels.Count < 2)
            throw new ToolException($"'{PathText.Of(collection.Path)}' has {CommandOutput.Count(collection.Labels.Count, "label")}, and training tells at "
                + $"least two apart. Give labels: ssah label PHOTOS --by-folder, or --table LABELS.csv, or ssah serve PHOTOS.");
    }

    /// <summary>Trains and switches.</summary>
    /// <param name="model">Keeps the model in a file; null keeps it in the collection only.</param>
    /// <param name="arguments">Arguments for the trainer.</param>
    /// <param name="onLine">Takes what the trainer writes to standard error; null lets it write there.</param>
    /// <param name="show">Shows how the images are encoded again.</param>
    /// <param name="cancellation">Ends it; the collection is as it was.</param>
    /// <exception cref="ToolException">The trainer failed.</exception>
    public TrainedCollection Run(string? model, IEnumerable<string> arguments, Action<string>? onLine,
        Func<Func<IProgress<CollectionProgress>, SyncResult>, SyncResult> show, CancellationToken cancellation)
    {
        string folder = Directory.CreateTempSubdirectory("ssah-train-").FullName;
        HashEncoder? encoder = null;
        try
        {
            string table = Path.Combine(folder, "labels.tsv");
            model ??= Path.Combine(folder, "hasher.zip");
            LabelTableFile.Write(_collection.Images, table);
            JsonElement training = _trainer.Run(table, model, [$"--separator={LabelTableFile.Separator}", .. arguments], onLine, cancellation);
            encoder = HashEncoder.Load(model);
            return new TrainedCollection(training, encoder, show(progress => _collection.SwitchModel(encoder, progress, cancellation)));
        }
        catch
        {
            encoder?.Dispose();
            throw;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
