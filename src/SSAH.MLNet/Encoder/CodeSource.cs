using Microsoft.ML;
using Microsoft.ML.Data;

namespace SSAH.MLNet;

/// <summary>Where the code columns of the current row come from.</summary>
internal abstract class CodeSource : AppendedValues
{
    /// <summary>Packed code of the current row.</summary>
    protected abstract ReadOnlySpan<byte> Code { get; }

    /// <summary>Activation of the current row.</summary>
    protected abstract ReadOnlySpan<float> Activation { get; }

    protected override Delegate GetterOf(int number) => number == HashSchema.CodeNumber
        ? (ValueGetter<VBuffer<byte>>)((ref VBuffer<byte> value) => Copy(Code, ref value))
        : (ValueGetter<VBuffer<float>>)((ref VBuffer<float> value) => Copy(Activation, ref value));
}
