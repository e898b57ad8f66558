using SSAH.MLNet.Hashing;

// The one file that uses members which ML.NET keeps internal. They are the same from ML.NET 1.0 to 6.0-preview, hence the version range in
// Directory.Packages.props. eng/Publicizer lets the compiler see them; these two attributes let the runtime use them.
[assembly: System.Runtime.CompilerServices.IgnoresAccessChecksTo("Microsoft.ML.Core")]
[assembly: System.Runtime.CompilerServices.IgnoresAccessChecksTo("Microsoft.ML.Data")]
// A saved model names this assembly; ML.NET finds the loaders in it by these attributes, so a plain Model.Load needs no registration.
[assembly: Microsoft.ML.LoadableClass(typeof(SSAH.MLNet.HashEncoder), typeof(SSAH.MLNet.MLNetInternals), null,
    typeof(Microsoft.ML.SignatureLoadModel),
    "SSAH hash encoder", SSAH.MLNet.MLNetInternals.LoaderSignature)]
[assembly: Microsoft.ML.LoadableClass(typeof(SSAH.MLNet.NeighborSearchTransformer), typeof(SSAH.MLNet.MLNetInternals.NeighborLoader), null,
    typeof(Microsoft.ML.SignatureLoadModel),
    "SSAH neighbor search", SSAH.MLNet.MLNetInternals.NeighborLoader.Signature)]

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

        /// <summary>First 8 bytes of a saved encoder's part, as ML.NET writes them.</summary>
        public const string ModelSignature = "SSAHHASH";

        /// <summary>Name of the part that holds the network.</summary>
        public const string OnnxStream = "OnnxModel";

        /// <summary>Version of the saved parts, the first that has checksums; the one before it has none and is read.</summary>
        public const uint Checksums = 0x00010002;

        /// <summary>The environment behind a catalog: the <see cref="MLContext"/> that it was reached through.</summary>
        public static IHostEnvironment GetEnvironment(TransformsCatalog catalog) => CatalogUtils.GetEnvironment(catalog);

        /// <inheritdoc cref="GetEnvironment(TransformsCatalog)"/>
        public static IHostEnvironment GetEnvironment(DataOperationsCatalog catalog) => CatalogUtils.GetEnvironment(catalog);

        /// <summary>Value of <see cref="MLContext.GpuDeviceId"/>, null if none was set.</summary>
        public static int? GpuDeviceId(IHostEnvironment environment) => (environment as IHostEnvironmentInternal)?.GpuDeviceId;

        /// <summary>Value of <see cref="MLContext.FallbackToCpu"/>.</summary>
        public static bool FallbackToCpu(IHostEnvironment environment) => (environment as IHostEnvironmentInternal)?.FallbackToCpu ?? false;

        /// <summary>Seed of the context, null if none was given.</summary>
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
            context.Writer.Write(SavedEncoder.ChecksumOf(encoder.InputColumnName, encoder.OutputColumnName, encoder.BatchSize));
            byte[] onnx = encoder.Model.Bytes;
            context.SaveBinaryStream(OnnxStream, writer =>
            {
                writer.Write(onnx.Length);
                writer.Write(onnx);
            });
        }

        /// <summary>Writes a neighbor search with its index into a saved model.</summary>
        public static void Save(ModelSaveContext context, NeighborSearchTransformer transformer)
        {
            NeighborSearch search = transformer.Search;
            context.CheckAtModel();
            context.SetVersionInfo(NeighborLoader.Version);
            context.Writer.Write(search.Options.K);
            context.Writer.Write(search.Options.ExcludeSelf);
            context.SaveNonEmptyString(search.Options.OutputColumnName);
            context.SaveNonEmptyString(search.Options.CodeColumnName);
            context.SaveStringOrNull(search.Options.IdColumnName);
            context.Writer.Write(search.Options.Columns.Count);
            foreach (string column in search.Options.Columns)
                context.SaveNonEmptyString(column);
            context.Writer.Write(NeighborLoader.ChecksumOf(search.Options, search.Lookup?.Bytes));
            context.SaveBinaryStream(NeighborLoader.IndexStream, writer => SavedIndex.Write(search.Index, writer.BaseStream));
            if (search.Lookup is { } lookup)
                context.SaveBinaryStream(NeighborLoader.LookupStream, writer => writer.Write(lookup.Bytes));
        }

        private static VersionInfo Version => VersionOf(ModelSignature, LoaderSignature);

        // 8 characters, then format versions: what is written, who can read it, what is still read.
        private static VersionInfo VersionOf(string modelSignature, string loaderSignature) => new(
            modelSignature,
            verWrittenCur: Checksums,
            verReadableCur: Checksums,
            verWeCanReadBack: 0x00010001,
            loaderSignature: loaderSignature,
            loaderAssemblyName: typeof(HashEncoder).Assembly.FullName);

        // Found by ML.NET by its name and parameters.
        private static HashEncoder Create(IHostEnvironment environment, ModelLoadContext context)
        {
            context.CheckAtModel(Version);
            string input = context.LoadNonEmptyString();
            string output = context.LoadNonEmptyString();
            int batchSize = context.Reader.ReadInt32();
            if (batchSize is < 1 or > HashEncodingOptions.MaxBatchSize)
                throw new DamagedFileException($"The saved encoder has a batch size of {batchSize}: the file is damaged.");
            if (context.Header.ModelVerWritten >= Checksums
                && !context.Reader.ReadBytes(SavedEncoder.ChecksumBytes).AsSpan().SequenceEqual(SavedEncoder.ChecksumOf(input, output, batchSize)))
                throw new DamagedFileException("The saved encoder's checksum is not that of its names: the file is damaged.");
            byte[]? onnx = null;
            if (!context.TryLoadBinaryStream(OnnxStream, reader => onnx = LengthPrefixedBytes.Read(reader, OnnxStream)))
                throw new DamagedFileException($"The saved encoder has no part '{OnnxStream}': the file is damaged.");
            return new HashEncoder(environment, onnx!, output, input, new HashEncodingOptions { BatchSize = batchSize });
        }

        /// <summary>Reads a neighbor search out of a saved model.</summary>
        internal static class NeighborLoader
        {
            public const string Signature = "SsahNeighborSearch";
            public const string IndexStream = "HammingIndex";
            public const string LookupStream = "DatabaseColumns";
            private const int MaxColumns = 1 << 16;

            public static VersionInfo Version => VersionOf("SSAHNEAR", Signature);

            // Found by ML.NET by its name and parameters.
            private static NeighborSearchTransformer Create(IHostEnvironment environment, ModelLoadContext context)
            {
                context.CheckAtModel(Version);
                int k = context.Reader.ReadInt32();
                bool excludeSelf = context.Reader.ReadByte() != 0;
                var options = new NeighborOptions
                {
                    K = k is >= 1 and <= NeighborOptions.MaxK ? k : throw Damaged($"finds {k} neighbors"),
                    ExcludeSelf = excludeSelf,
                    OutputColumnName = context.LoadNonEmptyString(),
                    CodeColumnName = context.LoadNonEmptyString(),
                    IdColumnName = context.LoadStringOrNull(),
                };
                int count = context.Reader.ReadInt32();
                if (count is < 0 or > MaxColumns)
                    throw Damaged($"looks up {count} columns");
                options = options with { Columns = [.. Enumerable.Range(0, count).Select(_ => context.LoadNonEmptyString())] };
                byte[]? checksum = context.Header.ModelVerWritten >= Checksums ? context.Reader.ReadBytes(SavedEncoder.ChecksumBytes) : null;
                Hashing.HammingIndex? index = null;
                if (!context.TryLoadBinaryStream(IndexStream, reader => index = SavedIndex.Read(reader.BaseStream)))
                    throw Damaged($"has no part '{IndexStream}'");
                byte[]? lookup = null;
                if (count > 0 && !context.TryLoadBinaryStream(LookupStream, reader => lookup = BytesOf(reader.BaseStream)))
                    throw Damaged($"has no part '{LookupStream}'");
                // ML.NET's reader of rows has none.
                if (checksum is not null && !checksum.AsSpan().SequenceEqual(ChecksumOf(options, lookup)))
                    throw Damaged("is not what its checksum was made of");
                return new NeighborSearchTransformer(new NeighborSearch(index!, options,
                    lookup is null ? null : new NeighborLookup(lookup, options.Columns, options.IdColumnName, index!)));
            }

            /// <summary>SHA-256 of all that is saved but the index, which has checksums of its own.</summary>
            public static byte[] ChecksumOf(NeighborOptions options, byte[]? lookup)
            {
                string text = string.Join('\0', [$"{options.K} {options.ExcludeSelf} {options.IdColumnName is null}", options.OutputColumnName,
                    options.CodeColumnName, options.IdColumnName ?? "", .. options.Columns]);
                return System.Security.Cryptography.SHA256.HashData([.. System.Text.Encoding.UTF8.GetBytes(text), 0, .. lookup ?? []]);
            }

            private static byte[] BytesOf(Stream stream)
            {
                using var bytes = new MemoryStream();
                stream.CopyTo(bytes);
                return bytes.ToArray();
            }

            private static DamagedFileException Damaged(string what) => new($"The saved neighbor search {what}: the file is damaged.");
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
