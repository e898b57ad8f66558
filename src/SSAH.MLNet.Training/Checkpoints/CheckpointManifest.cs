using System.Security.Cryptography;
using System.Text;
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
    /// <summary>The version that is written. Version 1 has no checksum of the manifest itself.</summary>
    public const int CurrentFormat = 2;

    // The last property; what stands before it in the file is what it is the SHA-256 of.
    private const string ChecksumProperty = ",\n  \"sha256\": \"";
    private const string End = "\"\n}";

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NewLine = "\n",
        AllowDuplicateProperties = false,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>The bytes of manifest.json.</summary>
    public byte[] ToJson()
    {
        ReadOnlySpan<byte> json = JsonSerializer.SerializeToUtf8Bytes(this, s_json);
        // Without the line feed and the brace at its end.
        json = json[..^2];
        return [.. json, .. Encoding.ASCII.GetBytes(ChecksumProperty + Convert.ToHexStringLower(SHA256.HashData(json)) + End)];
    }

    /// <summary>Reads manifest.json.</summary>
    /// <exception cref="JsonException">It is something else, or not what was written.</exception>
    public static CheckpointManifest Parse(ReadOnlySpan<byte> json)
    {
        var manifest = JsonSerializer.Deserialize<CheckpointManifest>(json, s_json);
        if (manifest is not { Identity: { Options: not null, Precision: not null, Data: not null }, Training.Pacing: not null, Run.History.Kept: not null,
            Files: not null } || manifest.Files.Any(file => file is not { Name: not null, Sha256: not null }))
            throw new JsonException("A part of the manifest is missing.");
        if (manifest.Format >= CurrentFormat && !HasChecksum(json))
            throw new JsonException("It is not what was written: its checksum does not hold.");
        return manifest;
    }

    private static bool HasChecksum(ReadOnlySpan<byte> json)
    {
        int end = json.LastIndexOf(Encoding.ASCII.GetBytes(ChecksumProperty));
        return end >= 0 && json[end..].SequenceEqual(Encoding.ASCII.GetBytes(
            ChecksumProperty + Convert.ToHexStringLower(SHA256.HashData(json[..end])) + End));
    }
}
