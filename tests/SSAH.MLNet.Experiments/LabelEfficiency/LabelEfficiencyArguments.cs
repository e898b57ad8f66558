using System.Globalization;

namespace SSAH.MLNet.Experiments.LabelEfficiency;

/// <summary>The command line of the label-efficiency experiment.</summary>
internal sealed class LabelEfficiencyArguments
{
    public const string Usage = """
        usage: ./build.sh experiment label-efficiency [options]

        --collections grocery,cifar10,fashion   which collections, or aerial, grocery-128 (default: the three)
        --labels 1,3,10,100                     labeled images of each class (default 1,3,10)
        --seeds 1,2,3                           seeds (default 1,2,3)
        --unseen no|yes|both                    whether a quarter of the classes has no labels (default both)
        --choices                               queries that are no queries of the final figures, to choose by
        --no-baselines                          only the trained codes
        --fine-tuned STEPS                      in their place, codes of a ResNet-18 that learns as a whole for so many steps
        --robust N                              also with N of the queries turned and covered in 81 ways
        --bits N                                code length (default 64)
        --set NAME=VALUE                        another value of a trainer option
        --data DIR, --out DIR, --suffix TEXT    as for other experiments
        --verbose                               what the trainer says

        ./build.sh experiment label-efficiency --figure docs/results/label-efficiency.jsonl docs/images/label-efficiency.svg    draws the figure
        """;

    public string DataFolder { get; private set; } = Environment.GetEnvironmentVariable("SSAH_DATA") ?? Path.Combine("..", "shared", "data");

    public string Out { get; private set; } = Path.Combine("out", "experiments");

    public string CacheFolder => Path.Combine(Out, "features");

    public string[] Collections { get; private set; } = ["grocery", "cifar10", "fashion"];

    public int[] Labels { get; private set; } = [1, 3, 10];

    public int[] Seeds { get; private set; } = [1, 2, 3];

    public bool[] WithUnseen { get; private set; } = [false, true];

    public bool ForChoices { get; private set; }

    public bool Baselines { get; private set; } = true;

    public bool Verbose { get; private set; }

    public int? FineTunedSteps { get; private set; }

    public int RobustQueries { get; private set; }

    public int Bits { get; private set; } = 64;

    public string Suffix { get; private set; } = "";

    public OptionOverrides Overrides { get; } = new();

    /// <exception cref="FormatException">An option is unknown, has no value, or a value that does not fit.</exception>
    public static LabelEfficiencyArguments Parse(IReadOnlyList<string> given)
    {
        var result = new LabelEfficiencyArguments();
        for (int i = 1; i < given.Count; i++)
        {
            string name = given[i];
            string Value() => ++i < given.Count ? given[i] : throw new FormatException($"{name} needs a value.");
            switch (name)
            {
                case "--data": result.DataFolder = Value(); break;
                case "--out": result.Out = Value(); break;
                case "--collections": result.Collections = Value().Split(','); break;
                case "--labels": result.Labels = Numbers(name, Value()); break;
                case "--seeds": result.Seeds = Numbers(name, Value()); break;
                case "--unseen": result.WithUnseen = Value() switch { "no" => [false], "yes" => [true], "both" => [false, true],
                    var other => throw new FormatException($"--unseen is no, yes or both, not '{other}'.") }; break;
                case "--choices": result.ForChoices = true; break;
                case "--no-baselines": result.Baselines = false; break;
                case "--verbose": result.Verbose = true; break;
                case "--fine-tuned": result.FineTunedSteps = Numbers(name, Value())[0]; break;
                case "--robust": result.RobustQueries = Numbers(name, Value())[0]; break;
                case "--bits": result.Bits = Numbers(name, Value())[0]; break;
                case "--set": result.Overrides.Add(Value()); break;
                case "--suffix": result.Suffix = Value(); break;
                default: throw new FormatException($"'{name}' is no option of label-efficiency.");
            }
        }
        if (result.FineTunedSteps == 0)
            throw new FormatException("--fine-tuned takes a number of steps, 1 or more.");
        if (result.FineTunedSteps is not null && result.RobustQueries > 0)
            throw new FormatException("--robust is for frozen networks; what fine-tuned ones lose is measured by the plans robust and robust-250.");
        return result;
    }

    private static int[] Numbers(string name, string text) => [.. text.Split(',').Select(part =>
        int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int value)
            ? value : throw new FormatException($"{name} takes whole numbers, not '{part}'."))];
}
