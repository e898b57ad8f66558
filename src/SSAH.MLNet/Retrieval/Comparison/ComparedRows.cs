using Microsoft.ML;
using Microsoft.ML.Data;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet;

/// <summary>Labels, codes and vectors of all rows of a data view, in one pass.</summary>
internal sealed class ComparedRows
{
    private ComparedRows(LabelColumn labels) => LabelColumn = labels;

    public LabelColumn LabelColumn { get; }

    /// <summary>Classes of each row, by the column's own numbers.</summary>
    public List<int[]> Classes { get; } = [];

    public BinaryCodes? TrainedCodes { get; private init; }

    public BinaryCodes? UnlabeledCodes { get; private init; }

    public VectorColumn? Features { get; private init; }

    public VectorColumn? Probabilities { get; private init; }

    /// <exception cref="ArgumentException">A column is missing or of a wrong type.</exception>
    /// <exception cref="InvalidDataException">A row holds no code or no vector.</exception>
    public static ComparedRows Read(IDataView data, ComparedColumns columns, CancellationToken cancellationToken)
    {
        CodeColumn? trained = columns.TrainedCodes is null ? null : CodeColumn.Open(data.Schema, columns.TrainedCodes);
        CodeColumn? unlabeled = columns.UnlabeledCodes is null ? null : CodeColumn.Open(data.Schema, columns.UnlabeledCodes);
        var rows = new ComparedRows(LabelColumn.Open(data.Schema, columns.Label))
        {
            TrainedCodes = trained?.NewCodes(),
            UnlabeledCodes = unlabeled?.NewCodes(),
            Features = columns.Features is null ? null : VectorColumn.Open(data.Schema, columns.Features),
            Probabilities = columns.Probabilities is null ? null : VectorColumn.Open(data.Schema, columns.Probabilities),
        };
        DataViewSchema.Column?[] active = [rows.LabelColumn.Column, trained?.Column, unlabeled?.Column, rows.Features?.Column, rows.Probabilities?.Column];
        using CancelableReading reading = CancelableReading.Begin(cancellationToken);
        using DataViewRowCursor cursor = data.GetRowCursor(active.OfType<DataViewSchema.Column>());
        LabelReader readLabel = rows.LabelColumn.CreateReader(cursor);
        CodeReader?[] readers = [trained?.CreateReader(cursor, rows.TrainedCodes!), unlabeled?.CreateReader(cursor, rows.UnlabeledCodes!),
            rows.Features?.CreateReader(cursor), rows.Probabilities?.CreateReader(cursor)];
        while (cursor.MoveNext())
        {
            cancellationToken.ThrowIfCancellationRequested();
            rows.Classes.Add(readLabel().ToArray());
            foreach (CodeReader? read in readers)
                read?.Invoke();
        }
        return rows;
    }
}
