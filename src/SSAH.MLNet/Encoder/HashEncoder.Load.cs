using Microsoft.ML.Runtime;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet;

public sealed partial class HashEncoder
{
    private static ReadOnlySpan<byte> ZipMagic => "PK"u8;

    /// <summary>
    /// Loads the encoder of a file: a hash model's ONNX file, or a model that ML.NET saved (.zip), told apart by its content. This is the door for models
    /// of others: of a saved model the encoder alone is read, without ML.NET's loader and the classes that a file may name, and every byte that counts
    /// is compared with its checksum.
    /// </summary>
    /// <remarks>Files from before there were checksums load too. What is promised of files from others is in SECURITY.md.</remarks>
    /// <param name="path">Path of the file.</param>
    /// <param name="limits">What it may be; null trusts it, <see cref="ReadingLimits.Untrusted"/> does not.</param>
    /// <param name="options">How to run the network; null takes what was saved, or the defaults.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="DamagedFileException">The file is no model of these kinds, is damaged or beyond the limits, or has no hash encoder.</exception>
    /// <exception cref="InvalidOperationException">ONNX Runtime's native library is missing, or a GPU is asked for and cannot be used.</exception>
    public static HashEncoder Load(string path, ReadingLimits? limits = null, HashEncodingOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        limits ??= ReadingLimits.Trusted;
        byte[] file = ReadFile(path, limits);
        return NamingErrors(path, () =>
        {
            if (!file.AsSpan().StartsWith(ZipMagic))
                return new HashEncoder(environment: null, file, "HashCode", "Pixels", options, limits: limits);
            SavedEncoder saved = SavedEncoder.Read(file, limits);
            options ??= new HashEncodingOptions { BatchSize = saved.BatchSize };
            return new HashEncoder(environment: null, saved.Onnx, saved.OutputColumnName, saved.InputColumnName, options, limits: limits);
        });
    }

    internal static HashEncoder LoadOnnx(IHostEnvironment environment, string path, string outputColumnName, string inputColumnName,
        HashEncodingOptions? options, ReadingLimits limits)
    {
        byte[] file = ReadFile(path, limits);
        return NamingErrors(path, () => new HashEncoder(environment, file, outputColumnName, inputColumnName, options, limits: limits));
    }

    private static byte[] ReadFile(string path, ReadingLimits limits) =>
        FileBytes.Read(path, limits.MaxBytes, what => new DamagedFileException($"'{path}' {what}."));

    private static HashEncoder NamingErrors(string path, Func<HashEncoder> load)
    {
        try
        {
            return load();
        }
        catch (DamagedFileException error)
        {
            throw new DamagedFileException($"'{path}': {error.Message}", error);
        }
    }
}
