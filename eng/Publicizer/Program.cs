using Mono.Cecil;

namespace Publicizer;

/// <summary>Writes copies of assemblies in which internal members are public, for the compiler to read; they are never run or shipped.</summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        if (arguments.Length < 2)
        {
            Console.Error.WriteLine("usage: Publicizer OUTPUT_FOLDER ASSEMBLY...");
            return 2;
        }
        string folder = Directory.CreateDirectory(arguments[0]).FullName;
        foreach (string assembly in arguments.AsSpan(1))
            WriteVisibleCopy(assembly, Path.Combine(folder, Path.GetFileName(assembly)));
        return 0;
    }

    private static void WriteVisibleCopy(string source, string target)
    {
        using var resolver = new DefaultAssemblyResolver();
        resolver.AddSearchDirectory(Path.GetDirectoryName(Path.GetFullPath(source)));
        using ModuleDefinition module = ModuleDefinition.ReadModule(source, new ReaderParameters { AssemblyResolver = resolver });
        foreach (TypeDefinition type in module.GetTypes())
            MakeVisible(type);

        // Renaming at the end: a compiler in another process sees the old copy or the new one, never half a file.
        string partial = $"{target}.{Environment.ProcessId}.tmp";
        module.Write(partial);
        File.Move(partial, target, overwrite: true);
    }

    private static void MakeVisible(TypeDefinition type)
    {
        if (type.IsNested)
            type.IsNestedPublic = true;
        else
            type.IsPublic = true;
        // Private members stay private, so that a copy never offers two members of one name where the original offers one.
        foreach (MethodDefinition method in type.Methods)
            if (method.IsAssembly || method.IsFamilyAndAssembly)
                method.IsPublic = true;
        foreach (FieldDefinition field in type.Fields)
            if (field.IsAssembly || field.IsFamilyAndAssembly)
                field.IsPublic = true;
    }
}
