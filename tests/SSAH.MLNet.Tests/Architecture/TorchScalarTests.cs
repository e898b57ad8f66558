using Mono.Cecil;

namespace SSAH.MLNet.Tests.Architecture;

/// <summary>
/// TorchSharp's scalars are freed by their finalizer, also while native code reads them: whoever makes one must keep it alive. Nothing in Training
/// lets TorchSharp make one on the way, be it by a conversion in our code or by an overload that takes a number.
/// </summary>
public sealed class TorchScalarTests
{
    private const string Door = "SSAH.MLNet.Training.Workarounds.TorchSharpScalarFinalization";

    // Has scalars of its own, in fields and for the length of a step.
    private const string Keeper = "SSAH.MLNet.Training.Optimizers";

    [Fact]
    public void No_scalar_is_made_on_the_way_to_native_code()
    {
        using ModuleDefinition torch = ModuleDefinition.ReadModule(Path.Combine(AppContext.BaseDirectory, "TorchSharp.dll"));
        using ModuleDefinition training = ModuleDefinition.ReadModule(typeof(SsahTrainer).Assembly.Location);
        HashSet<string> makers = MakersOfScalars(torch);
        // What TorchSharp's own overloads do is seen, not only the conversions.
        Assert.Contains("TorchSharp.torch/Tensor TorchSharp.torch/Tensor::softplus(System.Double,System.Double)", makers);
        string[] calls = [.. from type in training.GetTypes()
                             where !type.FullName.StartsWith(Door, StringComparison.Ordinal)
                             from method in type.Methods
                             where method.HasBody
                             from called in Calls(method)
                             where makers.Contains(called) && !(type.Namespace == Keeper && called.Contains("::ToScalar(", StringComparison.Ordinal))
                             select $"{method.FullName} calls {called}"];
        Assert.True(calls.Length == 0, string.Join('\n', calls.Order(StringComparer.Ordinal)));
    }

    // The conversions and, level by level, whatever calls them within TorchSharp.
    private static HashSet<string> MakersOfScalars(ModuleDefinition torch)
    {
        var callers = new Dictionary<string, List<MethodDefinition>>(StringComparer.Ordinal);
        foreach (MethodDefinition method in torch.GetTypes().SelectMany(type => type.Methods).Where(method => method.HasBody))
            foreach (string called in Calls(method))
            {
                if (!callers.TryGetValue(called, out List<MethodDefinition>? known))
                    callers.Add(called, known = []);
                known.Add(method);
            }
        var makers = new HashSet<string>(StringComparer.Ordinal);
        var queue = new Queue<string>(callers.Keys.Where(name => name.Contains("TorchSharp.Scalar::op_Implicit(", StringComparison.Ordinal)
            || name.Contains("TorchSharp.ScalarExtensionMethods::ToScalar(", StringComparison.Ordinal)));
        while (queue.TryDequeue(out string? maker))
            if (makers.Add(maker) && callers.TryGetValue(maker, out List<MethodDefinition>? known))
                foreach (MethodDefinition method in known)
                    queue.Enqueue(method.FullName);
        return makers;
    }

    private static IEnumerable<string> Calls(MethodDefinition method) => method.Body.Instructions.Select(each => each.Operand).OfType<MethodReference>()
        .Select(called => called.GetElementMethod().FullName).Distinct();
}
