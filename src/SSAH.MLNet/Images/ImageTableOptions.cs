namespace SSAH.MLNet;

/// <summary>How a table of image files and their labels is read.</summary>
public sealed record ImageTableOptions : ImageFilesOptions
{
    /// <summary>Name of the column that holds the paths, absolute or relative to the table's folder; null (the default) takes the first column.</summary>
    public string? PathColumn { get; init; }

    /// <summary>
    /// Names of the columns that hold labels; null (the default) takes all but the paths'. Where there are several and all their cells are 0 or 1,
    /// the columns' names are the labels and 1 gives an image that label; else each cell that is not empty is a label.
    /// </summary>
    public IReadOnlyCollection<string>? LabelColumns { get; init; }

    /// <summary>What separates several labels in one cell, such as <c>|</c>; null (the default) where a cell is one label.</summary>
    public char? LabelSeparator { get; init; }
}
