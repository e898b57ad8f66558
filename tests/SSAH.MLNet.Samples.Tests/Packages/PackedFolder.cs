namespace SSAH.MLNet.Samples.Tests.Packages;

/// <summary>The packages of what was just built, and projects that use them as a stranger's would: outside the repository.</summary>
public sealed class PackedFolder : IAsyncLifetime
{
    private readonly TempFolder _folder = new();

    /// <summary>Where the packages lie.</summary>
    public string Packages => _folder.At("packages");

    public async ValueTask InitializeAsync()
    {
        (int code, string output) = await ProcessRun.Start("dotnet",
            ["msbuild", Repository.At("eng", "Pack.proj"), "-nologo", "-v:quiet", "-p:NoBuild=true", "-p:PackTools=false",
                $"-p:Configuration={Repository.Configuration}",
                $"-p:PackageOutputPath={Packages}"]);
        Assert.True(code == 0, output);
    }

    /// <summary>Makes a console project that finds packages in the packed folder and in the feeds that this machine is set up with.</summary>
    /// <param name="name">Name of the project, new each time.</param>
    /// <param name="references">Packages and their versions.</param>
    /// <param name="program">The program's text.</param>
    /// <param name="properties">Further properties, as XML.</param>
    /// <returns>The folder of the project.</returns>
    public string CreateProject(string name, IEnumerable<(string Id, string Version)> references, string program, string properties = "")
    {
        string folder = _folder.At(name);
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "Program.cs"), program);
        // Packages that this machine has already are used where they lie; today's own go into a folder of their own, as their version stays the same.
        string known = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        File.WriteAllText(Path.Combine(folder, "nuget.config"), $"""
            <configuration>
              <config><add key="globalPackagesFolder" value="{_folder.At("installed")}" /></config>
              <fallbackPackageFolders>{(Directory.Exists(known) ? $"<add key=\"known\" value=\"{known}\" />" : "")}</fallbackPackageFolders>
              <packageSources><add key="packed" value="{Packages}" /></packageSources>
            </configuration>
            """);
        File.WriteAllText(Path.Combine(folder, $"{name}.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <!-- A package of another version than asked for (NU1603) is a warning only. -->
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <WarningsNotAsErrors>NU1901;NU1902;NU1903;NU1904</WarningsNotAsErrors>
                <CreateHardLinksForCopyLocalIfPossible>true</CreateHardLinksForCopyLocalIfPossible>
                <UseSharedCompilation>false</UseSharedCompilation>
                {properties}
              </PropertyGroup>
              <ItemGroup>
                {string.Concat(references.Select(package => $"<PackageReference Include=\"{package.Id}\" Version=\"{package.Version}\" />"))}
              </ItemGroup>
            </Project>
            """);
        return folder;
    }

    /// <summary>Version of a package in the folder.</summary>
    public string VersionOf(string id)
    {
        string file = Path.GetFileNameWithoutExtension(Directory.GetFiles(Packages, $"{id}.*.nupkg").Single(path =>
            char.IsAsciiDigit(Path.GetFileName(path)[id.Length + 1])));
        return file[(id.Length + 1)..];
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }
}

/// <summary>Tests that share the packed folder, one after the other: each builds.</summary>
[CollectionDefinition(Name)]
public sealed class PackedFolderGroup : ICollectionFixture<PackedFolder>
{
    public const string Name = "Packages";
}
