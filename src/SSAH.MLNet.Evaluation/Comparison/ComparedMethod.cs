namespace SSAH.MLNet.Evaluation;

/// <summary>What a ranking of a <see cref="RetrievalComparison"/> goes by.</summary>
public enum ComparedMethod
{
    /// <summary>Nothing: the expectation over all orders.</summary>
    Chance,

    /// <summary>The cosine of float features, centered: what the features know without a label and without binarization.</summary>
    Cosine,

    /// <summary>Codes made of the features without a label, as PCA-ITQ makes them.</summary>
    UnlabeledCodes,

    /// <summary>The agreement of the class probabilities that a classifier gives to query and row.</summary>
    ClassRanking,

    /// <summary>The codes that were learned.</summary>
    TrainedCodes,
}
