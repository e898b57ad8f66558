using System.Collections;
using System.Globalization;
using SSAH.MLNet.Training.Method;

namespace SSAH.MLNet.Training;

/// <summary>Collects every error of an options object, so that a user can fix them all at once.</summary>
internal sealed class OptionsValidation
{
    private readonly List<string> _errors = [];

    private OptionsValidation()
    {
    }

    /// <summary>Checks each option by the range on its property, then how options depend on each other.</summary>
    /// <exception cref="ArgumentException">There are errors; the message lists all of them.</exception>
    public static void Check(SsahTrainer.Options options)
    {
        var validation = new OptionsValidation();
        foreach (var option in OptionTable.All)
            validation.CheckAlone(option, option.ValueIn(options));
        validation._errors.AddRange(options.Backbone?.Errors() ?? []);
        validation.CheckTogether(options);
        if (validation._errors.Count > 0)
            throw new ArgumentException(
                $"SsahTrainer.Options has {validation._errors.Count} error(s):{string.Concat(validation._errors.Select(e => "\n- " + e))}", nameof(options));
    }

    private void CheckAlone(Option option, object? value)
    {
        switch (value)
        {
            case null or "" when option.IsRequired:
                _errors.Add($"{option.Name} is empty; it must be given.");
                break;
            case string name:
                Require(!string.IsNullOrWhiteSpace(name), $"{option.Name} is blank; it must be a name.");
                break;
            case Enum choice:
                Require(Enum.IsDefined(choice.GetType(), choice), $"{option.Name} is {choice:D}, which is not a {choice.GetType().Name}.");
                break;
            case IEnumerable values:
                foreach (object each in values)
                    CheckRange(option, each);
                break;
            case not null:
                CheckRange(option, value);
                break;
        }
    }

    private void CheckRange(Option option, object value)
    {
        if (option.Range is not { } range)
            return;
        double number = Convert.ToDouble(value, CultureInfo.InvariantCulture), low = Convert.ToDouble(range.Minimum, CultureInfo.InvariantCulture);
        double high = Convert.ToDouble(range.Maximum, CultureInfo.InvariantCulture);
        string allowed = high == int.MaxValue ? $"be at least {range.Minimum}" : string.Create(CultureInfo.InvariantCulture, $"lie from {low} to {high}");
        Require(number >= low && number <= high, string.Create(CultureInfo.InvariantCulture, $"{option.Name} is {value}; it must {allowed}."));
    }

    private void CheckTogether(SsahTrainer.Options options)
    {
        var (losses, hard, stopping, validation) = (options.Losses, options.HardSamples, options.Stopping, options.Validation);
        Require(options.Consistency.UnlabeledBatchSize != 1, "Consistency.UnlabeledBatchSize is 1; it must be 0 (none) or at least 2.");
        Require(losses.SimilarityWeight > 0 || losses.ClassificationWeight > 0,
            "Losses.SimilarityWeight and Losses.ClassificationWeight are both 0: nothing would be learned from the labels.");
        RequireOrder("HardSamples.MinOcclusionArea", hard.MinOcclusionArea, "HardSamples.MaxOcclusionArea", hard.MaxOcclusionArea);
        RequireOrder("HardSamples.MinMargin", hard.MinMargin, "HardSamples.MaxMargin", hard.MaxMargin);
        Require(hard.Source == HardSampleSource.None || hard.OcclusionScales is not { Count: 0 } || hard.MaxRotationDegrees > 0,
            "HardSamples.OcclusionScales is empty and HardSamples.MaxRotationDegrees is 0: no hard sample can be made. "
            + $"Set HardSamples.Source to {nameof(HardSampleSource.None)} if that is meant.");
        Require(stopping.TimeBudget is not { } budget || budget > TimeSpan.Zero, "Stopping.TimeBudget must be above zero.");
        Require(stopping.OnDivergence == DivergenceBehavior.Throw || options.Checkpoint.Folder is not null,
            "Stopping.OnDivergence goes back to checkpoints, but Checkpoint.Folder is not set.");
        Require(options.ResumeFrom is null || options.WarmStart is null, "ResumeFrom and WarmStart are both set: go on with a training, or begin "
            + "another with its weights.");
        Require(validation.Patience is null || validation.Fraction > 0, "Validation.Patience needs Validation.Fraction above 0.");
    }

    private void RequireOrder(string lowName, double low, string highName, double high) =>
        Require(!(low > high), string.Create(CultureInfo.InvariantCulture, $"{highName} is {high}, less than {lowName} ({low})."));

    private void Require(bool condition, string error)
    {
        if (!condition)
            _errors.Add(error);
    }
}
