using Mono.Cecil;
using Mono.Cecil.Cil;
using SSAH.MLNet.Collections;
using SSAH.MLNet.Evaluation;
using SSAH.MLNet.Hashing;
using SSAH.MLNet.Orleans;
using SSAH.MLNet.Postgres;
using SSAH.MLNet.Reports;
using SSAH.MLNet.VectorData;

namespace SSAH.MLNet.Samples.Tests.OtherSystems;

/// <summary>
/// What the libraries write is the same under every culture. Analyzers find the calls that lack one (.editorconfig); in an interpolated text, which they
/// pass over, a fraction takes the culture of the thread. Whole numbers without a format are let through: they differ in the minus sign alone.
/// </summary>
public sealed class CultureOfTextTests
{
    private static readonly string[] s_dependent = ["System.Single", "System.Double", "System.Half", "System.Decimal", "System.DateTime",
        "System.DateTimeOffset", "System.DateOnly", "System.TimeOnly"];

    public static TheoryData<Type> Libraries => [typeof(BinaryCodes), typeof(RetrievalEvaluation), typeof(HashEncoder), typeof(SsahTrainer),
        typeof(RetrievalReport), typeof(ImageCollection), typeof(SqliteHashVectorStore), typeof(PostgresHashVectorStore),
        typeof(ShardedHashIndex)];

    [Theory]
    [MemberData(nameof(Libraries))]
    public void No_text_is_formatted_by_the_culture_of_the_thread(Type library)
    {
        using ModuleDefinition module = ModuleDefinition.ReadModule(library.Assembly.Location);
        MethodDefinition[] methods = [.. module.GetTypes().SelectMany(type => type.Methods).Where(method => method.HasBody)];
        Assert.NotEmpty(methods);
        string[] found = [.. from method in methods
                             from what in FormattedByThread(method.Body.Instructions)
                             select $"{method.FullName} formats a {what}: string.Create(CultureInfo.InvariantCulture, $\"...\")"];
        Assert.True(found.Length == 0, string.Join('\n', found.Distinct()));
    }

    [Fact]
    public void Such_texts_are_found()
    {
        using ModuleDefinition module = ModuleDefinition.ReadModule(typeof(CultureOfTextTests).Assembly.Location);
        MethodDefinition[] methods = [.. module.GetType(typeof(Examples).FullName!.Replace('+', '/')).Methods.Where(method => !method.IsConstructor)];
        Assert.Equal(7, methods.Length);
        Assert.All(methods, method => Assert.Equal(method.Name.StartsWith("Bad", StringComparison.Ordinal),
            FormattedByThread(method.Body.Instructions).Any()));
    }

    private static IEnumerable<string> FormattedByThread(IEnumerable<Instruction> instructions)
    {
        bool hasCulture = false;
        foreach (Instruction instruction in instructions)
        {
            if (instruction.Operand is not MethodReference called)
                continue;
            string owner = called.DeclaringType.GetElementType().FullName;
            if (owner.EndsWith("InterpolatedStringHandler", StringComparison.Ordinal))
            {
                if (called.Name == ".ctor")
                    hasCulture = called.Parameters.Any(parameter => parameter.ParameterType.FullName == typeof(IFormatProvider).FullName);
                else if (!hasCulture && called is GenericInstanceMethod { Name: "AppendFormatted", GenericArguments: [var type] }
                         && IsDependent(type, instruction))
                    yield return type.FullName;
            }
            else if (called.Name == nameof(ToString) && s_dependent.Contains(owner) && called.Parameters.All(parameter =>
                         parameter.ParameterType.FullName != typeof(IFormatProvider).FullName))
                yield return owner;
        }
    }

    private static bool IsDependent(TypeReference type, Instruction append)
    {
        if (type is GenericInstanceType { GenericArguments: [var inner] } && type.GetElementType().FullName == "System.Nullable`1")
            type = inner;
        // The format is what was loaded last. Hexadecimal numbers, leading zeros and ids are the same everywhere.
        return s_dependent.Contains(type.FullName)
            || (append.Previous.Operand is string format && format.Any(sign => "NnPpCcFfEe.,".Contains(sign, StringComparison.Ordinal))
                && type.FullName.StartsWith("System.", StringComparison.Ordinal) && type.FullName is not ("System.Guid" or "System.Enum"));
    }

    private static class Examples
    {
        public static string BadFraction(double value) => $"{value}";

        public static string BadThousands(int value) => $"{value:N0}";

        public static string BadDate(DateTime? value) => $"{value}";

        public static void BadPiece(System.Text.StringBuilder text, float value) => text.Append($"{value}");

        public static string GoodCount(int value) => $"{value}";

        public static string GoodHex(uint value) => $"{value:x8} {value:00}";

        public static string GoodFraction(double value) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{value:0.00}");
    }
}
