using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Collections.Storage;

/// <summary>A model whose codes the collection has.</summary>
/// <param name="Key">Its row.</param>
/// <param name="Id">What <see cref="HashEncoder.ModelId"/> says.</param>
/// <param name="Bits">Code length in bits.</param>
internal sealed record StoredModel(long Key, string Id, int Bits)
{
    public int BytesPerCode => (Bits + 7) / 8;
}

/// <summary>The table of models.</summary>
internal static class Models
{
    /// <summary>Adds a model; one that is there already stays.</summary>
    /// <returns>Its row.</returns>
    public static long Add(Session session, HashEncoder encoder, bool keepsModel)
    {
        byte[]? onnx = keepsModel ? encoder.ToOnnx() : null;
        session.Execute("INSERT INTO model (name, bits, onnx) VALUES ($1, $2, $3) ON CONFLICT (name) DO UPDATE SET onnx = coalesce(excluded.onnx, "
            + "onnx)", encoder.ModelId, encoder.Bits, onnx);
        return session.Number("SELECT id FROM model WHERE name = $1", encoder.ModelId);
    }

    /// <summary>All models of which there may be codes.</summary>
    public static List<StoredModel> All(Session session) =>
        session.Query("SELECT id, name, bits FROM model", row => Read(row, session.Path));

    /// <summary>The model whose codes are searched.</summary>
    public static StoredModel Current(Session session)
    {
        List<StoredModel> models = session.Query("SELECT m.id, m.name, m.bits FROM collection c JOIN model m ON m.id = c.model",
            row => Read(row, session.Path));
        return models is [{ Bits: >= 1 and <= BinaryCodes.MaxBits } model]
            ? model
            : throw new DamagedFileException($"'{session.Path}' is a damaged collection: it does not say which model made its codes.");
    }

    /// <summary>The model itself, where it is kept.</summary>
    /// <exception cref="DamagedFileException">Its bytes are not those that it is named after.</exception>
    public static HashEncoder? Load(Session session, StoredModel model, ReadingLimits limits)
    {
        if (session.Value("SELECT onnx FROM model WHERE id = $1", model.Key) is not byte[] onnx)
            return null;
        HashEncoder encoder = Open(session, onnx, limits);
        if (encoder.ModelId == model.Id && encoder.Bits == model.Bits)
            return encoder;
        encoder.Dispose();
        throw new DamagedFileException(encoder.ModelId != model.Id
            ? $"'{session.Path}' is a damaged collection: the model in it is not '{model.Id}', as it says."
            : $"'{session.Path}' is a damaged collection: its codes have {model.Bits} bits, those of its model {encoder.Bits}.");
    }

    private static StoredModel Read(StoredRow row, string path)
    {
        string id = row.GetString(1);
        try
        {
            TextKeys.ThrowIfUnfit(id, "The id of a model", BinaryCodes.MaxModelIdBytes, nameof(row));
        }
        catch (ArgumentException error)
        {
            throw new DamagedFileException($"'{path}' is a damaged collection: {error.Message}", error);
        }
        return new StoredModel(row.GetInt64(0), id, row.GetInt32(2));
    }

    private static HashEncoder Open(Session session, byte[] onnx, ReadingLimits limits)
    {
        try
        {
            return new HashEncoder(environment: null, onnx, "HashCode", "Pixels", options: null, limits: limits);
        }
        catch (DamagedFileException error)
        {
            throw new DamagedFileException($"'{session.Path}' is a damaged collection: the model in it cannot be read. {error.Message}", error);
        }
    }

    /// <summary>Whether the model itself is kept.</summary>
    public static bool IsKept(Session session, StoredModel model) => session.Number("SELECT onnx IS NOT NULL FROM model WHERE id = $1", model.Key) == 1;
}
