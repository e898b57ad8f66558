using System.Globalization;
using System.IO.MemoryMappedFiles;

namespace SSAH.MLNet.Fuzz;

/// <summary>What became of an input.</summary>
internal enum Outcome
{
    /// <summary>It has the content of the good file, or (for mutations) was read as something.</summary>
    Read,

    /// <summary>An error of the family.</summary>
    Refused,

    /// <summary>Other content than the good file's, without an error.</summary>
    Changed,

    /// <summary>Other activations than the good file's, but the same codes.</summary>
    ChangedSlightly,

    /// <summary>Another exception.</summary>
    OtherError,
}

/// <summary>A process that reads inputs one after the other; what kills or stops it does no harm to the process that watches it.</summary>
internal static class Child
{
    /// <summary>Stands between what must stay the same and what may differ a little, in <see cref="FileTarget.Read"/>.</summary>
    public const char Slight = '~';

    /// <summary>Arguments: target, kind of inputs, seed, first input, one after the last, number of all, file of the current number.</summary>
    public static int Run(string[] args)
    {
        using FileTarget target = AllTargets.Named(args[0]);
        InputSource source = InputSource.Of(args[1], int.Parse(args[2], CultureInfo.InvariantCulture));
        long[] numbers = [.. args[3..6].Select(text => long.Parse(text, CultureInfo.InvariantCulture))];
        using var file = MemoryMappedFile.CreateFromFile(args[6]);
        using MemoryMappedViewAccessor current = file.CreateViewAccessor();
        string? whole = args[1] == "mutations" ? null : target.Read(target.Smallest);
        long[] outcomes = new long[Enum.GetValues<Outcome>().Length];
        for (long number = numbers[0]; number < numbers[1]; number++)
        {
            current.Write(0, number + 1);
            byte[] input = source.Make(target, number, numbers[2]);
            Outcome outcome = OutcomeOf(target, input, whole, out string said);
            outcomes[(int)outcome]++;
            if (outcome == Outcome.OtherError || (outcome == Outcome.Changed && target.IsChecked))
                Console.WriteLine($"finding\t{number}\t{outcome}\t{said.ReplaceLineEndings(" ")}");
        }
        Console.WriteLine($"outcomes\t{string.Join('\t', outcomes)}");
        return 0;
    }

    /// <summary>Reads an input and compares it with the good file.</summary>
    public static Outcome OutcomeOf(FileTarget target, byte[] input, string? whole, out string said)
    {
        try
        {
            said = target.Read(input);
            return whole is null || said == whole ? Outcome.Read
                : said.Split(Slight)[0] == whole.Split(Slight)[0] ? Outcome.ChangedSlightly : Outcome.Changed;
        }
        catch (Exception error)
        {
            said = error.Message;
            if (target.IsOfTheFamily(error))
                return Outcome.Refused;
            string? where = error.StackTrace?.Split('\n').FirstOrDefault(line => line.Contains("SSAH.", StringComparison.Ordinal))?.Trim();
            said = $"{error.GetType().Name}: {error.Message} {where}";
            return Outcome.OtherError;
        }
    }
}
