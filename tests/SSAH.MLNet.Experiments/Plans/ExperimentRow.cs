namespace SSAH.MLNet.Experiments;

/// <summary>One way to make codes, a row of a table.</summary>
/// <param name="Id">Short name, part of the file name of its results.</param>
/// <param name="Title">Name in the table.</param>
/// <param name="Configure">Sets what the row changes of the plan's options; null for a baseline that is not trained by SSAH.</param>
/// <param name="Baseline">Makes the codes of a baseline; null for a row that SSAH trains.</param>
internal sealed record ExperimentRow(
    string Id, string Title, Action<SsahTrainer.Options>? Configure = null, Func<ExperimentData, int, BaselineCodes>? Baseline = null);

/// <summary>Codes of a baseline.</summary>
/// <param name="Queries">One a query.</param>
/// <param name="Database">One a database row.</param>
internal sealed record BaselineCodes(BinaryCodes Queries, BinaryCodes Database);
