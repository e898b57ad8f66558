using System.Text.Json;
using System.Text.Json.Serialization;
using SSAH.MLNet.Training.Loop;

namespace SSAH.MLNet.Training.Checkpoints;

/// <summary>A file of a checkpoint.</summary>
/// <param name="Name">Its name in the folder.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Sha256">Hash of the bytes, hexadecimal.</param>
internal sealed record CheckpointFile(string Name, long Length, string Sha256);

/// <summary>What a checkpoint's manifest.json says; the tensors lie in files beside it.</summary>
/// <param name="Format">Version of the format.</param>
/// <param name="Identity">What was trained on what.</param>
/// <param name="Training">Where the training was.</param>
/// <param name="Run">Where its reports and validations were.</param>
/// <param name="Files">The files beside it.</param>
internal sealed record CheckpointManifest(int Format, TrainingIdentity Identity, TrainingState Training, RunState Run, IReadOnlyList<CheckpointFile> Files)
{
    /// <summary>The version that is written, and the only one so far.</summary>
    public const int CurrentFormat = 1;

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>The bytes of manifest.json.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, s_json);

    /// <summary>Reads manifest.json.</summary>
    /// <exception cref="JsonException">It is something else.</exception>
    public static CheckpointManifest Parse(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize<CheckpointManifest>(json, s_json) is { Identity: not null, Training: not null, Run: not null, Files: not null } manifest
            ? manifest
            : throw new JsonException("A part of the manifest is missing.");
}
