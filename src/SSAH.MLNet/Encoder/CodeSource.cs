using Microsoft.ML;
using Microsoft.ML.Data;

namespace SSAH.MLNet;

/// <summary>Where the code columns of the current row come from.</summary>
internal abstract class CodeSource : IDisposable
{
    /// <summary>Packed code of the current row.</summary>
    protected abstract ReadOnlySpan<byte> Code { get; }

    /// <summary>Activation of the current row.</summary>
    protected abstract ReadOnlySpan<float> Activation { get; }

    /// <summary>Follows the row that carries the other columns to its next position.</summary>
    public virtual void MoveNext()
    {
    }

    /// <summary>Follows the row that carries the other columns to its end; further calls do nothing more.</summary>
    public virtual void End()
    {
    }

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>The getter of one of the two columns.</summary>
    /// <exception cref="InvalidOperationException"><typeparamref name="TValue"/> is not the column's type.</exception>
    public ValueGetter<TValue> GetGetter<TValue>(HashSchema schema, DataViewSchema.Column column)
    {
        Delegate getter = column.Index == schema.CodeIndex
            ? (ValueGetter<VBuffer<byte>>)((ref VBuffer<byte> value) => Copy(Code, ref value))
            : (ValueGetter<VBuffer<float>>)((ref VBuffer<float> value) => Copy(Activation, ref value));
        return getter as ValueGetter<TValue>
            ?? throw new InvalidOperationException($"Column '{column.Name}' is {column.Type}; it cannot be read as {typeof(TValue)}.");
    }

    protected virtual void Dispose(bool disposing)
    {
    }

    private static void Copy<T>(ReadOnlySpan<T> source, ref VBuffer<T> destination)
    {
        VBufferEditor<T> editor = VBufferEditor.Create(ref destination, source.Length);
        source.CopyTo(editor.Values);
        destination = editor.Commit();
    }
}
