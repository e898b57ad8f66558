using Microsoft.ML;
using SSAH.MLNet.Evaluation;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet;

/// <summary>Codes, classes and, where wanted, activations of all rows of a data view, in one pass.</summary>
internal sealed class RetrievalRows
{
    private RetrievalRows(LabelColumn labels, BinaryCodes codes) => (LabelColumn, Codes) = (labels, codes);

    public LabelColumn LabelColumn { get; }

    public BinaryCodes Codes { get; }

    /// <summary>Classes of each row, by the column's own numbers.</summary>
    public List<int[]> Classes { get; } = [];

    /// <summary>Activations of all rows, row after row; empty where nobody needs them.</summary>
    public ReadOnlyMemory<float> Activations { get; private set; }

    /// <summary>How many activations are near zero, of those that were seen but not kept.</summary>
    public NearZeroCount NearZero { get; private set; }

    /// <param name="data">The rows.</param>
    /// <param name="codeColumnName">Packed codes or activations.</param>
    /// <param name="labelColumnName">Labels in any form.</param>
    /// <param name="keepActivations">Whether the activations are needed; they are then read from a column beside packed codes.</param>
    /// <param name="cancellationToken">Stops the pass.</param>
    public static RetrievalRows Read(
        IDataView data, string codeColumnName, string labelColumnName, bool keepActivations, CancellationToken cancellationToken)
    {
        string activationColumnName = codeColumnName + "Activation";
        CodeColumn code = CodeColumn.Open(data.Schema, codeColumnName);
        LabelColumn label = LabelColumn.Open(data.Schema, labelColumnName);
        CodeColumn? beside = !keepActivations || code.IsActivation ? null : CodeColumn.Open(data.Schema, activationColumnName);
        if (beside is not null && (!beside.IsActivation || beside.Bits != code.Bits))
            throw new ArgumentException(
                $"Column '{activationColumnName}' has type {beside.Column.Type}, not the {code.Bits} activations of '{codeColumnName}'.");
        var rows = new RetrievalRows(label, code.NewCodes());
        var activations = new List<float>();
        DataViewSchema.Column[] active = beside is null ? [code.Column, label.Column] : [code.Column, label.Column, beside.Column];
        using CancelableReading reading = CancelableReading.Begin(cancellationToken);
        using DataViewRowCursor cursor = data.GetRowCursor(active);
        CodeReader readCode = code.CreateReader(cursor, rows.Codes, See);
        CodeReader? readBeside = beside?.CreateActivationReader(cursor, See);
        LabelReader readLabel = label.CreateReader(cursor);
        while (cursor.MoveNext())
        {
            cancellationToken.ThrowIfCancellationRequested();
            readCode();
            readBeside?.Invoke();
            rows.Classes.Add(readLabel().ToArray());
        }
        rows.Activations = activations.ToArray();
        return rows;

        void See(float[] values)
        {
            if (keepActivations)
                activations.AddRange(values);
            else
                rows.NearZero += NearZeroCount.Of(values);
        }
    }
}
