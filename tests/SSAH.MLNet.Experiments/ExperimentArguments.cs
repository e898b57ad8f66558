using System.Globalization;

namespace SSAH.MLNet.Experiments;

/// <summary>The command line of an experiment.</summary>
internal sealed class ExperimentArguments
{
    public const string Usage = """
        usage: ./build.sh experiment NAME [options]     run a plan; runs whose result is there already are left out
               ./build.sh experiment list               the plans
               ./build.sh experiment tables             write the tables of docs/results.md anew from docs/results/*.json

        --data DIR         folder of the data files and of backbones/ (default: SSAH_DATA, then ../shared/data)
        --out DIR          where results go (default out/experiments)
        --rows 1,2,9       these rows of the ablation grid in place of the plan's
        --seeds 1,2,3      other seeds than the plan's
        --steps N          other number of H-steps than the plan's
        --bits N           other code length than the plan's
        --validation F     share of the labeled rows that is held out and validated on, for choices (default 0)
        --set NAME=VALUE   another value of a trainer option, for trying things out; may be repeated
        --suffix TEXT      ending of the result files' names, to tell such trials apart
        """;

    public required IReadOnlyList<string> Given { get; init; }

    /// <summary>What was given, without the folders of this machine.</summary>
    public string Portable => string.Join(' ', Given.Where((text, i) => !IsFolder(text) && (i == 0 || !IsFolder(Given[i - 1]))));

    public string DataFolder { get; private set; } = Environment.GetEnvironmentVariable("SSAH_DATA") ?? Path.Combine("..", "shared", "data");

    public string Out { get; private set; } = Path.Combine("out", "experiments");

    public string[]? Rows { get; private set; }

    public int[]? Seeds { get; private set; }

    public int? Steps { get; private set; }

    public int? Bits { get; private set; }

    public double ValidationFraction { get; private set; }

    public string Suffix { get; private set; } = "";

    public OptionOverrides Overrides { get; } = new();

    /// <exception cref="FormatException">An option is unknown, has no value, or a value that does not fit.</exception>
    public static ExperimentArguments Parse(IReadOnlyList<string> given)
    {
        var result = new ExperimentArguments { Given = given };
        for (int i = 1; i < given.Count; i++)
        {
            string name = given[i];
            string Value() => ++i < given.Count ? given[i] : throw new FormatException($"{name} needs a value.");
            switch (name)
            {
                case "--data": result.DataFolder = Value(); break;
                case "--out": result.Out = Value(); break;
                case "--rows": result.Rows = Value().Split(','); break;
                case "--seeds": result.Seeds = [.. Value().Split(',').Select(text => Number(name, text))]; break;
                case "--steps": result.Steps = Number(name, Value()); break;
                case "--bits": result.Bits = Number(name, Value()); break;
                case "--validation": result.ValidationFraction = double.Parse(Value(), CultureInfo.InvariantCulture); break;
                case "--set": result.Overrides.Add(Value()); break;
                case "--suffix": result.Suffix = Value(); break;
                default: throw new FormatException($"'{name}' is no option of an experiment.");
            }
        }
        return result;
    }

    private static bool IsFolder(string option) => option is "--data" or "--out";

    private static int Number(string name, string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value)
            ? value : throw new FormatException($"{name} takes whole numbers, not '{text}'.");
}
