using Mono.Cecil;
using SSAH.MLNet.Evaluation;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Tests.Architecture;

/// <summary>The rules of docs/architecture.md, read from the compiled assemblies.</summary>
public sealed class ArchitectureTests : IDisposable
{
    private readonly DefaultAssemblyResolver _resolver = new();
    private readonly AssemblyDefinition _hashing;
    private readonly AssemblyDefinition _evaluation;
    private readonly AssemblyDefinition _inference;
    private readonly AssemblyDefinition _training;

    public ArchitectureTests()
    {
        _resolver.AddSearchDirectory(AppContext.BaseDirectory);
        _resolver.AddSearchDirectory(Path.GetDirectoryName(typeof(object).Assembly.Location));
        _hashing = Read(typeof(BinaryCodes));
        _evaluation = Read(typeof(RetrievalEvaluation));
        _inference = Read(typeof(HashEncoder));
        _training = Read(typeof(SsahTrainer));
    }

    public void Dispose()
    {
        _hashing.Dispose();
        _evaluation.Dispose();
        _inference.Dispose();
        _training.Dispose();
        _resolver.Dispose();
    }

    [Fact]
    public void Hashing_references_nothing_but_the_base_library()
    {
        Assert.Equal("SSAH.MLNet.Hashing", _hashing.Name.Name);
        Assert.All(ReferencesOf(_hashing), name => Assert.StartsWith("System.", name, StringComparison.Ordinal));
    }

    [Fact]
    public void Evaluation_references_no_machine_learning_library()
    {
        Assert.Equal("SSAH.MLNet.Evaluation", _evaluation.Name.Name);
        Assert.All(ReferencesOf(_evaluation), name => Assert.True(
            name.StartsWith("System.", StringComparison.Ordinal) || name == "MathNet.Numerics" || name == _hashing.Name.Name,
            $"SSAH.MLNet.Evaluation references {name}."));
    }

    [Fact]
    public void Inference_does_not_reference_TorchSharp_or_training()
    {
        Assert.Contains("Microsoft.ML.Core", ReferencesOf(_inference));
        Assert.DoesNotContain(ReferencesOf(_inference), name => name.Contains("Torch", StringComparison.OrdinalIgnoreCase)
            || name == _training.Name.Name);
    }

    [Fact]
    public void The_method_and_its_operators_use_no_type_of_ML_NET()
    {
        static bool IsMLNet(string assembly) => assembly.StartsWith("Microsoft.ML.", StringComparison.Ordinal);
        TypeDefinition encoder = _inference.MainModule.GetType("SSAH.MLNet.HashEncoder");
        Assert.Contains(TypeUsage.AssembliesUsedBy(encoder), IsMLNet);
        TypeDefinition[] pure = [.. _training.MainModule.Types.Where(type =>
            (type.Namespace + ".").StartsWith("SSAH.MLNet.Training.Networks.", StringComparison.Ordinal)
            || (type.Namespace + ".").StartsWith("SSAH.MLNet.Training.Method.", StringComparison.Ordinal))];
        Assert.NotEmpty(pure);
        Assert.All(pure, type => Assert.DoesNotContain(TypeUsage.AssembliesUsedBy(type), IsMLNet));
    }

    [Fact]
    public void No_public_signature_shows_TorchSharp()
    {
        foreach (AssemblyDefinition assembly in new[] { _hashing, _evaluation, _inference, _training })
            Assert.All(assembly.MainModule.GetTypes().Where(IsVisible), type =>
                Assert.DoesNotContain("TorchSharp", TypeUsage.AssembliesShownBy(type)));
    }

    [Fact]
    public void Only_one_type_uses_members_that_ML_NET_keeps_internal()
    {
        const string door = "SSAH.MLNet.MLNetInternals";
        var users = new SortedSet<string>(StringComparer.Ordinal);
        foreach (AssemblyDefinition assembly in new[] { _inference, _training })
            foreach (TypeDefinition type in assembly.MainModule.Types)
                if (TypeUsage.MembersUsedBy(type).Any(IsInternalOfMLNet))
                    users.Add(type.FullName);
        Assert.Equal([door], users);
    }

    private AssemblyDefinition Read(Type type) =>
        AssemblyDefinition.ReadAssembly(type.Assembly.Location, new ReaderParameters { AssemblyResolver = _resolver });

    private static IEnumerable<string> ReferencesOf(AssemblyDefinition assembly) =>
        assembly.MainModule.AssemblyReferences.Select(reference => reference.Name);

    private static bool IsVisible(TypeDefinition type) =>
        type.IsPublic || ((type.IsNestedPublic || type.IsNestedFamily) && IsVisible(type.DeclaringType));

    private static bool IsInternalOfMLNet(MemberReference member)
    {
        TypeReference owner = (member as TypeReference ?? member.DeclaringType).GetElementType();
        if (!owner.Scope.Name.StartsWith("Microsoft.ML.", StringComparison.Ordinal)
            || owner.Scope.Name.Contains("OnnxRuntime", StringComparison.Ordinal))
            return false;
        return !IsVisible(owner.Resolve()) || member switch
        {
            MethodReference method => method.Resolve() is { } found && (found.IsAssembly || found.IsFamilyAndAssembly || found.IsPrivate),
            FieldReference field => field.Resolve() is { } found && (found.IsAssembly || found.IsFamilyAndAssembly || found.IsPrivate),
            _ => false,
        };
    }
}
