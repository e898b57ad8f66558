// The one file that uses members which ML.NET keeps internal. They are the same from ML.NET 1.0 to 6.0-preview, hence the version range in
// Directory.Packages.props. eng/Publicizer lets the compiler see them; these two attributes let the runtime use them.
[assembly: System.Runtime.CompilerServices.IgnoresAccessChecksTo("Microsoft.ML.Core")]
[assembly: System.Runtime.CompilerServices.IgnoresAccessChecksTo("Microsoft.ML.Data")]
// A saved model names this assembly; ML.NET finds the loader in it by this attribute, so a plain Model.Load needs no registration.
[assembly: Microsoft.ML.LoadableClass(typeof(SSAH.MLNet.HashEncoder), typeof(SSAH.MLNet.MLNetInternals), null,
    typeof(Microsoft.ML.SignatureLoadModel),
    "SSAH hash encoder", SSAH.MLNet.MLNetInternals.LoaderSignature)]

namespace SSAH.MLNet
{
    using Microsoft.ML;
    using Microsoft.ML.Data;
    using Microsoft.ML.Runtime;

    /// <summary>What this library needs of ML.NET beyond its public surface.</summary>
    internal static class MLNetInternals
    {
        /// <summary>Name of the encoder's loader inside saved models.</summary>
        public const string LoaderSignature = "SsahHashEncoder";

        private const string OnnxStream = "OnnxModel";

        /// <summary>The environment behind a catalog: the <see cref="MLContext"/> that it was reached through.</summary>
        public static IHostEnvironment GetEnvironment(TransformsCatalog catalog) => CatalogUtils.GetEnvironment(catalog);

        /// <inheritdoc cref="GetEnvironment(TransformsCatalog)"/>
        public static IHostEnvironment GetEnvironment(DataOperationsCatalog catalog) => CatalogUtils.GetEnvironment(catalog);

        /// <summary>Value of <see cref="MLContext.GpuDeviceId"/>, null where none was set.</summary>
        public static int? GpuDeviceId(IHostEnvironment environment) => (environment as IHostEnvironmentInternal)?.GpuDeviceId;

        /// <summary>Value of <see cref="MLContext.FallbackToCpu"/>.</summary>
        public static bool FallbackToCpu(IHostEnvironment environment) => (environment as IHostEnvironmentInternal)?.FallbackToCpu ?? false;

        /// <summary>Seed of the context, null where none was given.</summary>
        public static int? Seed(IHostEnvironment environment) => (environment as IHostEnvironmentInternal)?.Seed;

        /// <summary>Ends a long computation when the context's own cancellation was asked for.</summary>
        public static void CheckAlive(IHostEnvironment environment) => Contracts.CheckAlive(environment);

        /// <summary>A column for an estimator's output schema.</summary>
        public static SchemaShape.Column Column(string name, SchemaShape.Column.VectorKind kind, DataViewType itemType,
            SchemaShape? annotations = null) =>
            new(name, kind, itemType, isKey: false, annotations);

        /// <summary>The shape of a schema: the same columns without their sizes.</summary>
        public static SchemaShape ShapeOf(DataViewSchema schema) => SchemaShape.Create(schema);

        /// <summary>A column's type in words, for messages.</summary>
        public static string TypeOf(SchemaShape.Column column) => column.GetTypeString();

        /// <summary>Warns through the context's log; without a context there is nobody to warn.</summary>
        public static void Warn(IHostEnvironment? environment, string message)
        {
            using IChannel? channel = environment?.Register("SSAH.MLNet").Start("Warning");
            channel?.Warning(MessageSensitivity.None, message);
        }

        /// <summary>Writes an encoder into a saved model.</summary>
        public static void Save(ModelSaveContext context, HashEncoder encoder)
        {
            context.CheckAtModel();
            context.SetVersionInfo(Version);
            context.SaveNonEmptyString(encoder.InputColumnName);
            context.SaveNonEmptyString(encoder.OutputColumnName);
            context.Writer.Write(encoder.BatchSize);
            byte[] onnx = encoder.Model.Bytes;
            context.SaveBinaryStream(OnnxStream, writer =>
            {
                writer.Write(onnx.Length);
                writer.Write(onnx);
            });
        }

        // 8 characters, then format versions: what is written, who can read it, what is still read.
        private static VersionInfo Version => new(
            modelSignature: "SSAHHASH",
            verWrittenCur: 0x00010001,
            verReadableCur: 0x00010001,
            verWeCanReadBack: 0x00010001,
            loaderSignature: LoaderSignature,
            loaderAssemblyName: typeof(HashEncoder).Assembly.FullName);

        // Found by ML.NET by its name and parameters.
        private static HashEncoder Create(IHostEnvironment environment, ModelLoadContext context)
        {
            context.CheckAtModel(Version);
            string input = context.LoadNonEmptyString();
            string output = context.LoadNonEmptyString();
            int batchSize = context.Reader.ReadInt32();
            if (batchSize is < 1 or > HashEncodingOptions.MaxBatchSize)
                throw new InvalidDataException($"The saved encoder has a batch size of {batchSize}: the file is damaged.");
            byte[]? onnx = null;
            if (!context.TryLoadBinaryStream(OnnxStream, reader => onnx = LengthPrefixedBytes.Read(reader, OnnxStream)))
                throw new InvalidDataException($"The saved encoder has no part '{OnnxStream}': the file is damaged.");
            return new HashEncoder(environment, onnx!, output, input, new HashEncodingOptions { BatchSize = batchSize });
        }
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
