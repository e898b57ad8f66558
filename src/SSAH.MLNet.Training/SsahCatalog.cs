using SSAH.MLNet;

namespace Microsoft.ML;

/// <summary>Adds the SSAH trainer to ML.NET's catalog of transforms.</summary>
public static class SsahCatalog
{
    /// <summary>Learns binary codes from a few labeled and many unlabeled images.</summary>
    /// <param name="catalog"><c>mlContext.Transforms</c>.</param>
    /// <param name="outputColumnName">Code column to add: <c>Vector&lt;Byte, ceil(bits/8)&gt;</c>; activations go to this name + "Activation".</param>
    /// <param name="inputColumnName">Pixel column that ExtractPixels makes.</param>
    /// <param name="labelColumnName">Label column; a missing label marks an unlabeled row.</param>
    /// <param name="bits">Code length, 1 to 512.</param>
    /// <param name="epochs">Passes over the larger of the labeled and the unlabeled rows; null is 20, or no limit where a time budget is given.</param>
    /// <param name="timeBudget">Longest training time; null is no limit.</param>
    /// <exception cref="ArgumentException">A parameter is out of range.</exception>
    public static SsahTrainer SsahHash(this TransformsCatalog catalog, string outputColumnName = "HashCode", string inputColumnName = "Pixels",
        string labelColumnName = "Label", int bits = 48, int? epochs = null, TimeSpan? timeBudget = null) => catalog.SsahHash(new SsahTrainer.Options
        {
            OutputColumnName = outputColumnName,
            InputColumnName = inputColumnName,
            LabelColumnName = labelColumnName,
            Bits = bits,
            Stopping = { Epochs = epochs, TimeBudget = timeBudget },
        });

    /// <summary>Learns binary codes from a few labeled and many unlabeled images, with all settings.</summary>
    /// <exception cref="ArgumentException">The options have errors; the message lists all of them.</exception>
    public static SsahTrainer SsahHash(this TransformsCatalog catalog, SsahTrainer.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new SsahTrainer(MLNetInternals.GetEnvironment(catalog), options);
    }
}
