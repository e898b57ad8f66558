using Mono.Cecil;
using Mono.Cecil.Cil;

namespace SSAH.MLNet.Tests.Architecture;

/// <summary>What compiled types use, read from their signatures and instructions.</summary>
internal static class TypeUsage
{
    /// <summary>Simple names of the assemblies whose types or members the type mentions, its nested types included.</summary>
    public static IEnumerable<string> AssembliesUsedBy(TypeDefinition type) =>
        TypesUsedBy(type).Select(AssemblyOf).Where(name => name.Length > 0).Distinct();

    /// <summary>Assemblies that the type's public and protected members show to a caller.</summary>
    public static IEnumerable<string> AssembliesShownBy(TypeDefinition type)
    {
        IEnumerable<TypeReference> shown = Bases(type)
            .Concat(type.Fields.Where(field => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly).Select(field => field.FieldType))
            .Concat(type.Methods.Where(method => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly).SelectMany(Signature));
        return shown.SelectMany(Parts).Select(AssemblyOf).Where(name => name.Length > 0).Distinct();
    }

    /// <summary>Members of other assemblies that the type's methods mention.</summary>
    public static IEnumerable<MemberReference> MembersUsedBy(TypeDefinition type) =>
        type.Methods.Where(method => method.HasBody).SelectMany(method => method.Body.Instructions).Select(each => each.Operand)
            .OfType<MemberReference>()
            .Concat(type.NestedTypes.SelectMany(MembersUsedBy));

    private static IEnumerable<TypeReference> TypesUsedBy(TypeDefinition type)
    {
        IEnumerable<TypeReference> used = Bases(type)
            .Concat(type.Fields.Select(field => field.FieldType))
            .Concat(type.CustomAttributes.Select(attribute => attribute.AttributeType))
            .Concat(type.Methods.SelectMany(Signature))
            .Concat(type.Methods.Where(method => method.HasBody).SelectMany(Body));
        return used.SelectMany(Parts).Concat(type.NestedTypes.SelectMany(TypesUsedBy));
    }

    private static IEnumerable<TypeReference> Bases(TypeDefinition type) =>
        type.Interfaces.Select(each => each.InterfaceType).Append(type.BaseType).Where(each => each is not null);

    private static IEnumerable<TypeReference> Signature(MethodReference method) =>
        method.Parameters.Select(parameter => parameter.ParameterType).Append(method.ReturnType);

    private static IEnumerable<TypeReference> Body(MethodDefinition method) => method.Body.Variables.Select(variable => variable.VariableType)
        .Concat(method.Body.Instructions.SelectMany(Operands));

    private static IEnumerable<TypeReference> Operands(Instruction instruction) => instruction.Operand switch
    {
        TypeReference type => [type],
        GenericInstanceMethod method => [method.DeclaringType, .. method.GenericArguments, .. Signature(method)],
        MethodReference method => [method.DeclaringType, .. Signature(method)],
        FieldReference field => [field.DeclaringType, field.FieldType],
        _ => [],
    };

    private static IEnumerable<TypeReference> Parts(TypeReference type) => type switch
    {
        GenericInstanceType generic => generic.GenericArguments.SelectMany(Parts).Append(generic.ElementType),
        TypeSpecification wrapped => Parts(wrapped.ElementType),
        _ => [type],
    };

    private static string AssemblyOf(TypeReference type) => type.IsGenericParameter ? "" : type.Scope switch
    {
        AssemblyNameReference assembly => assembly.Name,
        ModuleDefinition module => module.Assembly.Name.Name,
        _ => "",
    };
}
