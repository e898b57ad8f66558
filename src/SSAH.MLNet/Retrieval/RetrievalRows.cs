using Microsoft.ML;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet;

/// <summary>Codes, classes and, where wanted, activations of all rows of a data view, in one pass.</summary>
internal sealed class RetrievalRows
{
    private const int RowsBetweenChecks = 1024;

    private RetrievalRows(LabelColumn labels, BinaryCodes codes, List<int[]> classes, List<float>? activations)
    {
        LabelColumn = labels;
        Codes = codes;
        Classes = classes;
        Activations = activations?.ToArray();
    }

    public LabelColumn LabelColumn { get; }

    public BinaryCodes Codes { get; }

    /// <summary>Classes of each row, by the column's own numbers.</summary>
    public List<int[]> Classes { get; }

    /// <summary>Activations of all rows, row after row.</summary>
    public ReadOnlyMemory<float> Activations { get; }

    /// <param name="data">The rows.</param>
    /// <param name="codeColumnName">Packed codes or activations.</param>
    /// <param name="labelColumnName">Labels in any form.</param>
    /// <param name="activationColumnName">A column of activations to read beside packed codes, or null.</param>
    /// <param name="cancellationToken">Stops the pass.</param>
    public static RetrievalRows Read(
        IDataView data, string codeColumnName, string labelColumnName, string? activationColumnName, CancellationToken cancellationToken)
    {
        CodeColumn code = CodeColumn.Open(data.Schema, codeColumnName);
        LabelColumn label = LabelColumn.Open(data.Schema, labelColumnName);
        CodeColumn? beside = activationColumnName is null || code.IsActivation ? null : CodeColumn.Open(data.Schema, activationColumnName);
        if (beside is not null && (!beside.IsActivation || beside.Bits != code.Bits))
            throw new ArgumentException(
                $"Column '{activationColumnName}' has type {beside.Column.Type}, not the {code.Bits} activations of '{codeColumnName}'.");
        var codes = new BinaryCodes(code.Bits);
        var classes = new List<int[]>();
        List<float>? activations = code.IsActivation || beside is not null ? [] : null;
        DataViewSchema.Column[] active = beside is null ? [code.Column, label.Column] : [code.Column, label.Column, beside.Column];
        using DataViewRowCursor cursor = data.GetRowCursor(active);
        CodeReader readCode = code.CreateReader(cursor, codes, activations);
        CodeReader? readBeside = beside?.CreateActivationReader(cursor, activations!);
        LabelReader readLabel = label.CreateReader(cursor);
        while (cursor.MoveNext())
        {
            if (classes.Count % RowsBetweenChecks == 0)
                cancellationToken.ThrowIfCancellationRequested();
            readCode();
            readBeside?.Invoke();
            classes.Add(readLabel().ToArray());
        }
        return new RetrievalRows(label, codes, classes, activations);
    }
}
