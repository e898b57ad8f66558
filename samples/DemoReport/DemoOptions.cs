using System.Globalization;

namespace SSAH.MLNet.Samples.Demo;

/// <summary>The command line of the demo; both of its programs take the same one.</summary>
internal sealed record DemoOptions
{
    public const string Usage = """
        --data PATH        a folder of CLASS/FILE.jpg (default: SSAH_DATA, Debian's dataset-fashion-mnist, or drawn images)
        --side N           pixels that images are scaled to: from 64 on a multiple of 32, where codes are learned from the features of a
                           pretrained ResNet-18 (default 96); below 64 a network is trained from scratch
        --budget MINUTES   training time from scratch (default 5)
        --steps N          from scratch: train for so many steps instead of a time, which makes a run repeatable
        --bits N           code length, 8 to 512 (default 64)
        --seed N           seed of the split and of the training (default 1)
        --out DIR          where the model, the split and the page go (default out/demo)
        """;

    public string? Data { get; private set; } = Environment.GetEnvironmentVariable("SSAH_DATA");

    public double BudgetMinutes { get; private set; } = 5;

    public int? Steps { get; private set; }

    public int Bits { get; private set; } = 64;

    public int Side { get; private set; } = 96;

    public int Seed { get; private set; } = 1;

    public string Out { get; private set; } = Path.Combine("out", "demo");

    /// <exception cref="FormatException">An option is unknown, has no value, or a value that does not fit.</exception>
    public static DemoOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new DemoOptions();
        for (var i = 0; i < arguments.Count; i++)
        {
            var name = arguments[i];
            string Value() => ++i < arguments.Count ? arguments[i] : throw new FormatException($"{name} needs a value.\n\n{Usage}");
            switch (name)
            {
                case "--data": options.Data = Value(); break;
                case "--budget": options.BudgetMinutes = Number(name, Value(), 0.01, 24 * 60); break;
                case "--steps": options.Steps = (int)Number(name, Value(), 1, int.MaxValue); break;
                case "--bits": options.Bits = (int)Number(name, Value(), 8, 512); break;
                case "--side": options.Side = (int)Number(name, Value(), 16, 512); break;
                case "--seed": options.Seed = (int)Number(name, Value(), 0, int.MaxValue); break;
                case "--out": options.Out = Value(); break;
                default: throw new FormatException($"'{name}' is no option of the demo.\n\n{Usage}");
            }
        }

        return options;
    }

    private static double Number(string name, string text, double least, double most) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
            ? value
            : throw new FormatException($"{name} takes a number from {least} to {most}, not '{text}'.\n\n{Usage}");
}
