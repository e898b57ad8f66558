namespace SSAH.MLNet;

/// <summary>The columns that <c>HashRetrieval.Compare</c> compares; both views have them. What is null is left out.</summary>
public sealed record ComparedColumns
{
    /// <summary>Labels in any form that the trainer takes; <c>Label</c> by default.</summary>
    public string Label { get; init; } = "Label";

    /// <summary>The codes that were learned, packed or as activations; <c>HashCode</c> by default.</summary>
    public string? TrainedCodes { get; init; } = "HashCode";

    /// <summary>Codes of the same features that were made without labels, as <c>ItqHash</c> makes them. Null by default.</summary>
    public string? UnlabeledCodes { get; init; }

    /// <summary>Float features, <c>Vector&lt;Single&gt;</c> of known size: those that the codes were made of. Null by default.</summary>
    public string? Features { get; init; }

    /// <summary>
    /// Class probabilities of a classifier, <c>Vector&lt;Single&gt;</c> of known size, for example the <c>Score</c> of a multiclass trainer. Null by
    /// default.
    /// </summary>
    public string? Probabilities { get; init; }
}
