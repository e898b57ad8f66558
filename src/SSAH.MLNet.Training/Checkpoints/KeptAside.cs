using System.Globalization;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Training.Checkpoints;

/// <summary>What a training has learned, where its end went wrong: kept beside, so that hours of work are not thrown away.</summary>
internal static class KeptAside
{
    /// <summary>Writes model and checkpoint, and gives an error that says where they are.</summary>
    /// <param name="error">What went wrong.</param>
    /// <param name="model">The exported model.</param>
    /// <param name="folder">Folder of the training's checkpoints; null where it has none.</param>
    /// <param name="capture">Gives a checkpoint.</param>
    public static InvalidOperationException Write(Exception error, byte[] model, string? folder, Func<Checkpoint> capture)
    {
        try
        {
            string place = folder ?? NewFolder();
            Directory.CreateDirectory(place);
            string checkpoint = CheckpointFolder.List(place) is [var (_, last), ..] ? last : CheckpointFolder.Write(place, capture());
            string file = Path.Combine(place, $"unverified-{Guid.NewGuid().ToString("N")[..8]}.onnx");
            AtomicFile.Write(file, stream => stream.Write(model));
            return new InvalidOperationException($"{error.Message} Nothing that was learned is lost: the model is kept as '{file}', the training as "
                + $"'{checkpoint}'; ResumeFrom tries its end again.", error);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return new InvalidOperationException($"{error.Message} Model and checkpoint could not be kept aside: {failure.Message}", error);
        }
    }

    private static string NewFolder()
    {
        string user = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        string name = DateTime.UtcNow.ToString("yyyyMMdd-HHmmss-", CultureInfo.InvariantCulture) + Guid.NewGuid().ToString("N")[..8];
        return Path.Combine(user.Length > 0 ? Path.Combine(user, "SSAH.MLNet") : Path.Combine(Path.GetTempPath(), "SSAH.MLNet"), "unverified", name);
    }
}
