using System.Collections;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData.ProviderServices;

namespace SSAH.MLNet.VectorData.Records;

/// <summary>Codes as users hand them over, and as they are packed: least significant bit first, unused bits of the last byte 0.</summary>
internal static class CodeValue
{
    public const string SupportedTypes = "BinaryEmbedding, BitArray, ReadOnlyMemory<byte>, byte[]";

    public static bool IsSupported(Type type) => (Nullable.GetUnderlyingType(type) ?? type) is { } actual
        && (actual == typeof(BinaryEmbedding) || actual == typeof(BitArray) || actual == typeof(ReadOnlyMemory<byte>) || actual == typeof(byte[]));

    /// <summary>Packs a code; null stays null.</summary>
    /// <param name="value">What the user handed over.</param>
    /// <param name="property">The property that it belongs to.</param>
    /// <param name="argument">The argument's name, for the error.</param>
    /// <exception cref="ArgumentException">It has another length, or unused bits that are set.</exception>
    public static byte[]? Pack(object? value, VectorPropertyModel property, string argument)
    {
        switch (value)
        {
            case null:
                return null;
            case BinaryEmbedding embedding:
                return Pack(embedding.Vector, property, argument);
            case BitArray bits:
                if (bits.Length != property.Dimensions)
                    throw new ArgumentException($"The code has {bits.Length} bits; those of '{property.ModelName}' have {property.Dimensions}.", argument);
                var packed = new byte[(property.Dimensions + 7) / 8];
                bits.CopyTo(packed, 0);
                return packed;
            case ReadOnlyMemory<byte> memory:
                return Checked(memory.ToArray(), property, argument);
            case byte[] bytes:
                return Checked([.. bytes], property, argument);
            default:
                throw new NotSupportedException(VectorDataStrings.InvalidSearchInputAndNoEmbeddingGeneratorWasConfigured(value.GetType(), SupportedTypes));
        }
    }

    /// <summary>A packed code as a type of the user's.</summary>
    public static object Unpack(byte[] code, VectorPropertyModel property, string? modelId)
    {
        Type type = Nullable.GetUnderlyingType(property.Type) ?? property.Type;
        if (type == typeof(byte[]))
            return code;
        if (type == typeof(ReadOnlyMemory<byte>))
            return new ReadOnlyMemory<byte>(code);
        var bits = new BitArray(code) { Length = property.Dimensions };
        return type == typeof(BitArray) ? bits : new BinaryEmbedding(bits) { ModelId = modelId };
    }

    private static byte[] Checked(byte[] code, VectorPropertyModel property, string argument)
    {
        int bits = property.Dimensions, bytes = (bits + 7) / 8;
        if (code.Length != bytes)
            throw new ArgumentException($"The code has {code.Length} bytes; those of '{property.ModelName}', of {bits} bits, have {bytes}.", argument);
        if (bits % 8 != 0 && code[^1] >> (bits % 8) != 0)
            throw new ArgumentException($"Bits beyond the {bits} of '{property.ModelName}' are set in the code's last byte.", argument);
        return code;
    }
}
