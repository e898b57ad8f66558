// The one file that uses members which ML.NET keeps internal. They are the same from ML.NET 1.0 to 6.0-preview, hence the version range in
// Directory.Packages.props. eng/Publicizer lets the compiler see them; these two attributes let the runtime use them.
[assembly: System.Runtime.CompilerServices.IgnoresAccessChecksTo("Microsoft.ML.Core")]
[assembly: System.Runtime.CompilerServices.IgnoresAccessChecksTo("Microsoft.ML.Data")]

namespace SSAH.MLNet
{
    using Microsoft.ML;
    using Microsoft.ML.Data;
    using Microsoft.ML.Runtime;

    /// <summary>What this library needs of ML.NET beyond its public surface.</summary>
    internal static class MLNetInternals
    {
        /// <summary>The environment behind a catalog: the <see cref="MLContext"/> that it was reached through.</summary>
        public static IHostEnvironment GetEnvironment(TransformsCatalog catalog) => CatalogUtils.GetEnvironment(catalog);

        /// <inheritdoc cref="GetEnvironment(TransformsCatalog)"/>
        public static IHostEnvironment GetEnvironment(DataOperationsCatalog catalog) => CatalogUtils.GetEnvironment(catalog);

        /// <summary>Value of <see cref="MLContext.GpuDeviceId"/>, null where none was set.</summary>
        public static int? GpuDeviceId(IHostEnvironment environment) => (environment as IHostEnvironmentInternal)?.GpuDeviceId;

        /// <summary>Value of <see cref="MLContext.FallbackToCpu"/>.</summary>
        public static bool FallbackToCpu(IHostEnvironment environment) => (environment as IHostEnvironmentInternal)?.FallbackToCpu ?? true;

        /// <summary>Seed of the context, null where none was given.</summary>
        public static int? Seed(IHostEnvironment environment) => (environment as IHostEnvironmentInternal)?.Seed;

        /// <summary>A column for an estimator's output schema.</summary>
        public static SchemaShape.Column Column(string name, SchemaShape.Column.VectorKind kind, DataViewType itemType, SchemaShape? annotations = null) =>
            new(name, kind, itemType, isKey: false, annotations);

        /// <summary>The shape of a schema: the same columns without their sizes.</summary>
        public static SchemaShape ShapeOf(DataViewSchema schema) => SchemaShape.Create(schema);

        /// <summary>A column's type in words, for messages.</summary>
        public static string TypeOf(SchemaShape.Column column) => column.GetTypeString();
    }
}

namespace System.Runtime.CompilerServices
{
    /// <summary>Known to the runtime by name: lets this assembly use the internal members of another one.</summary>
    [AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
    internal sealed class IgnoresAccessChecksToAttribute(string assemblyName) : Attribute
    {
        /// <summary>Simple name of the assembly that is opened.</summary>
        public string AssemblyName { get; } = assemblyName;
    }
}
