using Microsoft.ML;
using Microsoft.ML.Data;

namespace SSAH.MLNet;

/// <summary>Where the new columns of the current row come from.</summary>
internal abstract class AppendedValues : IDisposable
{
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

    /// <summary>The getter of a new column.</summary>
    /// <param name="column">The column.</param>
    /// <param name="number">Its number among the new ones.</param>
    /// <exception cref="InvalidOperationException"><typeparamref name="TValue"/> is not the column's type.</exception>
    public ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column, int number) => GetterOf(number) as ValueGetter<TValue>
        ?? throw new InvalidOperationException($"Column '{column.Name}' is {column.Type}; it cannot be read as {typeof(TValue)}.");

    /// <summary>The getter of the new column of a number, as a <c>ValueGetter</c> of the column's own type.</summary>
    protected abstract Delegate GetterOf(int number);

    protected virtual void Dispose(bool disposing)
    {
    }

    protected static void Copy<T>(ReadOnlySpan<T> source, ref VBuffer<T> destination)
    {
        VBufferEditor<T> editor = VBufferEditor.Create(ref destination, source.Length);
        source.CopyTo(editor.Values);
        destination = editor.Commit();
    }
}
