using Microsoft.ML;
using SSAH.MLNet.Cli.CommandLine;

namespace SSAH.MLNet.Cli.Models;

/// <summary>Saved models.</summary>
internal static class ModelFile
{
    /// <summary>Loads the encoder of a model that ML.NET saved.</summary>
    /// <exception cref="ToolException">It has no hash encoder.</exception>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static HashEncoder LoadZip(string path)
    {
        try
        {
            return new MLContext().Model.Load(path, out _).GetHashEncoder();
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException or FormatException)
        {
            throw new ToolException($"'{path}' has no hash encoder: {error.Message} Models of ssah-train, and of Model.Save after SsahHash or ItqHash, "
                + $"have one.", error);
        }
    }
}
